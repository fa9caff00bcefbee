//! How often a room is posted to, by what was read of it.

use super::unix_ms;
use crate::MessageId;

/// Messages in 2^32 milliseconds, which is fifty days: whole numbers are then exact enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rate(u64);

/// One page weighs so little against those before it.
const WEIGHT: u64 = 8;

impl Rate {
    /// Of the messages of a page.
    pub(super) fn of(ids: &[MessageId]) -> Self {
        let [first, .., last] = ids else { return Self(0) };
        let between_ms = (unix_ms(*first) - unix_ms(*last)).max(1);
        Self(((ids.len() as u64 - 1) << 32) / between_ms)
    }

    /// One message in so much time.
    pub(super) fn once_in(ms: u64) -> Self {
        Self((1 << 32) / ms.max(1))
    }

    /// How many are to be expected in so much time.
    pub(super) fn within(self, ms: u64) -> u64 {
        let count = (u128::from(self.0) * u128::from(ms)) >> 32;
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// A mean in which the latest weigh most.
    pub(super) fn towards(self, latest: Self) -> Self {
        Self(self.0 - self.0 / WEIGHT + latest.0 / WEIGHT)
    }
}
