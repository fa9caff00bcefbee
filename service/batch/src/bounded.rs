//! Futures of which at most so many are under way: whoever has more waits until one has ended.

use std::future::Future;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

/// Their answers come in whichever order they end.
pub(crate) struct Bounded<F> {
    most: usize,
    under_way: FuturesUnordered<F>,
}

impl<F: Future> Bounded<F> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), under_way: FuturesUnordered::new() }
    }

    /// Adds one more, once there is room for it; the answer of the one that had to end first, if any.
    pub(crate) async fn add(&mut self, future: F) -> Option<F::Output> {
        let ended = if self.under_way.len() < self.most { None } else { self.next().await };
        self.under_way.push(future);
        ended
    }

    /// The next answer; none when nothing is under way.
    pub(crate) async fn next(&mut self) -> Option<F::Output> {
        self.under_way.next().await
    }
}
