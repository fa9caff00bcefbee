//! A data set in DynamoDB is the one that redb would hold, whole, and where nothing else is.

use std::sync::atomic::{AtomicU64, Ordering};

use chat_domain::{AccountId, MessageId, MessageText, RoomId};

use super::{
    tables::TestTables,
    wire::{Fate, Wire},
};
use crate::{
    ListMessages, Options, Post, RedbStore, Store, StoreError,
    bulk::Label,
    dynamo::DynamoStore,
    populate::{self, PopulateError, Spec},
};

/// 2026-11-01T00:00:00Z.
const AS_OF: u64 = 1_793_491_200_000;

fn small() -> Spec {
    Spec { rooms: 7, messages: 400, accounts: 20, orgs: 3, ..Spec::new(42, AS_OF) }
}

#[tokio::test]
async fn both_stores_hold_the_same_data_set() {
    let (tables, dir) = (TestTables::make("fill").await, tempfile::tempdir().unwrap());
    let redb = RedbStore::open(dir.path(), Options::default()).unwrap();
    let expected = populate::fill(&redb, &small()).unwrap();
    let filled = populate::fill_dynamo(&tables, &small()).await.unwrap();
    assert_eq!(filled, expected);
    for room in 1..=7 {
        for viewer in 1..=20 {
            assert_eq!(
                seen(&**tables.store(), room, viewer).await,
                seen(&redb, room, viewer).await
            );
        }
    }
    // Again it changes nothing, over something else it is refused, and later posts come after it.
    assert_eq!(populate::fill_dynamo(&tables, &small()).await.unwrap(), expected);
    let other = Spec { seed: 43, ..small() };
    let refused = populate::fill_dynamo(&tables, &other).await;
    assert!(matches!(refused, Err(PopulateError::NotEmpty { stored: Some(_) })), "{refused:?}");
    let row = expected.rows.last().unwrap();
    let text = MessageText::new("new").unwrap();
    let post = Post { room: row.room, author: row.account, text, unix_ms: AS_OF - 3_600_000 };
    assert!(tables.post_message(post).await.unwrap() > row.last);
}

#[tokio::test]
async fn tables_in_use_are_not_filled() {
    let tables = TestTables::make("fill-in-use").await;
    tables.put_member(RoomId::MIN, AccountId::MIN).await.unwrap();
    let refused = populate::fill_dynamo(&tables, &small()).await;
    assert!(matches!(refused, Err(PopulateError::NotEmpty { stored: None })), "{refused:?}");
}

#[tokio::test]
async fn a_fill_that_was_interrupted_is_begun_again() {
    let tables = TestTables::make("fill-again").await;
    let batches = AtomicU64::new(0);
    let wire = Wire::new(move |seen| {
        let fails = seen.call == "BatchWriteItem" && batches.fetch_add(1, Ordering::Relaxed) > 9;
        if fails { Fate::Lost } else { Fate::Passes }
    });
    let cut = DynamoStore::open_through(tables.options(), wire.client()).await.unwrap();
    let failed = populate::fill_dynamo(&cut, &small()).await;
    assert!(matches!(failed, Err(PopulateError::Store(StoreError::Unavailable(_)))), "{failed:?}");
    let other = Spec { seed: 43, ..small() };
    let refused = populate::fill_dynamo(&tables, &other).await;
    assert!(matches!(refused, Err(PopulateError::NotEmpty { .. })), "{refused:?}");
    let filled = populate::fill_dynamo(&tables, &small()).await.unwrap();
    assert_eq!(filled.summary.counts, count(&tables, &filled).await);
}

/// What DynamoDB hands back is written all the same: the wire leaves all but the first item of each
/// second batch undone, as an engine that throttles does; local engines never do.
#[tokio::test]
async fn what_a_batch_leaves_undone_is_done_later() {
    let tables = TestTables::make("fill-rest").await;
    let turn = AtomicU64::new(0);
    let wire = Wire::new(move |seen| {
        if seen.call != "BatchWriteItem" || turn.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            return Fate::Passes;
        }
        let request: serde_json::Value = serde_json::from_str(seen.body).unwrap();
        let rest = serde_json::json!({ "UnprocessedItems": request["RequestItems"] });
        Fate::Answered(200, rest.to_string())
    });
    let store = DynamoStore::open_through(tables.options(), wire.client()).await.unwrap();
    let filled = populate::fill_dynamo(&store, &small()).await.unwrap();
    assert_eq!(filled.summary.counts, count(&tables, &filled).await);
}

/// An engine that hands everything back for ever: the fill gives up, the probe too.
#[tokio::test(start_paused = true)]
async fn batches_that_are_never_done_are_given_up() {
    let wire = Wire::new(|seen| {
        let request: serde_json::Value = serde_json::from_str(seen.body).unwrap();
        let rest = match seen.call {
            "BatchWriteItem" => "UnprocessedItems",
            _ => "UnprocessedKeys",
        };
        Fate::Answered(200, serde_json::json!({ rest: request["RequestItems"] }).to_string())
    });
    let options = super::options("never-made-");
    let store = DynamoStore::open_through(options, wire.client()).await.unwrap();
    let throttled = |reason: &str| reason.contains("handing a batch back");
    assert!(matches!(store.probe().await, Err(StoreError::Throttled(why)) if throttled(&why)));
    assert_eq!(wire.sent(), 16);
    let label = Label { dataset: "a hash", newest: MessageId::MIN };
    let write = store.fill(std::iter::empty(), label).await;
    assert!(matches!(write, Err(StoreError::Throttled(why)) if throttled(&why)));
    assert_eq!(wire.sent(), 32);
}

async fn seen<S: Store>(store: &S, room: u64, viewer: u64) -> (Vec<crate::MessageView>, bool) {
    let (room, viewer) = (RoomId::new(room).unwrap(), AccountId::new(viewer).unwrap());
    let list = ListMessages { room, viewer, before: None, limit: 1000 };
    (store.list_messages(list).await.unwrap(), store.is_member(room, viewer).await.unwrap())
}

/// What is in the tables, in the place of what the summary says.
async fn count(tables: &TestTables, filled: &populate::Dataset) -> populate::Counts {
    let (mut messages, mut reactions) = (0, 0);
    for room in 1..=7 {
        for view in seen(&**tables.store(), room, 1).await.0 {
            messages += 1;
            reactions += view.reactions.tally.total();
        }
    }
    populate::Counts { messages, reactions, ..filled.summary.counts }
}
