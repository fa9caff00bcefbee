//! Counts calls by what became of them, for whoever asks.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use crate::{Decorator, Operation, StoreError, clock};

/// What the calls of one operation came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Calls that began. Those that have not ended are on the way, or their caller gave up.
    pub begun: u64,
    /// Calls that did what was asked.
    pub done: u64,
    /// Calls that could not be done as they were asked (`StoreError::is_refusal`).
    pub refused: u64,
    /// Calls that the store failed.
    pub failed: u64,
    /// How long the ended ones took together.
    pub spent: Duration,
    /// How long the longest of them took.
    pub longest: Duration,
}

/// Clones share the counts, so that one can be kept to ask.
#[derive(Clone, Debug, Default)]
pub struct Observe(Arc<Mutex<[Observed; Operation::ALL.len()]>>);

impl Observe {
    /// So far.
    pub fn observed(&self, operation: Operation) -> Observed {
        self.all()[operation.index()]
    }

    fn all(&self) -> MutexGuard<'_, [Observed; Operation::ALL.len()]> {
        self.0.lock().expect("no holder of the lock panics")
    }
}

impl Decorator for Observe {
    async fn around<T: Send>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let begun = clock::monotonic();
        self.all()[operation.index()].begun += 1;
        let output = call.await;
        let took = begun.elapsed();
        let observed = &mut self.all()[operation.index()];
        match &output {
            Ok(_) => observed.done += 1,
            Err(error) if error.is_refusal() => observed.refused += 1,
            Err(_) => observed.failed += 1,
        }
        observed.spent += took;
        observed.longest = observed.longest.max(took);
        output
    }
}
