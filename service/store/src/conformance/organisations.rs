//! What every store must do for the view-limit batch, and with a calculation table.

use std::fmt::Debug;

use chat_domain::{AccountId, MessageId, OrgId, RoomId};

use super::{account, made, post, posted, room};
use crate::{
    CalculationTable, Org, OrgStore, Page, Plan, Store, StoreError, ViewLimit, clear_calculated,
};

/// An organisation has the plan that it was last given, and free ones are listed once each.
pub async fn free_organisations_are_listed<S: Store>(store: &S) {
    assert_eq!(store.find_org(org(201)).await, Ok(None));
    for number in 201..=208 {
        let plan = if number % 4 == 0 { Plan::Paid } else { Plan::Free };
        let of_plan = Org { org: org(number), plan };
        store.put_org(of_plan).await.expect("is made");
        assert_eq!(store.find_org(org(number)).await, Ok(Some(of_plan)));
    }
    let changes = [(202, Plan::Paid), (203, Plan::Paid), (203, Plan::Free), (204, Plan::Free)];
    for (number, plan) in changes {
        store.put_org(Org { org: org(number), plan }).await.expect("is changed");
    }
    let free = [201, 203, 204, 205, 206, 207].map(org);
    for limit in [1, 3, 100] {
        let mut listed = walk(limit, |after| store.list_free_orgs(after, limit)).await;
        listed.retain(|found| (org(201)..=org(208)).contains(found));
        listed.sort_unstable();
        assert_eq!(listed, free, "in pages of {limit}");
    }
    assert_eq!(store.list_free_orgs(None, 0).await.expect("is read").items, []);
}

/// An account is in one organisation at a time.
pub async fn accounts_are_of_one_organisation<S: Store>(store: &S) {
    let (here, there) = (org(211), org(212));
    assert_eq!(accounts(store, here, 10).await, []);
    assert_eq!(store.find_account(account(2111)).await, Ok(None));
    for number in 2111..=2116 {
        store.put_account(account(number), here).await.expect("is put");
    }
    for _ in 0..2 {
        store.put_account(account(2113), there).await.expect("moves");
        assert_eq!(store.find_account(account(2113)).await, Ok(Some(there)));
    }
    for limit in [1, 2, 5, 100] {
        let stayed = [2111, 2112, 2114, 2115, 2116].map(account);
        assert_eq!(accounts(store, here, limit).await, stayed, "in pages of {limit}");
        assert_eq!(accounts(store, there, limit).await, [account(2113)]);
    }
}

/// The rooms of an account are those whose member it is.
pub async fn joined_rooms_follow_memberships<S: Store>(store: &S) {
    let who = account(2211);
    assert_eq!(joined(store, who, 10).await, []);
    for number in [225, 221, 224, 222, 223] {
        store.put_member(room(number), who).await.expect("joins");
        store.put_member(room(number), account(2212)).await.expect("joins");
    }
    store.delete_member(room(222), who).await.expect("leaves");
    store.delete_member(room(224), who).await.expect("leaves");
    store.put_member(room(224), who).await.expect("joins again");
    for limit in [1, 3, 100] {
        let expected = [221, 223, 224, 225].map(room);
        assert_eq!(joined(store, who, limit).await, expected, "in pages of {limit}");
        assert_eq!(
            joined(store, account(2212), limit).await,
            (221..=225).map(room).collect::<Vec<_>>()
        );
    }
}

/// Pages of ids join without a gap or a repeat, and a room was last active with its newest message.
pub async fn ids_walk_a_room_newest_first<S: Store>(store: &S) {
    let unknown = room(231);
    assert_eq!(store.find_last_activity(unknown).await, Ok(None));
    assert_eq!(store.list_message_ids(unknown, None, 10).await, Ok(Page::empty()));
    let (here, there) = (made(store, 232).await, made(store, 233).await);
    assert_eq!(store.find_last_activity(here).await, Ok(None));
    let mut expected = posted(store, here, 10).await;
    assert_eq!(store.find_last_activity(here).await, Ok(expected.last().copied()));
    let newer = post(store, there, 1, 20).await;
    assert_eq!(store.find_last_activity(here).await, Ok(expected.last().copied()));
    assert_eq!(store.find_last_activity(there).await, Ok(Some(newer)));
    expected.reverse();
    for limit in [1, 3, 9, 10, 11, 100] {
        let ids = walk(limit, |before| store.list_message_ids(here, before, limit)).await;
        assert_eq!(ids, expected, "in pages of {limit}");
    }
    let page = store.list_message_ids(here, Some(expected[3]), 2).await.expect("is read");
    assert_eq!(page, Page { items: expected[4..6].to_vec(), next: Some(expected[5]) });
    assert_eq!(store.list_message_ids(here, None, 0).await.expect("is read").items, []);
    assert_eq!(store.list_message_ids(here, Some(MessageId::MIN), 5).await, Ok(Page::empty()));
}

