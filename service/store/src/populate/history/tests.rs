//! A history has the size and the distribution that are documented, and is the same each time.

use std::collections::{BTreeMap, BTreeSet};

use chat_domain::{OrgId, Snowflake};

use super::{parts::Parts, *};
use crate::{
    Options, Plan, Post, Store,
    bulk::{BulkPart, Filled},
    dynamo::TestTables,
};

/// 2026-11-01T00:00:00Z.
const AS_OF: u64 = 1_793_491_200_000;
const DAY_MS: u64 = 24 * 3600 * 1000;

fn small() -> HistorySpec {
    HistorySpec { orgs: 9, accounts: 60, rooms: 120, messages: 5000, ..HistorySpec::new(7, AS_OF) }
}

fn open(dir: &tempfile::TempDir) -> RedbStore {
    RedbStore::open(dir.path(), Options::default()).unwrap()
}

/// Watched by nobody.
fn fill(store: &RedbStore, spec: &HistorySpec) -> Result<(), PopulateError> {
    super::fill(store, spec, |_| ())
}

/// Everything that the contract says of a store, read page by page.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    plans: BTreeMap<OrgId, Plan>,
    accounts: BTreeMap<OrgId, Vec<AccountId>>,
    joined: BTreeMap<AccountId, Vec<RoomId>>,
    messages: BTreeMap<RoomId, Vec<MessageId>>,
}

async fn seen<S: Store>(store: &S, spec: &HistorySpec) -> Seen {
    let mut seen = Seen::default();
    for org in (1..=spec.orgs).map(|org| OrgId::new(org).unwrap()) {
        seen.plans.insert(org, store.find_org(org).await.unwrap().unwrap().plan);
        let accounts = store.list_accounts(org, None, 1000).await.unwrap().items;
        for account in &accounts {
            assert_eq!(store.find_account(*account).await, Ok(Some(org)));
            let joined = store.list_joined_rooms(*account, None, 1000).await.unwrap().items;
            seen.joined.insert(*account, joined);
        }
        seen.accounts.insert(org, accounts);
    }
    for room in (1..=spec.rooms).map(|room| RoomId::new(room).unwrap()) {
        let ids = store.list_message_ids(room, None, 10_000).await.unwrap().items;
        assert_eq!(store.find_last_activity(room).await, Ok(ids.first().copied()));
        seen.messages.insert(room, ids);
    }
    seen
}

#[tokio::test]
async fn sizes_and_distributions_are_as_documented() {
    let (dir, spec) = (tempfile::tempdir().unwrap(), small());
    let store = open(&dir);
    fill(&store, &spec).unwrap();
    let seen = seen(&store, &spec).await;
    let accounts: Vec<_> = seen.accounts.values().map(Vec::len).collect();
    assert_eq!(accounts.iter().sum::<usize>(), 60);
    assert!(accounts.is_sorted_by(|a, b| a + 1 >= *b) && accounts[8] >= 1, "{accounts:?}");
    let told = sizes(&spec).unwrap().map(|size| size.accounts);
    assert!(told.eq(accounts.iter().map(|count| *count as u64)), "{accounts:?}");
    assert_eq!(seen.joined.len(), 60, "an account is in one organisation");
    let paid = seen.plans.iter().filter(|(_, plan)| **plan == Plan::Paid);
    assert_eq!(paid.map(|(org, _)| org.number()).collect::<Vec<_>>(), [4, 8]);

    let ids: BTreeSet<_> = seen.messages.values().flatten().collect();
    assert_eq!(ids.len(), 5000, "no id is there twice");
    let ages_ms = || ids.iter().map(|id| AS_OF - Snowflake::of(**id).unix_ms);
    assert!(ages_ms().all(|age| age > 0 && age <= 60 * DAY_MS + 16));
    let old = ages_ms().filter(|age| *age > 40 * DAY_MS).count();
    assert!((1500..3500).contains(&old), "a third and more are older than 40 days: {old}");
    let silent = seen.messages.values().filter_map(|ids| ids.first());
    let silent = silent.filter(|id| AS_OF - Snowflake::of(**id).unix_ms > 40 * DAY_MS).count();
    assert!(silent > 0, "some rooms fell silent long ago");

    let members = members_of(&seen);
    assert_eq!(members.len(), 120, "each room has members");
    let (account, room) = active_member(&spec).unwrap().expect("half of the rooms are active");
    assert!(members[&room].contains(&account) && seen.accounts[&OrgId::MIN].contains(&account));
    let newest = seen.messages[&room].first().expect("a room of the largest has messages");
    assert!(AS_OF - Snowflake::of(*newest).unix_ms < 20 * DAY_MS);
    let org_of = |account: &AccountId| {
        *seen.accounts.iter().find(|(_, accounts)| accounts.contains(account)).unwrap().0
    };
    let orgs = |accounts: &Vec<AccountId>| accounts.iter().map(org_of).collect::<BTreeSet<_>>();
    let shared = members.values().filter(|accounts| orgs(accounts).len() == 2).count();
    // Rooms 41, 51, … of 120: the first organisation has no one before it.
    assert!((3..=11).contains(&shared), "{shared} rooms of two organisations");
}

fn members_of(seen: &Seen) -> BTreeMap<RoomId, Vec<AccountId>> {
    let mut members = BTreeMap::<_, Vec<_>>::new();
    for (account, rooms) in &seen.joined {
        for room in rooms {
            members.entry(*room).or_default().push(*account);
        }
    }
    members
}

#[tokio::test]
async fn both_stores_hold_the_same_history() {
    let (dir, tables) = (tempfile::tempdir().unwrap(), TestTables::make("history").await);
    let redb = open(&dir);
    fill(&redb, &small()).unwrap();
    fill_dynamo(&tables, &small(), |_| ()).await.unwrap();
    assert_eq!(seen(&**tables.store(), &small()).await, seen(&redb, &small()).await);
}

