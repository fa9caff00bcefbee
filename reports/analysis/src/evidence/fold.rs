//! The record read once: histograms added up by tag, one point for each second, limits on both.

use std::collections::HashMap;

use hdrhistogram::Histogram;
use run_record::RecordError;
use run_record::latency::{Interval, Tag};
use run_record::resource_row::ResourceRow;
use run_record::run::Run;
use thiserror::Error;

use super::{Evidence, Point, Series};

/// The most tags: each holds up to 400 kB of counters while it is folded. A scenario has a few dozen.
const TAGS_MAX: usize = 4_096;

/// The most points of all tags together, about half a gigabyte: a week of sixteen tags.
const POINTS_MAX: usize = 10_000_000;

/// The most seconds of resources: 31 days, the longest run foreseen.
const SECONDS_MAX: usize = 31 * 24 * 60 * 60;

const NANOSECONDS: u64 = 1_000_000_000;

/// Why a record could not be folded.
#[derive(Debug, Error)]
pub enum FoldError {
    /// It could not be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The intervals of a tag are not in order of time, so that its seconds cannot be told apart.
    #[error("the latency log goes back in time at second {second} of `{tag}`")]
    OutOfOrder {
        /// Of the interval.
        tag: Tag,
        /// In which the interval begins.
        second: u64,
    },
    /// It is larger than anything a run can leave.
    #[error("the record has more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// Folds a record. Memory grows with tags and seconds, not with requests. Intervals of one tag must be in
/// order of time; several of one second are added up before their percentiles are taken.
pub fn fold(
    run: Run,
    intervals: impl Iterator<Item = Result<Interval, RecordError>>,
    resources: impl Iterator<Item = Result<ResourceRow, RecordError>>,
) -> Result<Evidence, FoldError> {
    let mut folding = Folding::default();
    for interval in intervals {
        folding.add(&interval?)?;
    }
    Ok(Evidence { run, latency: folding.finish(), resources: seconds(resources)? })
}

fn seconds(
    rows: impl Iterator<Item = Result<ResourceRow, RecordError>>,
) -> Result<Vec<ResourceRow>, FoldError> {
    let mut resources = Vec::new();
    for row in rows {
        if resources.len() == SECONDS_MAX {
            return Err(FoldError::TooMany { what: "seconds of resources", limit: SECONDS_MAX });
        }
        resources.push(row?);
    }
    resources.sort_by_key(|row: &ResourceRow| row.second);
    Ok(resources)
}

#[derive(Default)]
struct Folding {
    /// Where the tag is in `open`.
    index: HashMap<Tag, usize>,
    open: Vec<OpenSeries>,
    points: usize,
}

/// A series and the second that may still get values.
struct OpenSeries {
    series: Series,
    second: u32,
    values: Histogram<u64>,
}

impl Folding {
    fn add(&mut self, interval: &Interval) -> Result<(), FoldError> {
        let start = interval.start_ns / NANOSECONDS;
        let out_of_order = || FoldError::OutOfOrder { tag: interval.tag.clone(), second: start };
        let second = u32::try_from(start)
            .map_err(|_| FoldError::TooMany { what: "seconds", limit: SECONDS_MAX })?;
        let open = self.series(&interval.tag, second)?;
        if second < open.second {
            return Err(out_of_order());
        }
        let closed = if second > open.second { open.close(second) } else { 0 };
        add(&mut open.values, &interval.histogram);
        add(&mut open.series.total, &interval.histogram);
        self.points += closed;
        if self.points > POINTS_MAX {
            return Err(FoldError::TooMany { what: "seconds of all tags", limit: POINTS_MAX });
        }
        Ok(())
    }

    fn series(&mut self, tag: &Tag, second: u32) -> Result<&mut OpenSeries, FoldError> {
        if let Some(index) = self.index.get(tag) {
            return Ok(&mut self.open[*index]);
        }
        if self.open.len() == TAGS_MAX {
            return Err(FoldError::TooMany { what: "tags in its latency log", limit: TAGS_MAX });
        }
        let total = run_record::histogram();
        let series = Series { tag: tag.clone(), total, seconds: Vec::new() };
        self.index.insert(tag.clone(), self.open.len());
        self.open.push(OpenSeries { series, second, values: run_record::histogram() });
        Ok(self.open.last_mut().expect("one was pushed in the line above"))
    }

    fn finish(self) -> Vec<Series> {
        self.open
            .into_iter()
            .map(|mut open| {
                open.close(0);
                open.series
            })
            .collect()
    }
}

impl OpenSeries {
    /// Takes the percentiles of the second that is over and begins another; the number of new points.
    fn close(&mut self, next: u32) -> usize {
        let point = Point::of(self.second, &self.values);
        self.series.seconds.extend(point);
        self.values.reset();
        self.second = next;
        usize::from(point.is_some())
    }
}

fn add(to: &mut Histogram<u64>, values: &Histogram<u64>) {
    to.add(values).expect("a histogram that grows by itself takes all of another");
}
