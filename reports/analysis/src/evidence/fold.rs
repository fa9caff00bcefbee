//! The record read once: histograms added up by tag, one point for each second, limits on both. What cannot be
//! read costs its part of the report and nothing else.

use std::collections::HashMap;
use std::fmt::Display;

use hdrhistogram::Histogram;
use run_record::arrivals::SentRow;
use run_record::latency::{Interval, Kind, Tag};
use run_record::metric_row::MetricRow;
use run_record::resource_row::ResourceRow;
use run_record::run::Run;

use super::gaps::SentTimes;
use super::metrics::Told;
use super::missing::{self, Missing};
use super::{Evidence, Heat, MetricSeries, Point, Series};

/// The most tags: each holds up to 400 kB of counters while it is folded. A scenario has a few dozen.
const TAGS_MAX: usize = 4_096;

/// The most points of all tags together, about half a gigabyte: a week of sixteen tags.
const POINTS_MAX: usize = 10_000_000;

/// The most seconds of resources: 31 days, the longest run foreseen.
const SECONDS_MAX: usize = 31 * 24 * 60 * 60;

const NANOSECONDS: u64 = 1_000_000_000;

/// The parts of a record beside `run.json`, as they are read. An error costs what it stands for; what comes
/// after it is read on.
pub struct Parts<I, R, S, M> {
    /// `latency.hlog`, the intervals of each tag in order of time.
    pub intervals: I,
    /// `resources/`, one row for each second.
    pub resources: R,
    /// `arrivals/`, the first requests of measured phases.
    pub sent: S,
    /// `metrics/`, in order of time.
    pub metrics: M,
}

/// Folds a record. Memory grows with tags and seconds, not with requests. Several intervals of one second
/// are added up before their percentiles are taken.
pub fn fold<I, R, S, M, E>(run: Run, parts: Parts<I, R, S, M>) -> Evidence
where
    I: Iterator<Item = Result<Interval, E>>,
    R: Iterator<Item = Result<ResourceRow, E>>,
    S: Iterator<Item = Result<SentRow, E>>,
    M: Iterator<Item = Result<MetricRow, E>>,
    E: Display,
{
    let mut missing = Vec::new();
    let latency = latency(parts.intervals, &mut missing);
    let resources = seconds(parts.resources, &mut missing);
    let gaps = gaps(parts.sent, &mut missing);
    let metrics = metrics(parts.metrics, &mut missing);
    let mut evidence = Evidence { run, latency, resources, gaps, metrics, missing };
    missing::compare(&mut evidence);
    evidence
}

fn latency<E: Display>(
    intervals: impl Iterator<Item = Result<Interval, E>>,
    missing: &mut Vec<Missing>,
) -> Vec<Series> {
    let mut folding = Folding::default();
    for interval in intervals {
        let added = match interval {
            Ok(interval) => folding.add(interval),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = added {
            missing::note(missing, "times from there on", &why);
            break;
        }
    }
    folding.finish()
}

fn seconds<E: Display>(
    rows: impl Iterator<Item = Result<ResourceRow, E>>,
    missing: &mut Vec<Missing>,
) -> Vec<ResourceRow> {
    let mut resources = Vec::new();
    for row in rows {
        match row {
            Ok(_) if resources.len() == SECONDS_MAX => {
                let why = format!("there are more than {SECONDS_MAX}");
                missing::note(missing, "seconds of the machine", &why);
                break;
            }
            Ok(row) => resources.push(row),
            Err(error) => missing::note(missing, "seconds of the machine", &error),
        }
    }
    resources.sort_by_key(|row: &ResourceRow| row.second);
    resources
}

fn gaps<E: Display>(
    rows: impl Iterator<Item = Result<SentRow, E>>,
    missing: &mut Vec<Missing>,
) -> Vec<super::Gaps> {
    let mut times = SentTimes::default();
    for row in rows {
        match row {
            Ok(row) => {
                if !times.push(row) {
                    return times.gaps(true);
                }
            }
            Err(error) => missing::note(missing, "rows of arrivals", &error),
        }
    }
    times.gaps(false)
}

fn metrics<E: Display>(
    rows: impl Iterator<Item = Result<MetricRow, E>>,
    missing: &mut Vec<Missing>,
) -> Vec<MetricSeries> {
    let mut told = Told::default();
    for row in rows {
        let pushed = match row {
            Ok(row) => told.push(row),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = pushed {
            missing::note(missing, "what the target said from there on", &why);
            break;
        }
    }
    told.finish()
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
    values: Option<Histogram<u64>>,
}

impl Folding {
    /// Adds an interval, or says why neither it nor what follows can be used.
    fn add(&mut self, interval: Interval) -> Result<(), String> {
        let start = interval.start_ns / NANOSECONDS;
        let second = u32::try_from(start)
            .ok()
            .filter(|second| (*second as usize) < SECONDS_MAX)
            .ok_or_else(|| format!("latency.hlog has an interval at second {start}"))?;
        if self.points >= POINTS_MAX {
            return Err(format!("latency.hlog has more than {POINTS_MAX} intervals"));
        }
        self.points += 1;
        // The generator's own delay is drawn from the seconds of the machine.
        if matches!(interval.tag.kind, Kind::Lateness | Kind::Wait) {
            return Ok(());
        }
        let open = self.series(&interval.tag, second)?;
        if second < open.second {
            let tag = &interval.tag;
            return Err(format!("latency.hlog goes back in time at second {second} of `{tag}`"));
        }
        match &mut open.values {
            Some(values) if second == open.second => add(values, &interval.histogram),
            _ => open.begin(second, interval.histogram),
        }
        Ok(())
    }

    fn series(&mut self, tag: &Tag, second: u32) -> Result<&mut OpenSeries, String> {
        if let Some(index) = self.index.get(tag) {
            return Ok(&mut self.open[*index]);
        }
        if self.open.len() == TAGS_MAX {
            return Err(format!("latency.hlog has more than {TAGS_MAX} tags"));
        }
        let (total, heat) = (run_record::histogram(), Heat::default());
        let series = Series { tag: tag.clone(), total, seconds: Vec::new(), heat };
        self.index.insert(tag.clone(), self.open.len());
        self.open.push(OpenSeries { series, second, values: None });
        Ok(self.open.last_mut().expect("one was pushed in the line above"))
    }

    fn finish(self) -> Vec<Series> {
        self.open
            .into_iter()
            .map(|mut open| {
                open.close();
                open.series
            })
            .collect()
    }
}

impl OpenSeries {
    /// Begins a second with the values of its first interval, which is mostly the only one.
    fn begin(&mut self, second: u32, values: Histogram<u64>) {
        self.close();
        (self.second, self.values) = (second, Some(values));
    }

    /// Takes what is to be known of the second that is over.
    fn close(&mut self) {
        let Some(values) = self.values.take() else { return };
        // Percentiles of each second are most of the work, and only these are drawn.
        if matches!(self.series.tag.kind, Kind::Response | Kind::Delivery) {
            self.series.seconds.extend(Point::of(self.second, &values));
        }
        if self.series.tag.kind == Kind::Response {
            self.series.heat.count(self.second, &values);
        }
        add(&mut self.series.total, &values);
    }
}

fn add(to: &mut Histogram<u64>, values: &Histogram<u64>) {
    to.add(values).expect("a histogram that grows by itself takes all of another");
}
