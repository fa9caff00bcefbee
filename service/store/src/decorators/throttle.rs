//! A store that takes only so many calls a second, as one that is paid by its capacity does.

use std::{future::Future, sync::Mutex};

use crate::{Decorator, Operation, StoreError, bucket::Bucket, clock};

/// Refuses calls above a rate; a second's worth may come at once.
#[derive(Debug)]
pub struct Throttle {
    calls_per_s: u32,
    bucket: Mutex<Bucket>,
}

impl Throttle {
    /// At most so many calls a second.
    pub fn new(calls_per_s: u32) -> Self {
        let bucket = Bucket::new(calls_per_s, clock::monotonic());
        Self { calls_per_s, bucket: Mutex::new(bucket) }
    }

    fn admits(&self) -> bool {
        let mut bucket = self.bucket.lock().expect("no holder of the lock panics");
        let admitted = bucket.admits(clock::monotonic());
        if admitted {
            bucket.spend(1.0);
        }
        admitted
    }
}

impl Decorator for Throttle {
    async fn around<T: Send>(
        &self,
        _: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        if self.admits() {
            return call.await;
        }
        let limit = self.calls_per_s;
        Err(StoreError::Throttled(format!("more than {limit} calls a second")))
    }
}
