//! Calls of the store for one organisation: their time is added up, and what fails for a moment is asked again.

use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use chat_domain::newest::reading::ATTEMPTS_MAX;
use chat_store::StoreError;
use tokio::time::sleep;

use crate::clock;

/// After a call that failed for a moment. A tenth of the second in which a partition's capacity comes back;
/// the place among those under way is kept meanwhile, so that a store in trouble is asked less.
const PAUSE: Duration = Duration::from_millis(100);

/// What the calls of one organisation share.
#[derive(Debug)]
pub(crate) struct Calls {
    /// So many at once.
    pub(crate) in_flight_max: usize,
    spent_ns: AtomicU64,
}

impl Calls {
    pub(crate) fn new(in_flight_max: usize) -> Self {
        Self { in_flight_max: in_flight_max.max(1), spent_ns: AtomicU64::new(0) }
    }

    /// How long all calls together took.
    pub(crate) fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent_ns.load(Ordering::Relaxed))
    }

    /// One attempt; after one that failed for a moment, the answer is held back for a pause.
    pub(crate) async fn ask<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let begun = clock::monotonic();
        let answer = call.await;
        let took_ns = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.spent_ns.fetch_add(took_ns, Ordering::Relaxed);
        if answer.as_ref().err().is_some_and(passes) {
            sleep(PAUSE).await;
        }
        answer
    }

    /// As many attempts as it takes, up to [`ATTEMPTS_MAX`]. For calls that may be made twice.
    pub(crate) async fn insist<T, F>(&self, call: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut attempts = 1;
        loop {
            let answer = self.ask(call()).await;
            if attempts >= ATTEMPTS_MAX || !answer.as_ref().err().is_some_and(passes) {
                return answer;
            }
            attempts += 1;
        }
    }
}

/// Whether the same call may do better a moment later.
pub(crate) fn passes(error: &StoreError) -> bool {
    matches!(error, StoreError::Overloaded | StoreError::Throttled(_) | StoreError::Unavailable(_))
}
