//! What stands around the store in tests: calls that fail, and a count of those under way.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

use chat_store::{Decorated, Decorator, Operation, StoreError};
use tokio::task::yield_now;

/// Fails the first calls of an operation.
pub(super) struct Failing {
    operation: Operation,
    left: AtomicU32,
    error: StoreError,
}

/// The store, of which the first `times` calls of an operation fail.
pub(super) fn failing<S: Send + Sync>(
    store: &Arc<S>,
    operation: Operation,
    times: u32,
    error: StoreError,
) -> Decorated<S, Failing> {
    Decorated::new(Arc::clone(store), Failing { operation, left: AtomicU32::new(times), error })
}

impl Decorator for Failing {
    async fn around<T: Send>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let (order, less) = (Ordering::SeqCst, |left: u32| left.checked_sub(1));
        if operation == self.operation && self.left.fetch_update(order, order, less).is_ok() {
            return Err(self.error.clone());
        }
        call.await
    }
}

/// Counts the calls under way; clones share the count.
#[derive(Clone, Debug, Default)]
pub(super) struct InFlight(Arc<(AtomicUsize, AtomicUsize)>);

impl InFlight {
    /// The most at any time.
    pub(super) fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

impl Decorator for InFlight {
    async fn around<T: Send>(
        &self,
        _: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let (now, most) = &*self.0;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // The model store answers at once: others get their turn to begin.
        yield_now().await;
        let answer = call.await;
        now.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}
