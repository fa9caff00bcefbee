//! A token bucket: how much may be spent in a second, told the time.
//!
//! What something costs is often known only afterwards, so spending may leave a debt that the refill
//! pays back before the next is admitted.

use std::time::Duration;

use tokio::time::Instant;

/// Tokens that come back at a fixed rate, up to one second's worth.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_s: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// A full one.
    pub(crate) fn new(per_s: u32, now: Instant) -> Self {
        Self { per_s: f64::from(per_s), tokens: f64::from(per_s), filled: now }
    }

    /// Whether there is anything left to spend.
    pub(crate) fn admits(&mut self, now: Instant) -> bool {
        let since: Duration = now.saturating_duration_since(self.filled);
        self.tokens = (self.tokens + since.as_secs_f64() * self.per_s).min(self.per_s);
        self.filled = now;
        self.tokens > 0.0
    }

    /// Takes what was spent.
    pub(crate) fn spend(&mut self, tokens: f64) {
        self.tokens -= tokens;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_holds_over_time_and_a_debt_is_paid_first() {
        let start = crate::clock::monotonic();
        let mut bucket = Bucket::new(10, start);
        let mut admitted = 0;
        for ms in (0..5000).step_by(10) {
            if bucket.admits(start + Duration::from_millis(ms)) {
                bucket.spend(1.0);
                admitted += 1;
            }
        }
        // One second's worth at the start, and the refill of five seconds.
        assert!((59..=61).contains(&admitted), "{admitted}");

        bucket.spend(30.0);
        assert!(!bucket.admits(start + Duration::from_secs(7)));
        assert!(bucket.admits(start + Duration::from_secs(9)));
    }
}
