//! Faults on real sockets: an engine that stops, comes back, or takes connections and says nothing.

use std::time::Duration;

use chat_domain::{AccountId, RoomId};

use super::{endpoint, relay::Relay, tables::TestTables};
use crate::{
    Store as _, StoreError,
    dynamo::{DynamoStore, Endpoint, Options, Timeouts},
};

const ROOM: RoomId = RoomId::MIN;

#[tokio::test]
async fn an_engine_that_comes_back_is_used_again() {
    let tables = TestTables::make("sockets-stop").await;
    let relay = Relay::start(&endpoint()).await;
    let address = relay.address();
    let options = through(&relay, tables.options());
    let store = DynamoStore::open(options).await.unwrap();
    let mut relay = Some(relay);
    for account in 1..=3 {
        let account = AccountId::new(account).unwrap();
        store.put_member(ROOM, account).await.unwrap();
        relay.take().unwrap().cut().await;
        let refused = store.is_member(ROOM, account).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert!(matches!(store.probe().await, Err(StoreError::Unavailable(_))));
        relay = Some(Relay::start_at(address, &endpoint()).await);
        assert_eq!(store.is_member(ROOM, account).await, Ok(true));
        store.probe().await.unwrap();
    }
}

/// The time-outs are real here: connections are taken, and no answer comes.
#[tokio::test]
async fn an_engine_that_says_nothing_is_given_up_and_used_again() {
    let tables = TestTables::make("sockets-silent").await;
    let relay = Relay::start(&endpoint()).await;
    relay.swallow(true);
    let quick = Duration::from_millis(50);
    let timeouts = Timeouts {
        read_attempt: quick,
        write_attempt: quick,
        operation: quick * 5,
        ..Timeouts::default()
    };
    let store = DynamoStore::open(Options { timeouts, ..through(&relay, tables.options()) });
    let store = store.await.unwrap();
    for _ in 0..3 {
        let given_up = store.put_member(ROOM, AccountId::MIN).await;
        assert!(matches!(given_up, Err(StoreError::Unavailable(_))), "{given_up:?}");
    }
    relay.swallow(false);
    // What else this machine does may make it miss fifty milliseconds; not for ever.
    while store.put_member(ROOM, AccountId::MIN).await.is_err() {}
    assert_eq!(tables.is_member(ROOM, AccountId::MIN).await, Ok(true));
}

fn through(relay: &Relay, options: Options) -> Options {
    let url = format!("http://{}", relay.address());
    Options { endpoint: Endpoint::Local { url }, ..options }
}
