//! What a plan will do, without doing it: counts, peaks and lengths.

use std::cmp::Ordering;

use crate::closed::asked;
use crate::exact::{self, approximately, per_second};
use crate::plan::{Closed, Cycle, Phase, PhaseKind, Plan, Rate, Spacing, Stream};
use crate::runs::{Run, runs};

const SECOND_NS: u64 = 1_000_000_000;
const NOTHING: Rate = Rate { arrivals: 0, seconds: 1 };

/// How many arrivals a phase will have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Count {
    /// Just as many.
    Exact(u64),
    /// Random: the mean, which is also the variance, of a Poisson count.
    Mean(f64),
    /// Closed: as many are asked for; slow answers make them fewer.
    AtMost(u64),
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

/// Counts and peak of each stream, in the order of the plan.
///
/// # Panics
/// If `schedule::check` refuses the plan.
pub fn expected(plan: &Plan) -> Vec<StreamExpected> {
    plan.streams.iter().map(stream_expected).collect()
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
            _ => None,
        })
    }

    /// Whether its arrivals wait for answers: it then has closed phases only, and idle ones.
    pub fn is_closed(&self) -> bool {
        self.phases.iter().any(|phase| matches!(phase.kind, PhaseKind::Closed(_)))
    }

    /// Its highest rate: see [`Phase::peak`].
    pub fn peak(&self) -> Rate {
        highest(self.phases.iter().map(Phase::peak))
    }
}

impl Phase {
    /// Its highest rate; of bursts and a replayed file the most arrivals in any second; of closed users
    /// what they ask for.
    pub fn peak(&self) -> Rate {
        match &self.kind {
            PhaseKind::Rate { from, to, .. } => highest([*from, *to]),
            PhaseKind::Steps { rates, .. } => highest(rates.iter().copied()),
            PhaseKind::Sine { mean, amplitude, .. } => sum(*mean, *amplitude).unwrap_or(*mean),
            PhaseKind::Burst(burst) => {
                let arrivals = u128::from(burst.size) * u128::from(SECOND_NS);
                // Bursts more than a second apart are not spread over the time between them.
                exact::rate(arrivals, burst.every_ns.clamp(1, SECOND_NS).into()).unwrap_or(NOTHING)
            }
            PhaseKind::Replay(replay) => {
                Rate { arrivals: replay.most(SECOND_NS).unwrap_or(0), seconds: 1 }
            }
            PhaseKind::Closed(closed) => closed.asked_rate().unwrap_or(NOTHING),
            PhaseKind::Idle {} | PhaseKind::Listen { .. } => NOTHING,
        }
    }

    /// How many of its arrivals are under way at most if each takes this long.
    pub(crate) fn most_at_once(&self, each_ns: u64) -> u128 {
        match &self.kind {
            PhaseKind::Burst(burst) => burst.most(each_ns).into(),
            PhaseKind::Replay(replay) => replay.most(each_ns).unwrap_or(0).into(),
            PhaseKind::Closed(closed) => closed.users.into(),
            _ => {
                let peak = self.peak();
                let busy = u128::from(peak.arrivals) * u128::from(each_ns);
                busy.div_ceil(u128::from(peak.seconds) * u128::from(SECOND_NS))
            }
        }
    }
}

impl Closed {
    /// How often its users ask if every answer comes at once.
    pub fn asked_rate(&self) -> Option<Rate> {
        let (Cycle::Pace { pace_ns: cycle_ns } | Cycle::Pause { pause_ns: cycle_ns }) = self.cycle;
        exact::rate(u128::from(self.users) * u128::from(SECOND_NS), cycle_ns.max(1).into())
    }
}

impl Rate {
    /// As a double, for pictures and estimates.
    pub fn per_second(self) -> f64 {
        per_second(self)
    }
}

/// The sum of two rates, exactly, if it fits.
pub(crate) fn sum(left: Rate, right: Rate) -> Option<Rate> {
    let [(a, b), (c, d)] =
        [left, right].map(|rate| (u128::from(rate.arrivals), u128::from(rate.seconds)));
    exact::rate(a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?, b.checked_mul(d)?)
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
            Self::Exact(count) | Self::AtMost(count) => approximately(count.into()),
            Self::Mean(mean) => mean,
        }
    }
}

fn highest(rates: impl IntoIterator<Item = Rate>) -> Rate {
    let higher = |peak, rate| if compare(rate, peak) == Ordering::Greater { rate } else { peak };
    rates.into_iter().fold(NOTHING, higher)
}

fn stream_expected(stream: &Stream) -> StreamExpected {
    let counts = stream.phases.iter().map(without_rate);
    let mut phases: Vec<_> = counts.map(|count| count.unwrap_or(Count::Exact(0))).collect();
    for run in runs(&stream.phases) {
        let owed = run.owed(&stream.phases).expect("a plan is checked when it is made");
        match run {
            Run::Even(_) => {
                let offset = stream.offset;
                let part = owed.part(offset.numerator.into(), offset.denominator.into());
                for (phase, count) in owed.counts(part) {
                    let phase = &mut phases[usize::from(phase)];
                    *phase = phase.plus(Count::Exact(count));
                }
            }
            Run::Alone(phase) => {
                let count = &mut phases[usize::from(phase)];
                match stream.phases[usize::from(phase)].kind.spacing() {
                    None => {}
                    Some(Spacing::Exactly) => *count = Count::Exact(owed.rounded()),
                    Some(_) => *count = Count::Mean(units(owed.total()) / units(owed.step())),
                }
            }
        }
    }
    let arrivals = phases.iter().fold(Count::Exact(0), |sum, count| sum.plus(*count));
    StreamExpected { phases, arrivals, peak: stream.peak() }
}

/// The count of a phase that no rate gives.
fn without_rate(phase: &Phase) -> Option<Count> {
    match &phase.kind {
        PhaseKind::Burst(burst) => Some(Count::Exact(burst.count(phase.duration_ns))),
        PhaseKind::Replay(replay) => replay.count(phase.duration_ns).map(Count::Exact),
        PhaseKind::Closed(closed) => Some(Count::AtMost(asked(closed, phase.duration_ns))),
        _ => None,
    }
}

impl Count {
    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exact(one), Self::Exact(two)) => Self::Exact(one + two),
            (Self::Exact(one) | Self::AtMost(one), Self::Exact(two) | Self::AtMost(two)) => {
                Self::AtMost(one + two)
            }
            (one, two) => Self::Mean(one.mean() + two.mean()),
        }
    }
}

fn units(value: u128) -> f64 {
    approximately(value.try_into().expect("units are bounded when the plan is made"))
}
