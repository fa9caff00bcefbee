//! Decorated stores keep the contract, and do what they add to it.

use std::{sync::Arc, time::Duration};

use chat_domain::{AccountId, Kind, MessageId, RoomId};

use super::{Delay, Observe, Observed, Throttle};
use crate::{
    CalculationTable, Decorated, Decorator, Operation, Options, ReactionKey, RedbStore, Store,
    StoreError, clock, conformance, model::ModelStore,
};

async fn keeps_the_contract<S: Store + CalculationTable>(store: S, decorator: impl Decorator) {
    let decorated = Decorated::new(Arc::new(store), decorator);
    conformance::a_calculation_table_is_sorted(&decorated).await;
    conformance::all(&Arc::new(decorated)).await;
}

#[tokio::test(start_paused = true)]
async fn the_model_store_keeps_the_contract_under_each() {
    conformance::all(&Arc::new(ModelStore::default())).await;
    keeps_the_contract(ModelStore::default(), Delay { latency: Duration::from_millis(7) }).await;
    keeps_the_contract(ModelStore::default(), Throttle::new(1000)).await;
    keeps_the_contract(ModelStore::default(), Observe::default()).await;
}

#[tokio::test]
async fn redb_keeps_the_contract_under_each() {
    for n in 0..3 {
        let dir = tempfile::tempdir().unwrap();
        let store = RedbStore::open(dir.path(), Options::default()).unwrap();
        match n {
            0 => keeps_the_contract(store, Delay { latency: Duration::from_micros(100) }).await,
            1 => keeps_the_contract(store, Throttle::new(1000)).await,
            _ => keeps_the_contract(store, Observe::default()).await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_call_is_delayed_by_the_latency() {
    let delay = Delay { latency: Duration::from_millis(7) };
    let store = Decorated::new(Arc::new(ModelStore::default()), delay);
    let begun = clock::monotonic();
    store.put_member(RoomId::MIN, AccountId::MIN).await.unwrap();
    store.is_member(RoomId::MIN, AccountId::MIN).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::from_millis(14));
}

#[tokio::test(start_paused = true)]
async fn calls_above_the_rate_are_refused_and_not_done() {
    let store = Decorated::new(Arc::new(ModelStore::default()), Throttle::new(5));
    for second in 0..3 {
        for call in 0..20 {
            let account = AccountId::new(1 + second * 20 + call).unwrap();
            let done = store.put_member(RoomId::MIN, account).await;
            let throttled = StoreError::Throttled("more than 5 calls a second".to_owned());
            assert_eq!(done, if call < 5 { Ok(()) } else { Err(throttled) });
            assert_eq!(store.store_has(account).await, call < 5);
        }
        tokio::time::advance(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn each_end_of_a_call_is_counted_once() {
    let observe = Observe::default();
    let slow = Decorated::new(
        Arc::new(ModelStore::default()),
        Delay { latency: Duration::from_millis(3) },
    );
    let store =
        Decorated::new(Arc::new(Decorated::new(Arc::new(slow), Throttle::new(1))), observe.clone());
    let key = ReactionKey { room: RoomId::MIN, message: MessageId::MIN, account: AccountId::MIN };
    let kind = Kind::from_code(0).unwrap();
    store.put_member(RoomId::MIN, AccountId::MIN).await.unwrap();
    assert_eq!(store.put_reaction(key, kind).await, Err(StoreError::NotFound));
    assert!(matches!(store.put_reaction(key, kind).await, Err(StoreError::Throttled(_))));
    drop(store.probe());
    let took = Duration::from_millis(3);
    let one = Observed { begun: 1, done: 1, spent: took, longest: took, ..Observed::default() };
    assert_eq!(observe.observed(Operation::PutMember), one);
    let two = Observed { begun: 2, done: 0, refused: 1, failed: 1, ..one };
    assert_eq!(observe.observed(Operation::PutReaction), two);
    assert_eq!(observe.observed(Operation::Probe), Observed::default());
}

impl Decorated<ModelStore, Throttle> {
    /// Past the throttle.
    async fn store_has(&self, account: AccountId) -> bool {
        self.store.is_member(RoomId::MIN, account).await.unwrap()
    }
}
