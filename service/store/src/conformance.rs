//! What every store must do, as ordinary functions over an empty store; a failure panics with the reason.
//!
//! Each check works in rooms of its own, so that they can share one store.

mod organisations;

use std::sync::Arc;

use chat_domain::{AccountId, EPOCH_UNIX_MS, Kind, MessageId, MessageText, ReactionRecord, RoomId};

use crate::{ListMessages, ListReactions, Post, ReactionKey, Store, StoreError, Written};

pub use organisations::{
    a_calculation_table_is_sorted, accounts_are_of_one_organisation, free_organisations_are_listed,
    ids_walk_a_room_newest_first, joined_rooms_follow_memberships, view_limits_never_go_back,
};

/// How many writers race in `one_reaction_per_person`.
const WRITERS: u32 = 64;

/// All checks but that of the calculation table, which is no part of a service's store.
pub async fn all<S: Store>(store: &Arc<S>) {
    probe_answers(&**store).await;
    members_come_and_go(&**store).await;
    unknown_rooms_are_empty(&**store).await;
    ids_are_in_the_order_of_posting(&**store).await;
    pages_walk_a_room_newest_first(&**store).await;
    ranges_are_inclusive_and_bounded(&**store).await;
    rooms_do_not_mix(&**store).await;
    versions_grow_with_changes_only(&**store).await;
    tallies_follow_everybody(&**store).await;
    unknown_messages_take_no_reaction(&**store).await;
    one_reaction_per_person(Arc::clone(store)).await;
    free_organisations_are_listed(&**store).await;
    accounts_are_of_one_organisation(&**store).await;
    joined_rooms_follow_memberships(&**store).await;
    ids_walk_a_room_newest_first(&**store).await;
    view_limits_never_go_back(&**store).await;
}

/// A store that runs says so.
pub async fn probe_answers<S: Store>(store: &S) {
    store.probe().await.expect("the store is ready");
}

/// Membership is a set.
pub async fn members_come_and_go<S: Store>(store: &S) {
    let room = room(101);
    assert!(!member(store, room, 1).await);
    for _ in 0..2 {
        store.put_member(room, account(1)).await.expect("joins");
        assert!(member(store, room, 1).await);
        assert!(!member(store, room, 2).await);
    }
    for _ in 0..2 {
        store.delete_member(room, account(1)).await.expect("leaves");
        assert!(!member(store, room, 1).await);
    }
    // The room outlives its members.
    post(store, room, 1, 0).await;
}

/// Reading a room that is not there finds nothing; writing to it is refused.
pub async fn unknown_rooms_are_empty<S: Store>(store: &S) {
    let room = room(102);
    assert_eq!(page(store, room, None, 10).await, []);
    assert_eq!(range(store, room, MessageId::MIN, MessageId::MAX, 10).await, []);
    let refused = store.post_message(draft(room, 1, 0)).await;
    assert_eq!(refused, Err(StoreError::NotFound));
    store.delete_member(room, account(1)).await.expect("nothing to remove");
    assert_eq!(store.post_message(draft(room, 1, 0)).await, Err(StoreError::NotFound));
}

/// Whatever the clock says, over all rooms.
pub async fn ids_are_in_the_order_of_posting<S: Store>(store: &S) {
    let rooms = [made(store, 103).await, made(store, 104).await];
    let mut last = None;
    for (n, ms) in [5000, 5000, 5000, 100, 5001, 4000, 9000].into_iter().enumerate() {
        let id = post(store, rooms[n % 2], 1, ms).await;
        assert!(Some(id) > last, "{id} after {last:?}");
        last = Some(id);
    }
}

