//! Tables of a test's own, deleted when it ends, also by a panic.

use std::{
    ops::Deref,
    process,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{DynamoStore, options};
use crate::dynamo::Options;

/// A store on new tables.
pub(crate) struct TestTables {
    store: Arc<DynamoStore>,
    prefix: String,
}

impl TestTables {
    /// Makes them; `name` tells whose they are should they be left over.
    pub(crate) async fn make(name: &str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let prefix = format!("test-{name}-{}-{now}-", process::id());
        let store = DynamoStore::open(options(&prefix)).await.unwrap();
        store.create_tables().await.unwrap();
        store.create_calculation_table().await.unwrap();
        Self { store: Arc::new(store), prefix }
    }

    /// The store, to be shared.
    pub(crate) fn store(&self) -> &Arc<DynamoStore> {
        &self.store
    }

    /// For another store on the same tables.
    pub(crate) fn options(&self) -> Options {
        options(&self.prefix)
    }
}

impl Deref for TestTables {
    type Target = DynamoStore;

    fn deref(&self) -> &DynamoStore {
        &self.store
    }
}

impl Drop for TestTables {
    fn drop(&mut self) {
        let prefix = self.prefix.clone();
        // A runtime of its own: the test's cannot be waited for from inside.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let store = DynamoStore::open(options(&prefix)).await.unwrap();
                store.delete_tables().await.unwrap();
            });
        });
        let deleted = thread.join();
        assert!(deleted.is_ok() || std::thread::panicking(), "the tables were not deleted");
    }
}
