//! The conformance suite, and what only a store of several instances can get wrong.

use super::tables::Tables;
use crate::conformance;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dynamodb_keeps_the_contract() {
    let tables = Tables::make("contract").await;
    conformance::all(tables.store()).await;
}
