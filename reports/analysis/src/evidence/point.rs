//! One second of a series: its count and the percentiles that are drawn.

use hdrhistogram::Histogram;

/// One second of a series, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Whole seconds from the run's start, at the interval's beginning.
    pub second: u32,
    /// Values in it.
    pub count: u64,
    /// Median.
    pub p50_us: u64,
    /// 95 %.
    pub p95_us: u64,
    /// 99 %.
    pub p99_us: u64,
    /// 99.9 %.
    pub p999_us: u64,
    /// Largest.
    pub max_us: u64,
}

impl Point {
    /// A second of these values; none if there are none.
    pub fn of(second: u32, values: &Histogram<u64>) -> Option<Self> {
        let at = |quantile| values.value_at_quantile(quantile);
        (!values.is_empty()).then(|| Self {
            second,
            count: values.len(),
            p50_us: at(0.50),
            p95_us: at(0.95),
            p99_us: at(0.99),
            p999_us: at(0.999),
            max_us: values.max(),
        })
    }

    /// Two parts of one second: the larger of each percentile.
    pub(super) fn with(self, other: &Self) -> Self {
        Self {
            second: self.second,
            count: self.count + other.count,
            p50_us: self.p50_us.max(other.p50_us),
            p95_us: self.p95_us.max(other.p95_us),
            p99_us: self.p99_us.max(other.p99_us),
            p999_us: self.p999_us.max(other.p999_us),
            max_us: self.max_us.max(other.max_us),
        }
    }
}
