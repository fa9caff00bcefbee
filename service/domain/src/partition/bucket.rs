//! A token bucket in whole numbers: tokens are units times nanoseconds, so that no refill is ever rounded.

/// Nanoseconds of a second.
pub(super) const SECOND_NS: u64 = 1_000_000_000;

/// Refilled at a rate up to a depth. It may go below zero: what one request costs is taken whole, and paid
/// back before the next is admitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    per_s: u32,
    depth: i64,
    tokens: i64,
    filled_ns: u64,
}

impl Bucket {
    /// A full one that holds what so many milliseconds bring.
    pub(super) fn new(per_s: u32, depth_ms: u32, now_ns: u64) -> Self {
        let depth = i64::from(per_s) * i64::from(depth_ms) * 1_000_000;
        Self { per_s, depth, tokens: depth, filled_ns: now_ns }
    }

    /// Whether there is anything left to spend.
    pub(super) fn admits(&mut self, now_ns: u64) -> bool {
        let since_ns = now_ns.saturating_sub(self.filled_ns);
        let refill = u64::from(self.per_s).saturating_mul(since_ns);
        let tokens = self.tokens.saturating_add_unsigned(refill);
        self.tokens = tokens.min(self.depth);
        self.filled_ns = self.filled_ns.max(now_ns);
        self.tokens > 0
    }

    pub(super) fn spend(&mut self, half_units: u32) {
        self.tokens = self.tokens.saturating_sub_unsigned(tokens(half_units));
    }
}

/// Half a unit is what an eventually consistent read of 4 KiB costs.
pub(super) fn tokens(half_units: u32) -> u64 {
    u64::from(half_units) * (SECOND_NS / 2)
}