/// A view limit is never replaced by one of an older snapshot.
pub async fn view_limits_never_go_back<S: Store>(store: &S) {
    let org = org(241);
    assert_eq!(store.find_view_limit(org).await, Ok(None));
    let message = |number| MessageId::new(number).expect("a small number");
    let limit = |snapshot, cut_off: Option<u64>, count| ViewLimit {
        org,
        cut_off: cut_off.map(message),
        count,
        snapshot: message(snapshot),
        as_of_unix_ms: 1_793_491_200_000 + count,
    };
    let steps = [
        (limit(1000, Some(500), 5000), true),
        (limit(1000, Some(500), 5000), true),
        (limit(999, Some(100), 4000), false),
        (limit(2000, None, 0), true),
        (limit(1000, Some(500), 5000), false),
        (limit(2000, Some(7), 1), true),
    ];
    let mut kept = None;
    for (put, taken) in steps {
        assert_eq!(store.put_view_limit(put).await, Ok(taken), "{put:?} after {kept:?}");
        kept = if taken { Some(put) } else { kept };
        assert_eq!(store.find_view_limit(org).await, Ok(kept));
    }
}

/// The calculation table is a sorted set for each organisation.
pub async fn a_calculation_table_is_sorted<S: CalculationTable>(store: &S) {
    let (here, there) = (org(251), org(252));
    let message = |number| MessageId::new(number).expect("a small number");
    // Over two batches, in an order of their own, some twice.
    let scattered: Vec<_> = (0..60).map(|n| message(1 + n * 37 % 60)).collect();
    store.insert_calculated(here, &scattered).await.expect("is written");
    store.insert_calculated(here, &scattered[..30]).await.expect("is written");
    store.insert_calculated(there, &[message(7)]).await.expect("is written");
    let newest_first: Vec<_> = (1..=60).rev().map(message).collect();
    for limit in [7, 60, 1000] {
        let ids = walk(limit, |before| store.list_calculated(here, before, limit)).await;
        assert_eq!(ids, newest_first, "in pages of {limit}");
    }
    store.delete_calculated(here, &[message(60), message(61)]).await.expect("is removed");
    assert_eq!(clear_calculated(store, here, Some(message(50)), 8).await, Ok(49));
    let left = store.list_calculated(here, None, 100).await.expect("is read");
    assert_eq!(left.items, newest_first[1..=10]);
    assert_eq!(clear_calculated(store, here, None, 8).await, Ok(10));
    assert_eq!(clear_calculated(store, here, None, 8).await, Ok(0));
    let others = store.list_calculated(there, None, 100).await.expect("is read");
    assert_eq!(others.items, [message(7)]);
}

fn org(number: u64) -> OrgId {
    OrgId::new(number).expect("a small number")
}

async fn accounts<S: OrgStore>(store: &S, org: OrgId, limit: usize) -> Vec<AccountId> {
    walk(limit, |after| store.list_accounts(org, after, limit)).await
}

async fn joined<S: OrgStore>(store: &S, account: AccountId, limit: usize) -> Vec<RoomId> {
    walk(limit, |after| store.list_joined_rooms(account, after, limit)).await
}

/// All of a list, page by page.
async fn walk<T: Copy + Debug + PartialEq, F>(limit: usize, read: impl Fn(Option<T>) -> F) -> Vec<T>
where
    F: Future<Output = Result<Page<T>, StoreError>>,
{
    let (mut from, mut walked) = (None, Vec::new());
    loop {
        let page = read(from).await.expect("is read");
        assert!(page.items.len() <= limit, "{page:?}");
        walked.extend(page.items);
        if page.next.is_none() {
            return walked;
        }
        assert_ne!(page.next, from, "a list goes on");
        from = page.next;
    }
}