#[tokio::test]
async fn a_history_is_made_once_and_later_posts_come_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    fill(&store, &small()).unwrap();
    fill(&store, &small()).unwrap();
    let other = HistorySpec { seed: 8, ..small() };
    assert!(matches!(fill(&store, &other), Err(PopulateError::NotEmpty { stored: Some(_) })));
    let text = chat_domain::MessageText::new("new").unwrap();
    let post = Post { room: RoomId::MIN, author: AccountId::MIN, text, unix_ms: AS_OF - DAY_MS };
    assert!(store.post_message(post).await.unwrap() > small().end());
}

#[test]
fn a_fill_that_was_cut_off_is_begun_again_by_the_same_history_only() {
    let (dir, spec) = (tempfile::tempdir().unwrap(), small());
    let store = open(&dir);
    let hash = spec.sha256();
    // After the first part comes a panic, as a process ends that is killed.
    let parts = Parts::new(&spec).take(1).chain(std::iter::once_with(|| -> BulkPart { panic!() }));
    let label = Label { dataset: &hash, newest: spec.end() };
    let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.fill(parts, label)));
    assert!(cut.is_err());
    assert_eq!(store.filled().unwrap(), Filled::Partly(hash.clone()));
    let other = HistorySpec { seed: 8, ..spec };
    assert!(matches!(fill(&store, &other), Err(PopulateError::NotEmpty { .. })));
    fill(&store, &spec).unwrap();
    assert_eq!(store.filled().unwrap(), Filled::Whole(hash));
}

#[test]
fn whoever_watches_is_told_of_each_part_that_is_written() {
    let (dir, spec) = (tempfile::tempdir().unwrap(), small());
    let (store, spec) = (open(&dir), HistorySpec { messages: 45_000, ..spec });
    let mut told = Vec::new();
    super::fill(&store, &spec, |written| told.push(written)).unwrap();
    assert_eq!((told.first(), told.last()), (Some(&0), Some(&45_000)));
    assert!(told.len() > 3 && told.is_sorted(), "{told:?}");
    let mut again = Vec::new();
    super::fill(&store, &spec, |written| again.push(written)).unwrap();
    assert_eq!(again, [0; 0], "it was there already");
}

#[test]
fn sizes_are_told_without_a_store_and_add_up() {
    let all: Vec<OrgSize> = sizes(&small()).unwrap().collect();
    let sum = |of: fn(&OrgSize) -> u64| all.iter().map(of).sum::<u64>();
    assert_eq!(all.len(), 9);
    assert_eq!(
        [sum(|size| size.accounts), sum(|size| size.rooms), sum(|size| size.messages)],
        [60, 120, 5000]
    );
    let paid = all.iter().filter(|size| size.org.plan == Plan::Paid);
    assert_eq!(paid.map(|size| size.org.org.number()).collect::<Vec<_>>(), [4, 8]);
    assert!(sizes(&HistorySpec { orgs: 0, ..small() }).is_err());
}

/// The size of a number of organisations is that of a day, in proportion, and is never one that is refused.
#[test]
fn a_number_of_organisations_is_a_size() {
    assert_eq!(HistorySpec::of(1000, 7, AS_OF), HistorySpec::new(7, AS_OF));
    for orgs in [1, 2, 50_001, ORGS_MAX] {
        HistorySpec::of(orgs, 7, AS_OF).check().unwrap();
    }
    for orgs in [0, ORGS_MAX + 1, u64::MAX] {
        let SpecError::OutOfRange { what, .. } =
            HistorySpec::of(orgs, 7, AS_OF).check().unwrap_err();
        assert_eq!(what, "orgs");
    }
}

/// A part is bounded whatever the size, ids stay distinct beyond the 22 low bits, and rooms of one
/// organisation rise: looked at without a store.
#[test]
fn parts_are_bounded_and_ids_are_distinct() {
    let spec = HistorySpec { orgs: 2, accounts: 2, rooms: 2, messages: 200_000, ..small() };
    let (mut ids, mut last) = (BTreeSet::new(), BTreeMap::new());
    for part in Parts::new(&spec) {
        let messages = part.rooms.iter().map(|room| room.messages.len()).sum::<usize>();
        assert!(part.orgs.len() + part.accounts.len() + messages <= 20_000);
        for room in &part.rooms {
            for message in &room.messages {
                assert!(last.insert(room.room, message.message) < Some(message.message));
                ids.insert(message.message);
            }
        }
    }
    assert_eq!(ids.len(), 200_000);
    let of = |offset, number| parts::message(spec, offset, number);
    assert!(of(100, 1 << 22) != of(100, 0) && of(100, (1 << 22) - 1) < of(100, 1 << 22));
    assert!(of(SPREAD_MS - 17, MESSAGES_MAX) < spec.end());
}

#[test]
fn specifications_are_bounded() {
    let refused = [
        ("orgs", HistorySpec { orgs: 0, ..small() }),
        ("accounts", HistorySpec { accounts: 8, ..small() }),
        ("rooms", HistorySpec { rooms: 8, ..small() }),
        ("rooms", HistorySpec { rooms: 1_000_001, ..small() }),
        ("messages", HistorySpec { messages: 16_000_001, ..small() }),
        ("as_of_unix_ms", HistorySpec { as_of_unix_ms: 0, ..small() }),
    ];
    for (expected, spec) in refused {
        let SpecError::OutOfRange { what, .. } = spec.check().unwrap_err();
        assert_eq!(what, expected, "{spec:?}");
    }
    HistorySpec { messages: 0, ..small() }.check().unwrap();
}
