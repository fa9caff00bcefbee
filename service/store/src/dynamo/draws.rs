//! Numbers that nobody else draws: request ids, and the jitter of pauses.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The first pause of our own loops is up to this long, as that of the SDK's retries.
const BACKOFF_FIRST: Duration = Duration::from_millis(25);
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// A counter under a hash whose key the system has drawn for this store: 64 bits that no other
/// process repeats but by a chance of one in 2^64 for each pair.
#[derive(Debug, Default)]
pub(super) struct Draws {
    key: RandomState,
    count: AtomicU64,
}

impl Draws {
    /// The next.
    pub(super) fn next(&self) -> u64 {
        self.key.hash_one(self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// How long to wait before try number `tries + 1`: drawn up to a bound that doubles, so that
    /// those who collided do not collide again.
    pub(super) fn pause(&self, tries: u32) -> Duration {
        let bound = BACKOFF_FIRST.saturating_mul(2_u32.saturating_pow(tries)).min(BACKOFF_MAX);
        let thousandths = u32::try_from(self.next() % 1000).expect("below 1000");
        bound * thousandths / 1000
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn draws_differ_and_pauses_are_bounded() {
        let (one, other) = (Draws::default(), Draws::default());
        let drawn: BTreeSet<_> = (0..1000).flat_map(|_| [one.next(), other.next()]).collect();
        assert_eq!(drawn.len(), 2000);
        for (tries, bound_ms) in [(0, 25), (1, 50), (5, 800), (6, 1000), (60, 1000)] {
            let longest = (0..1000).map(|_| one.pause(tries)).max().unwrap();
            assert!(longest < Duration::from_millis(bound_ms), "{tries}: {longest:?}");
            assert!(longest > Duration::from_millis(bound_ms / 2), "{tries}: {longest:?}");
        }
    }
}
