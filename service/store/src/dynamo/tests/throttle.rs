//! The model of partitions before the engine: refusals arrive as the SDK's own, and what is handed back
//! is written in the end.

use std::{collections::BTreeSet, sync::Arc};

use chat_domain::{
    AccountId, EPOCH_UNIX_MS, MessageId, MessageText, OrgId, RoomId,
    partition::{Burst, Capacity, Cause, Mode, Operation, Reason, Resource, Splits},
};

use super::{
    options,
    tables::TestTables,
    wire::{Fate, Wire},
};
use crate::{
    CalculationTable as _, OrgStore as _, Post, Store as _, StoreError, conformance,
    dynamo::{DynamoStore, Endpoint, OpenError, Options, Throttled, Throughput},
};

/// What an engine says that has done it all.
const DONE: &str = r#"{"ConsumedCapacity":{"TableName":"x","CapacityUnits":1.0}}"#;
const BATCH_DONE: &str = r#"{"UnprocessedItems":{}}"#;

fn provisioned(read_per_s: u32, write_per_s: u32) -> Throughput {
    let capacity = Capacity { read_per_s, write_per_s };
    Throughput { mode: Mode::Provisioned(capacity, Burst::None), splits: Splits::Off }
}

async fn open(tables: &TestTables, throughput: Throughput) -> (DynamoStore, Throttled) {
    DynamoStore::open_throttled(tables.options(), throughput).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_with_throughput_enough_keeps_the_contract() {
    let tables = TestTables::make("throttle-enough").await;
    let (store, throttled) = open(&tables, provisioned(40_000, 40_000)).await;
    conformance::a_calculation_table_is_sorted(&store).await;
    conformance::all(&Arc::new(store)).await;
    assert!(throttled.refused().is_empty(), "{throttled:?}");
}

/// Twenty units at once, and twenty a second: what is handed back of sixty writes is there in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_partitions_refuse_of_a_batch_is_written_later() {
    let tables = TestTables::make("throttle-batch").await;
    let (store, throttled) = open(&tables, provisioned(1000, 20)).await;
    let ids: Vec<_> = (1..=60).map(|number| MessageId::new(number).unwrap()).collect();
    store.insert_calculated(OrgId::MIN, &ids).await.unwrap();
    let mut there = store.list_calculated(OrgId::MIN, None, 1000).await.unwrap().items;
    there.reverse();
    assert_eq!(there, ids);
    // Of the first batch of 25 at least.
    let refused = throttled.refused();
    assert!(refused[&write(Cause::Provisioned)] >= 4, "{refused:?}");
    assert_eq!(refused.len(), 1, "{refused:?}");
}

/// The clock stands still but for pauses, and the engine is one that does all it is asked: a partition
/// takes 1000 units at once, whatever the table has, and the rest comes later.
#[tokio::test(start_paused = true)]
async fn a_hot_partition_refuses_what_its_table_would_take() {
    let wire = Wire::new(|_| Fate::Answered(200, BATCH_DONE.to_owned()));
    let throughput = provisioned(40_000, 40_000);
    let opened = DynamoStore::open_throttled_through(options("none-"), throughput, wire.client());
    let (store, throttled) = opened.await.unwrap();
    let ids: Vec<_> = (1..=1500).map(|number| MessageId::new(number).unwrap()).collect();
    store.insert_calculated(OrgId::MIN, &ids[..1000]).await.unwrap();
    assert_eq!((throttled.refused().len(), wire.sent()), (0, 40));
    store.insert_calculated(OrgId::MIN, &ids[1000..]).await.unwrap();
    let refused = throttled.refused();
    assert!(refused[&write(Cause::KeyRange)] >= 25, "{refused:?}");
    assert_eq!(refused.len(), 1, "{refused:?}");
}

/// The budget of retries ends long before a bucket that one unit a second fills.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_says_why() {
    let wire = Wire::new(|_| Fate::Answered(200, DONE.to_owned()));
    let opened =
        DynamoStore::open_throttled_through(options("none-"), provisioned(1, 1), wire.client());
    let (store, throttled) = opened.await.unwrap();
    let account = |number| AccountId::new(number).unwrap();
    let mut told = BTreeSet::new();
    for number in 1..=40 {
        told.extend(store.put_member(RoomId::MIN, account(number)).await.err().map(why));
    }
    // A membership lies in an index too, which is asked first.
    assert_eq!(told, BTreeSet::from(["IndexWriteProvisionedThroughputExceeded".to_owned()]));
    told.clear();
    for number in 1..=40 {
        told.extend(store.find_account(account(number)).await.err().map(why));
    }
    assert_eq!(told, BTreeSet::from(["TableReadProvisionedThroughputExceeded".to_owned()]));
    assert_eq!(throttled.refused().len(), 2, "{throttled:?}");
}

fn why(error: StoreError) -> String {
    match error {
        StoreError::Throttled(reason) => reason,
        other => panic!("{other}"),
    }
}

fn write(cause: Cause) -> Reason {
    Reason { resource: Resource::Table, operation: Operation::Write, cause }
}

#[tokio::test]
async fn a_transaction_that_is_refused_is_cancelled_with_the_reason() {
    let tables = TestTables::make("throttle-transaction").await;
    tables.put_member(RoomId::MIN, AccountId::MIN).await.unwrap();
    let text = MessageText::new("x").unwrap();
    let post = Post { room: RoomId::MIN, author: AccountId::MIN, text, unix_ms: EPOCH_UNIX_MS + 1 };
    let message = tables.post_message(post).await.unwrap();
    let (store, _) = open(&tables, provisioned(1000, 1)).await;
    let mut told = Vec::new();
    for code in [0, 1, 0, 1, 0, 1] {
        let kind = chat_domain::Kind::from_code(code).unwrap();
        let key = crate::ReactionKey { room: RoomId::MIN, message, account: AccountId::MIN };
        if let Err(error) = store.put_reaction(key, kind).await {
            told.push(error);
        }
    }
    let reason = StoreError::Throttled("TableWriteProvisionedThroughputExceeded".to_owned());
    assert!(!told.is_empty() && told.iter().all(|error| *error == reason), "{told:?}");
}

#[tokio::test]
async fn the_service_itself_is_never_throttled_by_us() {
    let endpoint = Endpoint::Region { region: "us-east-1".to_owned(), account: None };
    let opened = DynamoStore::open_throttled(Options::new(endpoint, "x-"), provisioned(1, 1)).await;
    assert!(matches!(opened, Err(OpenError::NotLocal { .. })));
}
