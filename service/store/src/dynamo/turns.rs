//! One change at a time on a message, within this instance.
//!
//! DynamoDB lets one transaction at a time touch an item: a second one is cancelled, and may be
//! charged all the same. Waiting here costs nothing, and those who wait are served in order.

use std::time::Duration;

use chat_domain::MessageId;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::timeout,
};

use crate::StoreError;

/// So many messages can be changed at once; two that share a lane wait for each other for nothing,
/// which among a hundred writes at a time hits one in ten.
const LANES: usize = 1024;
/// A lane for each message.
#[derive(Debug)]
pub(super) struct Turns {
    lanes: Vec<Mutex<()>>,
    wait_max: Duration,
}

impl Turns {
    /// Whoever would wait longer than `wait_max` is told to come again.
    pub(super) fn new(wait_max: Duration) -> Self {
        Self { lanes: (0..LANES).map(|_| Mutex::default()).collect(), wait_max }
    }

    /// Waits until nobody else changes the message.
    pub(super) async fn wait(&self, message: MessageId) -> Result<MutexGuard<'_, ()>, StoreError> {
        // The low bits of an id repeat (a sequence that restarts each millisecond, a fixed node):
        // a multiplication spreads all of them over the high ones (Knuth's golden ratio hash).
        let spread = message.number().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let lane = usize::try_from(spread).expect("32 bits") % LANES;
        timeout(self.wait_max, self.lanes[lane].lock()).await.map_err(|_| StoreError::Overloaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_message_has_one_turn_at_a_time_and_others_have_theirs() {
        let turns = Turns::new(Duration::from_millis(500));
        let held = turns.wait(MessageId::MIN).await.unwrap();
        assert_eq!(turns.wait(MessageId::MIN).await.err(), Some(StoreError::Overloaded));
        drop(turns.wait(MessageId::MAX).await.unwrap());
        drop(held);
        drop(turns.wait(MessageId::MIN).await.unwrap());
    }
}