/// Pages join without a gap or a repeat.
pub async fn pages_walk_a_room_newest_first<S: Store>(store: &S) {
    let room = made(store, 105).await;
    let mut expected = posted(store, room, 10).await;
    expected.reverse();
    assert_eq!(page(store, room, None, 100).await, expected);
    let (mut before, mut walked) = (None, Vec::new());
    loop {
        let next = page(store, room, before, 3).await;
        assert!(next.len() <= 3);
        let Some(oldest) = next.last() else { break };
        before = Some(*oldest);
        walked.extend(next);
    }
    assert_eq!(walked, expected);
    assert_eq!(page(store, room, Some(MessageId::MIN), 3).await, []);
    assert_eq!(page(store, room, None, 0).await, []);
    let list = ListMessages { room, viewer: account(1), before: None, limit: 1 };
    let newest = store.list_messages(list).await.expect("is read").remove(0);
    assert_eq!((newest.author, newest.text.as_str()), (account(1), "message at 9"));
}

/// Both ends are in the range, whether or not a message is there.
pub async fn ranges_are_inclusive_and_bounded<S: Store>(store: &S) {
    let room = made(store, 106).await;
    let ids = posted(store, room, 10).await;
    assert_eq!(range(store, room, ids[2], ids[5], 100).await, ids[2..=5]);
    assert_eq!(range(store, room, ids[2], ids[2], 100).await, ids[2..=2]);
    assert_eq!(range(store, room, ids[2], ids[8], 4).await, ids[2..=5]);
    assert_eq!(range(store, room, MessageId::MIN, MessageId::MAX, 100).await, ids);
    assert_eq!(range(store, room, ids[5], ids[2], 100).await, []);
    let after = MessageId::new(ids[2].number() + 1).expect("an id");
    assert_eq!(range(store, room, after, ids[4], 100).await, ids[3..=4]);
}

/// A message is of one room only.
pub async fn rooms_do_not_mix<S: Store>(store: &S) {
    let (here, there) = (made(store, 107).await, made(store, 108).await);
    let message = post(store, here, 1, 0).await;
    assert_eq!(page(store, there, None, 10).await, []);
    let key = ReactionKey { room: there, message, account: account(1) };
    assert_eq!(store.put_reaction(key, kind(0)).await, Err(StoreError::NotFound));
}

/// One person's reaction through its life, with the versions that a checker relies on.
pub async fn versions_grow_with_changes_only<S: Store>(store: &S) {
    let room = made(store, 109).await;
    let message = post(store, room, 1, 0).await;
    let key = ReactionKey { room, message, account: account(2) };
    let steps = [
        (None, None, 0, false),
        (Some(1), Some(1), 1, true),
        (Some(1), Some(1), 1, false),
        (Some(2), Some(2), 2, true),
        (None, None, 3, true),
        (None, None, 3, false),
        (Some(2), Some(2), 4, true),
    ];
    for (put, left, version, changed) in steps {
        let done = match put {
            Some(code) => store.put_reaction(key, kind(code)).await,
            None => store.delete_reaction(key).await,
        };
        let expected = ReactionRecord { kind: left.map(kind), version };
        assert_eq!(done, Ok(Written { record: expected, changed }), "after {put:?}");
        let list =
            ListReactions { room, viewer: key.account, first: message, last: message, limit: 1 };
        let read = store.list_reactions(list).await.expect("is read").remove(0);
        assert_eq!(read.mine, expected, "what is read after {put:?}");
        assert_eq!(read.tally.total(), u64::from(left.is_some()));
    }
}

/// Counts are of people, and `mine` is the viewer's.
pub async fn tallies_follow_everybody<S: Store>(store: &S) {
    let room = made(store, 110).await;
    let message = post(store, room, 1, 0).await;
    for person in 1..=5 {
        let key = ReactionKey { room, message, account: account(person) };
        store.put_reaction(key, kind(u8::from(person > 3))).await.expect("reacts");
    }
    let leaver = ReactionKey { room, message, account: account(1) };
    store.delete_reaction(leaver).await.expect("removes");
    let list = ListMessages { room, viewer: account(5), before: None, limit: 1 };
    let read = store.list_messages(list).await.expect("is read").remove(0).reactions;
    assert_eq!(read.tally.iter().collect::<Vec<_>>(), [(kind(0), 2), (kind(1), 2)]);
    assert_eq!(read.mine, ReactionRecord { kind: Some(kind(1)), version: 1 });
}

