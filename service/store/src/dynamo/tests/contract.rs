//! The conformance suite, and what only a store of several instances can get wrong.

use std::{sync::Arc, time::Duration};

use super::tables::TestTables;
use crate::{
    Decorated, Operation, Store as _, conformance,
    decorators::{Delay, Observe},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dynamodb_keeps_the_contract() {
    let tables = TestTables::make("contract").await;
    conformance::all(tables.store()).await;
    conformance::a_calculation_table_is_sorted(&**tables.store()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dynamodb_keeps_it_under_decorators() {
    let (tables, observe) = (TestTables::make("decorated").await, Observe::default());
    let delay = Delay { latency: Duration::from_micros(100) };
    let delayed = Decorated::new(Arc::clone(tables.store()), delay);
    let observed = Decorated::new(Arc::new(delayed), observe.clone());
    conformance::all(&Arc::new(observed)).await;
    for consumed in tables.consumed() {
        assert_eq!(consumed.calls, observe.observed(consumed.operation).begun);
        // A list of at most nothing asks for nothing: the suite has one such of most lists.
        assert!(consumed.requests + 1 >= consumed.calls, "{consumed:?}");
    }
    assert_eq!(observe.observed(Operation::Probe).done, 1);
}
