//! The model of partitions before the engine: refusals arrive as the SDK's own, and what is handed back
//! is written in the end.

use std::sync::Arc;

use chat_domain::{
    AccountId, EPOCH_UNIX_MS, MessageId, MessageText, OrgId, RoomId,
    partition::{Burst, Capacity, Cause, Mode, Operation, Reason, Resource, Splits},
};

use super::tables::TestTables;
use crate::{
    CalculationTable as _, OrgStore as _, Post, Store as _, StoreError, conformance,
    dynamo::{DynamoStore, Endpoint, OpenError, Options, Throttled, Throughput},
};

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

/// Ten units at once, and ten a second: of a hundred writes most are handed back once or more, and
/// all are there in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_partitions_refuse_of_a_batch_is_written_later() {
    let tables = TestTables::make("throttle-batch").await;
    let (store, throttled) = open(&tables, provisioned(1000, 20)).await;
    let ids: Vec<_> = (1..=60).map(|number| MessageId::new(number).unwrap()).collect();
    store.insert_calculated(OrgId::MIN, &ids).await.unwrap();
    let mut there = store.list_calculated(OrgId::MIN, None, 1000).await.unwrap().items;
    there.reverse();
    assert_eq!(there, ids);
    let refused = throttled.refused();
    let reason = Reason {
        resource: Resource::Table,
        operation: Operation::Write,
        cause: Cause::Provisioned,
    };
    // 20 of 60 are admitted at the start, so at least the third batch had to come again.
    assert!(refused[&reason] >= 25, "{refused:?}");
    assert_eq!(refused.len(), 1, "{refused:?}");
}

/// The budget of retries ends long before a bucket that is refilled by one unit a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_refused_says_why() {
    let tables = TestTables::make("throttle-reason").await;
    let (store, _) = open(&tables, provisioned(1, 1)).await;
    let account = |number| AccountId::new(number).unwrap();
    let mut told = Vec::new();
    for number in 1..=40 {
        if let Err(StoreError::Throttled(reason)) =
            store.put_member(RoomId::MIN, account(number)).await
        {
            told.push(reason);
        }
    }
    // A membership lies in an index too, which is asked first.
    let reason = "IndexWriteProvisionedThroughputExceeded";
    assert!(told.iter().any(|why| why == reason), "{told:?}");
    let mut told = Vec::new();
    for number in 1..=40 {
        if let Err(StoreError::Throttled(reason)) = store.find_account(account(number)).await {
            told.push(reason);
        }
    }
    assert!(told.iter().any(|why| why == "TableReadProvisionedThroughputExceeded"), "{told:?}");
}

/// Long texts of one room are over what one partition gives, whatever the table has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hot_room_is_refused_by_its_partition() {
    let tables = TestTables::make("throttle-hot").await;
    let (store, throttled) = open(&tables, provisioned(40_000, 40_000)).await;
    let ids: Vec<_> = (1..=4000).map(|number| MessageId::new(number).unwrap()).collect();
    let halves = ids.chunks(500).map(|ids| store.insert_calculated(OrgId::MIN, ids));
    let written = futures_util::future::join_all(halves).await;
    let reason =
        Reason { resource: Resource::Table, operation: Operation::Write, cause: Cause::KeyRange };
    // A partition takes 1000 at once and 1000 a second; the engine takes them faster or not, and
    // only if it did was anything refused. What is refused is never lost.
    assert!(written.iter().all(Result::is_ok), "{written:?}");
    assert!(throttled.refused().keys().all(|refused| *refused == reason), "{throttled:?}");
    assert_eq!(store.list_calculated(OrgId::MIN, None, 5000).await.unwrap().items.len(), 4000);
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
