//! What a report is drawn from: the record, read once and folded, so that memory does not grow with the requests.

use hdrhistogram::Histogram;
use run_record::latency::{Kind, Tag};
use run_record::resource_row::ResourceRow;
use run_record::run::Run;

mod fold;
mod spectrum;

pub use fold::{FoldError, fold};

/// A record, read and folded.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// `run.json`.
    pub run: Run,
    /// `latency.hlog`, one series for each tag, in the order first seen.
    pub latency: Vec<Series>,
    /// `resources/*.parquet`, in order of time.
    pub resources: Vec<ResourceRow>,
}

/// One tag of the latency log.
#[derive(Clone, Debug)]
pub struct Series {
    /// Stream, phase, step and kind of time.
    pub tag: Tag,
    /// All its intervals together, in microseconds.
    pub total: Histogram<u64>,
    /// Its intervals, in order of time; seconds without a value are absent.
    pub seconds: Vec<Point>,
}

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

impl Evidence {
    /// What share of the requests took how long at most, in measured phases: pairs of a percentile (0 to
    /// below 100) and microseconds, both rising. The percentiles lie evenly on the axis on which 90, 99 and
    /// 99.9 have the same distance; the last is the largest value seen. Empty if nothing was seen.
    pub fn spectrum(&self, stream: &str, step: &str, kind: Kind) -> Vec<(f64, u64)> {
        let mut all = run_record::histogram();
        for series in self.series(stream, step, kind).filter(|series| self.is_measured(&series.tag))
        {
            all.add(&series.total).expect("a histogram that grows by itself takes all of another");
        }
        spectrum::points(&all)
    }

    /// The seconds of a step over all phases, in order of time. In a second in which one phase ends and
    /// the next begins, the larger percentile of the two stands for both: that of all values together
    /// lies between them.
    pub fn over_time(&self, stream: &str, step: &str, kind: Kind) -> Vec<Point> {
        let mut points: Vec<Point> = self
            .series(stream, step, kind)
            .flat_map(|series| series.seconds.iter().copied())
            .collect();
        points.sort_by_key(|point| point.second);
        points.dedup_by(|next, first| {
            let same = next.second == first.second;
            if same {
                *first = first.with(next);
            }
            same
        });
        points
    }

    fn series(&self, stream: &str, step: &str, kind: Kind) -> impl Iterator<Item = &Series> {
        self.latency.iter().filter(move |series| {
            let tag = &series.tag;
            tag.kind == kind && tag.stream == stream && tag.step == step
        })
    }

    fn is_measured(&self, tag: &Tag) -> bool {
        self.run
            .plan
            .streams
            .iter()
            .filter(|stream| stream.name == tag.stream)
            .flat_map(|stream| &stream.phases)
            .any(|phase| phase.name == tag.phase && phase.measured)
    }
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

    fn with(self, other: &Self) -> Self {
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

#[cfg(test)]
mod tests;
