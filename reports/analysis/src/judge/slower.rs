//! Whether one distribution of times is slower than others by more than chance and by enough to matter.
//!
//! A quantile alone does not tell: where a share of the requests is of a slow kind, a quantile near that share is now
//! of the one kind and now of the other, by chance. So the mean must be longer as well, at the median; in the tail it
//! is the next quantile of the others that must be passed.

use run_record::spread::Spread;

use super::as_figure;
use crate::limits::{
    BEYOND_FEW_MIN, BEYOND_SAMPLES_MIN, FEW_MEAN_RATIO_MIN, FEW_RATIO_MIN, MEAN_RATIO_MIN,
};

/// Where distributions are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantile {
    pub(super) percent: u32,
    of: fn(&Spread) -> u64,
    /// Of the others, what must be passed.
    next: fn(&Spread) -> u64,
    /// Whether the mean must be longer too.
    by_mean: bool,
}

pub(super) const P50: Quantile =
    Quantile { percent: 50, of: |times| times.p50, next: |times| times.p50, by_mean: true };
pub(super) const P90: Quantile =
    Quantile { percent: 90, of: |times| times.p90, next: |times| times.p95, by_mean: false };
pub(super) const P99: Quantile =
    Quantile { percent: 99, of: |times| times.p99, next: |times| times.p999, by_mean: false };

/// How much slower is slower.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margin {
    pub(super) ratio: f64,
    pub(super) extra_us: f64,
}

/// What was found, and at which share of the requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slower {
    pub(super) percent: u32,
    pub(super) slow_us: f64,
    /// The median of the others.
    pub(super) fast_us: f64,
}

impl Slower {
    /// How many times as long it took.
    pub(super) fn ratio(&self) -> f64 {
        self.slow_us / self.fast_us
    }
}

/// The first of these quantiles at which a distribution is slower than the median of others, each of which has
/// enough requests to be compared.
pub(super) fn slower(
    quantiles: &[Quantile],
    slow: &Spread,
    others: &[Spread],
    margin: Margin,
) -> Option<Slower> {
    let fewest = others.iter().map(|other| other.count).min()?.min(slow.count);
    quantiles.iter().find_map(|quantile| quantile.slower(slow, others, fewest, margin))
}

impl Quantile {
    fn slower(
        self,
        slow: &Spread,
        others: &[Spread],
        fewest: u64,
        margin: Margin,
    ) -> Option<Slower> {
        let beyond = fewest.saturating_mul(u64::from(100 - self.percent)) / 100;
        let (ratio, mean_ratio) = if beyond >= BEYOND_SAMPLES_MIN {
            (margin.ratio, MEAN_RATIO_MIN)
        } else if beyond >= BEYOND_FEW_MIN {
            (margin.ratio.max(FEW_RATIO_MIN), FEW_MEAN_RATIO_MIN)
        } else {
            return None;
        };
        // Nothing is infinitely slower than what took less than a microsecond.
        let median_of =
            |of: fn(&Spread) -> u64| median(others.iter().map(|other| as_figure(of(other).max(1))));
        let (slow_us, pass_us) = (as_figure((self.of)(slow)), median_of(self.next)?);
        let longer = slow_us >= ratio * pass_us && slow_us - pass_us >= margin.extra_us;
        let mean_us = median(others.iter().map(|other| other.mean))?;
        let heavier = !self.by_mean || slow.mean >= mean_ratio * mean_us;
        let fast_us = median_of(self.of)?;
        (longer && heavier).then_some(Slower { percent: self.percent, slow_us, fast_us })
    }
}

/// Of an even number the greater of the two in the middle, so that of two others the slow one decides.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
