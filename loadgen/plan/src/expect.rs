//! What a plan will do, without doing it: counts, peaks, lengths and the picture of its rates.

use std::cmp::Ordering;

use crate::exact::{approximately, per_second};
use crate::plan::{Phase, PhaseKind, Plan, Rate, Stream};
use crate::spacing::{Run, groups};

/// How many arrivals a phase will have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Count {
    /// Just as many.
    Exact(u64),
    /// Random: the mean, which is also the variance, of a Poisson count.
    Mean(f64),
}

/// What is expected of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamExpected {
    /// In the order of the stream's phases.
    pub phases: Vec<Count>,
    /// Their sum.
    pub arrivals: Count,
    /// Its highest rate.
    pub peak: Rate,
}

/// A corner of a rate drawn over time; between corners the rate is a straight line, and where two
/// corners have one time it jumps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// From the run's start, in nanoseconds.
    pub at_ns: u64,
    /// Arrivals per second.
    pub per_second: f64,
}

/// Counts and peak of each stream, in the order of the plan.
///
/// # Panics
/// If `schedule::check` refuses the plan.
pub fn expected(plan: &Plan) -> Vec<StreamExpected> {
    plan.streams.iter().map(stream_expected).collect()
}

/// The corners of a stream's rate: two for each phase.
pub fn corners(stream: &Stream) -> Vec<Corner> {
    let corners = stream.phases.iter().flat_map(|phase| {
        let (from, to) = ends(phase);
        [
            Corner { at_ns: phase.start_ns, per_second: per_second(from) },
            Corner { at_ns: phase.start_ns + phase.duration_ns, per_second: per_second(to) },
        ]
    });
    corners.collect()
}

impl Plan {
    /// When the last phase of any stream ends, in nanoseconds from the run's start.
    pub fn end_ns(&self) -> u64 {
        self.streams.iter().map(Stream::end_ns).max().unwrap_or(0)
    }
}

impl Stream {
    /// When its last phase ends, in nanoseconds from the run's start.
    pub fn end_ns(&self) -> u64 {
        self.phases.last().map_or(0, |phase| phase.start_ns + phase.duration_ns)
    }

    /// Its readers, if it is a stream of readers: in which phase they listen, and how many they are.
    pub fn readers(&self) -> Option<(u16, u32)> {
        (0..).zip(&self.phases).find_map(|(index, phase)| match phase.kind {
            PhaseKind::Listen { users } => Some((index, users)),
            PhaseKind::Idle {} | PhaseKind::Rate { .. } => None,
        })
    }

    /// Its highest rate.
    pub fn peak(&self) -> Rate {
        let ends = self.phases.iter().flat_map(|phase| <[Rate; 2]>::from(ends(phase)));
        ends.fold(Rate { arrivals: 0, seconds: 1 }, |peak, rate| {
            if compare(rate, peak) == Ordering::Greater { rate } else { peak }
        })
    }
}

impl Rate {
    /// As a double, for pictures and estimates.
    pub fn per_second(self) -> f64 {
        per_second(self)
    }
}

/// Compares two rates exactly.
pub(crate) fn compare(left: Rate, right: Rate) -> Ordering {
    let cross = |a: Rate, b: Rate| u128::from(a.arrivals) * u128::from(b.seconds);
    cross(left, right).cmp(&cross(right, left))
}

impl Count {
    /// As a double.
    pub fn mean(self) -> f64 {
        match self {
            Self::Exact(count) => approximately(count.into()),
            Self::Mean(mean) => mean,
        }
    }
}

fn stream_expected(stream: &Stream) -> StreamExpected {
    let mut phases = vec![Count::Exact(0); stream.phases.len()];
    for run in groups(&stream.phases) {
        let owed = run.owed(&stream.phases).expect("a plan is checked when it is made");
        match run {
            Run::Even(_) => {
                let offset = stream.offset;
                let part = owed.part(offset.numerator.into(), offset.denominator.into());
                for (phase, count) in owed.counts(part) {
                    phases[usize::from(phase)] = Count::Exact(count);
                }
            }
            Run::Poisson(phase) => {
                let mean = units(owed.total()) / units(owed.step());
                phases[usize::from(phase)] = Count::Mean(mean);
            }
        }
    }
    let arrivals = phases.iter().fold(Count::Exact(0), |sum, count| match (sum, *count) {
        (Count::Exact(sum), Count::Exact(count)) => Count::Exact(sum + count),
        (sum, count) => Count::Mean(sum.mean() + count.mean()),
    });
    StreamExpected { phases, arrivals, peak: stream.peak() }
}

fn ends(phase: &Phase) -> (Rate, Rate) {
    match phase.kind {
        PhaseKind::Rate { from, to, .. } => (from, to),
        PhaseKind::Idle {} | PhaseKind::Listen { .. } => {
            let nothing = Rate { arrivals: 0, seconds: 1 };
            (nothing, nothing)
        }
    }
}

fn units(value: u128) -> f64 {
    approximately(value.try_into().expect("units are bounded when the plan is made"))
}
