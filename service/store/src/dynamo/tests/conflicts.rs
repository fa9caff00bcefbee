//! Two instances that change the same message: what DynamoDB then says, which local engines never do.
//!
//! The engine here is a table of answers, and the clock is paused.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chat_domain::{AccountId, Kind, MessageId, ReactionRecord, RoomId};

use super::wire::{Fate, Wire};
use crate::{
    ReactionKey, Store as _, StoreError, Written,
    dynamo::{DynamoStore, Endpoint, Options},
};

const KEY: ReactionKey =
    ReactionKey { room: RoomId::MIN, message: MessageId::MIN, account: AccountId::MIN };

#[tokio::test(start_paused = true)]
async fn a_conflict_is_tried_again_for_some_rounds() {
    let conflict = canceled(r#"{"Code":"None"},{"Code":"TransactionConflict","Message":"taken"}"#);
    let (wire, transactions) = wire(conflict.clone(), 3);
    let record = ReactionRecord { kind: Some(kind()), version: 1 };
    assert_eq!(put(&wire).await, Ok(Written { record, changed: true }));
    assert_eq!(transactions.load(Ordering::Relaxed), 4);

    let (wire, transactions) = self::wire(conflict, u64::MAX);
    let given_up = put(&wire).await;
    assert!(matches!(given_up, Err(StoreError::Throttled(_))), "{given_up:?}");
    assert_eq!(transactions.load(Ordering::Relaxed), 6);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_changed_meanwhile_is_decided_on_anew() {
    // Another has put kind 2 as version 7; ours becomes version 8.
    let changed = canceled(
        r#"{"Code":"ConditionalCheckFailed","Item":{"p":{"S":"1#1"},"m":{"N":"1"},"k":{"N":"2"},
            "v":{"N":"7"},"q":{"N":"70"},"o":{"N":"60"}}},{"Code":"None"}"#,
    );
    let (wire, transactions) = wire(changed, 1);
    let record = ReactionRecord { kind: Some(kind()), version: 8 };
    assert_eq!(put(&wire).await, Ok(Written { record, changed: true }));
    assert_eq!(transactions.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn other_reasons_are_told() {
    let (wire, _) = wire(canceled(r#"{"Code":"None"},{"Code":"ConditionalCheckFailed"}"#), 1);
    assert_eq!(put(&wire).await, Err(StoreError::NotFound));
    let throttled = r#"{"Code":"ThrottlingError","Message":"a hot partition"},{"Code":"None"}"#;
    let (wire, _) = self::wire(canceled(throttled), 1);
    assert_eq!(put(&wire).await, Err(StoreError::Throttled("a hot partition".to_owned())));
    let (wire, _) = self::wire(canceled(r#"{"Code":"ValidationError"},{"Code":"None"}"#), 1);
    assert!(matches!(put(&wire).await, Err(StoreError::Unavailable(_))));
}

/// Refuses so many transactions and takes the rest; every read finds nothing.
fn wire(refusal: String, times: u64) -> (Wire, Arc<AtomicU64>) {
    let transactions = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&transactions);
    let wire = Wire::new(move |seen| {
        let refused =
            seen.call == "TransactWriteItems" && counted.fetch_add(1, Ordering::Relaxed) < times;
        if refused {
            Fate::Answered(400, refusal.clone())
        } else {
            Fate::Answered(200, "{}".into())
        }
    });
    (wire, transactions)
}

fn canceled(reasons: &str) -> String {
    format!(
        r#"{{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message":"canceled","CancellationReasons":[{reasons}]}}"#
    )
}

async fn put(wire: &Wire) -> Result<Written, StoreError> {
    let options = Options::new(Endpoint::Local { url: "http://127.0.0.1:1".to_owned() }, "none-");
    let store = DynamoStore::open_through(options, wire.client()).await.unwrap();
    store.put_reaction(KEY, kind()).await
}

fn kind() -> Kind {
    Kind::from_code(1).unwrap()
}
