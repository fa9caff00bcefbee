//! A store that is further away: each call takes so much longer.

use std::{future::Future, time::Duration};

use crate::{Decorator, Operation, StoreError};

/// Waits before each call.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    /// How long.
    pub latency: Duration,
}

impl Decorator for Delay {
    async fn around<T: Send>(
        &self,
        _: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        tokio::time::sleep(self.latency).await;
        call.await
    }
}
