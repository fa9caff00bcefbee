//! What a report is drawn from: the record, read once and folded, so that memory does not grow with the requests.

use hdrhistogram::Histogram;
use run_record::latency::{Kind, Tag};
use run_record::resource_row::ResourceRow;
use run_record::run::Run;

mod fold;
mod missing;

mod heat;
mod point;
mod spectrum;

mod gaps;

mod metrics;

pub use fold::{Parts, fold};
pub use gaps::{GAPS_ROWS_MAX, Gaps, expected_share};
pub use heat::{Heat, ROWS_PER_DECADE, row_starts_us};
pub use metrics::MetricSeries;
pub use missing::Missing;
pub use point::Point;
pub use spectrum::points as spectrum_points;

/// A record, read and folded.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// `run.json`.
    pub run: Run,
    /// `latency.hlog`, one series for each tag of a step's times, in the order first seen.
    pub latency: Vec<Series>,
    /// `resources/*.parquet`, in order of time.
    pub resources: Vec<ResourceRow>,
    /// `arrivals/*.parquet`: how far apart first requests were sent, by stream; empty where rows were not kept.
    pub gaps: Vec<Gaps>,
    /// `metrics/*.parquet`: what the target said of itself, in the order first told; empty where it was not asked.
    pub metrics: Vec<MetricSeries>,
    /// What should be there and is not, with the reason.
    pub missing: Vec<Missing>,
}

/// One tag of the latency log.
#[derive(Clone, Debug)]
pub struct Series {
    /// Stream, phase, step and kind of time.
    pub tag: Tag,
    /// All its intervals together, in microseconds.
    pub total: Histogram<u64>,
    /// Its intervals, in order of time; seconds without a value are absent. Empty for kinds that are not
    /// drawn over time.
    pub seconds: Vec<Point>,
    /// How its values lie over time; empty for kinds that are not drawn so.
    pub heat: Heat,
}

impl Evidence {
    /// What share of the requests took how long at most, in measured phases: pairs of a percentile (0 to
    /// below 100) and microseconds, both rising. The percentiles lie evenly on the axis on which 90, 99 and
    /// 99.9 have the same distance; the last is the largest value seen. Empty if nothing was seen.
    pub fn spectrum(&self, stream: &str, step: &str, kind: Kind) -> Vec<(f64, u64)> {
        spectrum::points(&self.measured(stream, step, kind))
    }

    /// The values of a step in measured phases.
    pub(crate) fn measured(&self, stream: &str, step: &str, kind: Kind) -> Histogram<u64> {
        let mut all = run_record::histogram();
        for series in self.series(stream, step, kind).filter(|series| self.is_measured(&series.tag))
        {
            all.add(&series.total).expect("a histogram that grows by itself takes all of another");
        }
        all
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

    /// How the response times of a step lie over time, over all phases.
    pub fn heat(&self, stream: &str, step: &str) -> Heat {
        let mut heat = Heat::default();
        for series in self.series(stream, step, Kind::Response) {
            heat.add(&series.heat);
        }
        heat
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

#[cfg(test)]
mod tests;
