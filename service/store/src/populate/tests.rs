//! A data set is the same each time, is what its summary says, and is what the store then holds.

use std::collections::{BTreeMap, BTreeSet};

use chat_domain::Snowflake;
use sha2::{Digest, Sha256};

use super::*;
use crate::{ListMessages, ListReactions, Options, Store};

/// 2026-11-01T00:00:00Z.
const AS_OF: u64 = 1_793_491_200_000;

fn small() -> Spec {
    Spec { rooms: 7, messages: 400, accounts: 20, orgs: 3, ..Spec::new(42, AS_OF) }
}

fn open(dir: &tempfile::TempDir) -> RedbStore {
    RedbStore::open(dir.path(), Options::default()).unwrap()
}

#[test]
fn a_specification_names_one_data_set() {
    let one = dataset(&Spec::new(1, AS_OF)).unwrap();
    assert_eq!(dataset(&Spec::new(1, AS_OF)).unwrap(), one);
    for other in [Spec::new(2, AS_OF), Spec::new(1, AS_OF + 1)] {
        assert_ne!(dataset(&other).unwrap().summary.sha256, one.summary.sha256);
    }
    let counts = one.summary.counts;
    assert_eq!((counts.rooms, counts.messages, counts.accounts), (50, 10_000, 200));

    let mut jsonl = Vec::new();
    one.write_jsonl(&mut jsonl).unwrap();
    let stated = |n: usize| u8::from_str_radix(&one.summary.sha256[2 * n..2 * n + 2], 16).unwrap();
    assert_eq!((0..32).map(stated).collect::<Vec<_>>(), Sha256::digest(&jsonl).as_slice());
    let lines = str::from_utf8(&jsonl).unwrap().lines();
    let read: Vec<DatasetRow> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, one.rows);
    assert!(jsonl.starts_with(br#"{"account":"1","org":"1","room":""#));
    assert_eq!(serde_json::from_str::<Summary>(&one.summary_json()).unwrap(), one.summary);
}

#[test]
fn people_are_in_several_rooms_and_rooms_are_skewed() {
    let one = dataset(&Spec::new(1, AS_OF)).unwrap();
    let mut rooms_of = BTreeMap::<_, BTreeSet<_>>::new();
    let mut members_of = BTreeMap::<_, BTreeSet<_>>::new();
    for row in &one.rows {
        rooms_of.entry(row.account).or_default().insert(row.room);
        members_of.entry(row.room).or_default().insert(row.account);
        assert!(row.first <= row.last && row.messages.len() <= 20 && !row.messages.is_empty());
        assert!(row.messages.iter().all(|id| (row.first..=row.last).contains(id)));
        assert!(row.messages.is_sorted());
        let age_ms = AS_OF - Snowflake::of(row.last).unix_ms;
        assert!(age_ms > 0 && age_ms <= 7 * 24 * 3_600_000);
    }
    assert_eq!(rooms_of.len(), 200);
    assert_eq!(members_of.len(), 50);
    assert!(rooms_of.values().all(|rooms| rooms.len() >= 2));
    assert!(members_of.values().all(|members| members.len() >= 2));
    let sizes: Vec<usize> = members_of.values().map(BTreeSet::len).collect();
    assert!(sizes[0] > 4 * sizes[49], "the first room is by far the largest: {sizes:?}");
}

#[tokio::test]
async fn the_store_holds_what_the_rows_say() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let filled = fill(&store, &small()).unwrap();
    let mut rooms = BTreeMap::new();
    for row in &filled.rows {
        assert!(store.is_member(row.room, row.account).await.unwrap());
        let list = ListReactions {
            room: row.room,
            viewer: row.account,
            first: row.first,
            last: row.last,
            limit: 1000,
        };
        let ids: Vec<_> =
            store.list_reactions(list).await.unwrap().iter().map(|view| view.message).collect();
        assert!(ids.len() <= 50 && row.messages.iter().all(|id| ids.contains(id)));
        rooms.entry(row.room).or_insert((row.account, 0));
    }
    let (mut messages, mut reactions) = (0, 0);
    for (room, (viewer, _)) in rooms {
        let list = ListMessages { room, viewer, before: None, limit: 1000 };
        for view in store.list_messages(list).await.unwrap() {
            messages += 1;
            reactions += view.reactions.tally.total();
            assert!(store.is_member(room, view.author).await.unwrap());
        }
    }
    assert_eq!(
        (messages, reactions),
        (filled.summary.counts.messages, filled.summary.counts.reactions)
    );
    assert!(reactions > 0);
}

#[tokio::test]
async fn messages_posted_later_come_after_the_data_set() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let row = fill(&store, &small()).unwrap().rows.pop().unwrap();
    let post = crate::Post {
        room: row.room,
        author: row.account,
        text: chat_domain::MessageText::new("new").unwrap(),
        // An hour before the data set ends: ids rise all the same.
        unix_ms: AS_OF - 3_600_000,
    };
    assert!(store.post_message(post).await.unwrap() > row.last);
}

#[test]
fn filling_again_changes_nothing_and_filling_over_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let filled = fill(&open(&dir), &small()).unwrap();
    assert_eq!(fill(&open(&dir), &small()).unwrap(), filled);
    let other = Spec { seed: 43, ..small() };
    let refused = fill(&open(&dir), &other);
    let hash = &filled.summary.sha256;
    assert!(
        matches!(&refused, Err(PopulateError::NotEmpty { stored: Some(stored) }) if stored == hash)
    );
}

#[tokio::test]
async fn a_store_that_is_in_use_is_not_filled() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let (room, account) =
        (chat_domain::RoomId::new(9).unwrap(), chat_domain::AccountId::new(9).unwrap());
    store.put_member(room, account).await.unwrap();
    assert!(matches!(fill(&store, &small()), Err(PopulateError::NotEmpty { stored: None })));
}

#[test]
fn specifications_are_bounded() {
    let refused = [
        ("rooms", Spec { rooms: 0, ..small() }),
        ("rooms", Spec { rooms: 100_001, messages: 200_000, ..small() }),
        ("messages", Spec { messages: 6, ..small() }),
        ("messages", Spec { messages: 2_000_001, ..small() }),
        ("accounts", Spec { accounts: 0, ..small() }),
        ("orgs", Spec { orgs: 21, ..small() }),
        ("as_of_unix_ms", Spec { as_of_unix_ms: 0, ..small() }),
        ("as_of_unix_ms", Spec { as_of_unix_ms: u64::MAX, ..small() }),
    ];
    for (expected, spec) in refused {
        let SpecError::OutOfRange { what, .. } = spec.check().unwrap_err();
        assert_eq!(what, expected, "{spec:?}");
    }
    let least = Spec { rooms: 1, messages: 1, accounts: 1, orgs: 1, ..small() };
    assert_eq!(dataset(&least).unwrap().rows.len(), 1);
}
