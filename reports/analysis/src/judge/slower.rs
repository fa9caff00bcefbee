//! Whether one distribution of times is slower than another by more than chance and by enough to matter.

use run_record::spread::Spread;

use super::as_figure;
use crate::limits::{BEYOND_FEW_MIN, BEYOND_SAMPLES_MIN, FEW_RATIO_MIN};

/// Where two distributions are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantile {
    pub(super) percent: u32,
    of: fn(&Spread) -> u64,
}

pub(super) const P50: Quantile = Quantile { percent: 50, of: |spread| spread.p50 };
pub(super) const P90: Quantile = Quantile { percent: 90, of: |spread| spread.p90 };
pub(super) const P99: Quantile = Quantile { percent: 99, of: |spread| spread.p99 };

/// How much slower is slower.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margin {
    pub(super) ratio: f64,
    pub(super) extra_us: f64,
}

/// What was found, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slower {
    pub(super) quantile: Quantile,
    pub(super) slow_us: f64,
    pub(super) fast_us: f64,
}

impl Slower {
    /// How many times as long it took.
    pub(super) fn ratio(&self) -> f64 {
        self.slow_us / self.fast_us
    }
}

impl Quantile {
    pub(super) fn of(self, spread: &Spread) -> u64 {
        (self.of)(spread)
    }

    /// Compares two distributions here. The fast one may be a figure of several, of so many requests at least.
    pub(super) fn compare(
        self,
        slow: (u64, u64),
        fast: (u64, u64),
        margin: Margin,
    ) -> Option<Slower> {
        let (slow_us, slow_count) = slow;
        let (fast_us, fast_count) = fast;
        let beyond = self.beyond(slow_count.min(fast_count));
        let ratio = if beyond >= BEYOND_SAMPLES_MIN {
            margin.ratio
        } else if beyond >= BEYOND_FEW_MIN {
            margin.ratio.max(FEW_RATIO_MIN)
        } else {
            return None;
        };
        // Nothing is infinitely slower than what took less than a microsecond.
        let (slow_us, fast_us) = (as_figure(slow_us), as_figure(fast_us.max(1)));
        let is_slower = slow_us >= ratio * fast_us && slow_us - fast_us >= margin.extra_us;
        is_slower.then_some(Slower { quantile: self, slow_us, fast_us })
    }

    /// How many of so many requests lie beyond it.
    fn beyond(self, count: u64) -> u64 {
        count.saturating_mul(u64::from(100 - self.percent)) / 100
    }
}

/// The first of these quantiles at which one distribution is slower than the other.
pub(super) fn slower(
    quantiles: &[Quantile],
    slow: &Spread,
    fast: &Spread,
    margin: Margin,
) -> Option<Slower> {
    quantiles.iter().find_map(|quantile| {
        let at = |spread: &Spread| (quantile.of(spread), spread.count);
        quantile.compare(at(slow), at(fast), margin)
    })
}