/// No reaction without a message.
pub async fn unknown_messages_take_no_reaction<S: Store>(store: &S) {
    let room = made(store, 111).await;
    let key = ReactionKey { room, message: MessageId::MIN, account: account(1) };
    assert_eq!(store.put_reaction(key, kind(0)).await, Err(StoreError::NotFound));
    assert_eq!(store.delete_reaction(key).await, Err(StoreError::NotFound));
    assert_eq!(page(store, room, None, 10).await, []);
}

/// Many puts of one person at once: one reaction is left, it is one that was put, and every change
/// has a version of its own.
pub async fn one_reaction_per_person<S: Store>(store: Arc<S>) {
    let room = made(&*store, 112).await;
    let message = post(&*store, room, 1, 0).await;
    let key = ReactionKey { room, message, account: account(7) };
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            let store = Arc::clone(&store);
            let kind = kind(u8::try_from(n % 12).expect("below 12"));
            tokio::spawn(async move { (kind, store.put_reaction(key, kind).await) })
        })
        .collect();
    let (mut of_version, mut writers_who_changed) = (std::collections::BTreeMap::new(), 0);
    for writer in writers {
        let (kind, done) = writer.await.expect("no writer panics");
        let Written { record, changed } = done.expect("is put");
        writers_who_changed += u64::from(changed);
        assert_eq!(record.kind, Some(kind), "each is told of its own");
        let first = of_version.entry(record.version).or_insert(kind);
        assert_eq!(*first, kind, "two kinds have version {}", record.version);
    }
    let changes = of_version.len() as u64;
    assert_eq!(of_version.keys().copied().collect::<Vec<_>>(), (1..=changes).collect::<Vec<_>>());
    assert_eq!(writers_who_changed, changes, "each change was one writer's, and it knows");
    let list = ListReactions { room, viewer: key.account, first: message, last: message, limit: 1 };
    let read = store.list_reactions(list).await.expect("is read").remove(0);
    assert_eq!(read.tally.total(), 1);
    assert_eq!(read.mine.version, changes);
    assert_eq!(read.mine.kind, of_version.get(&changes).copied());
}

fn room(number: u64) -> RoomId {
    RoomId::new(number).expect("a small number")
}

fn account(number: u64) -> AccountId {
    AccountId::new(number).expect("a small number")
}

fn kind(code: u8) -> Kind {
    Kind::from_code(code).expect("in the table")
}

fn draft(room: RoomId, author: u64, ms: u64) -> Post {
    let text = MessageText::new(format!("message at {ms}")).expect("short");
    // A year after the epoch, so that times can go back.
    let unix_ms = EPOCH_UNIX_MS + 31_536_000_000 + ms;
    Post { room, author: account(author), text, unix_ms }
}

async fn made<S: Store>(store: &S, number: u64) -> RoomId {
    store.put_member(room(number), account(1)).await.expect("the room is made");
    room(number)
}

async fn member<S: Store>(store: &S, room: RoomId, number: u64) -> bool {
    store.is_member(room, account(number)).await.expect("is read")
}

async fn post<S: Store>(store: &S, room: RoomId, author: u64, ms: u64) -> MessageId {
    store.post_message(draft(room, author, ms)).await.expect("is posted")
}

async fn posted<S: Store>(store: &S, room: RoomId, count: u64) -> Vec<MessageId> {
    let mut ids = Vec::new();
    for ms in 0..count {
        ids.push(post(store, room, 1, ms).await);
    }
    ids
}

async fn page<S: Store>(
    store: &S,
    room: RoomId,
    before: Option<MessageId>,
    limit: usize,
) -> Vec<MessageId> {
    let list = ListMessages { room, viewer: account(1), before, limit };
    let views = store.list_messages(list).await.expect("is read");
    views.iter().map(|view| view.reactions.message).collect()
}

async fn range<S: Store>(
    store: &S,
    room: RoomId,
    first: MessageId,
    last: MessageId,
    limit: usize,
) -> Vec<MessageId> {
    let wanted = ListReactions { room, viewer: account(1), first, last, limit };
    let views = store.list_reactions(wanted).await.expect("is read");
    views.iter().map(|view| view.message).collect()
}
