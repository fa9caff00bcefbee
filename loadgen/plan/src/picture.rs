//! Rates and what they come to as doubles, for pictures and for judging what was sent; never for a due time.

use std::f64::consts::PI;

use crate::exact::{approximately, per_second};
use crate::plan::{Closed, Phase, PhaseKind, Rate, Stream};

const SECOND_NS: u64 = 1_000_000_000;
/// Corners that one phase is drawn with at most: beyond what a screen shows.
const CORNERS_MAX: u64 = 4000;
/// Straight lines that a period of a sine is drawn with.
const LINES_OF_A_PERIOD: u64 = 16;

/// A corner of a rate drawn over time; between corners the rate is a straight line, and where two
/// corners have one time it jumps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// From the run's start, in nanoseconds.
    pub at_ns: u64,
    /// Arrivals per second.
    pub per_second: f64,
}

/// The corners of a stream's rate, in order of time. Arrivals that no rate places are drawn as so many in
/// each second; closed users as what they ask for.
pub fn corners(stream: &Stream) -> Vec<Corner> {
    stream.phases.iter().flat_map(of_phase).collect()
}

impl Phase {
    /// How many arrivals the plan asks for in so long from the start of the phase: the integrated rate
    /// where there is one; of a closed phase what its users ask for if answers take no time. `None` for a
    /// replay whose times are not at hand.
    pub fn asked(&self, within_ns: u64) -> Option<f64> {
        let within_ns = within_ns.min(self.duration_ns);
        let (time, whole) = (seconds(within_ns), seconds(self.duration_ns));
        match &self.kind {
            PhaseKind::Rate { from, to, .. } => {
                let (from, to) = (per_second(*from), per_second(*to));
                Some(from * time + (to - from) * time * time / (2.0 * whole))
            }
            PhaseKind::Steps { rates, .. } => {
                let part = whole / count(rates.len());
                let of_part = |(index, rate): (u32, &Rate)| {
                    per_second(*rate) * (time - f64::from(index) * part).clamp(0.0, part)
                };
                Some((0..).zip(rates).map(of_part).sum())
            }
            PhaseKind::Sine { mean, amplitude, period_ns, .. } => {
                let period = seconds(*period_ns);
                let sine = (PI * seconds(within_ns % period_ns.max(&1)) / period).sin();
                Some(per_second(*mean) * time + per_second(*amplitude) * period / PI * sine * sine)
            }
            PhaseKind::Burst(burst) => Some(approximately(burst.count(within_ns).into())),
            PhaseKind::Replay(replay) => {
                replay.count(within_ns).map(|count| approximately(count.into()))
            }
            PhaseKind::Closed(closed) => {
                let ramp = f64::from(closed.ramp_s);
                let started =
                    if time < ramp { time * time / ramp / 2.0 } else { time - ramp / 2.0 };
                Some(per_second(self.peak()) * started)
            }
            PhaseKind::Idle {} | PhaseKind::Listen { .. } => Some(0.0),
        }
    }

    /// Arrivals a second: the mean of what the phase asks for; of closed users what they ask for once all have
    /// started. `None` where [`asked`](Self::asked) is.
    pub fn asked_per_s(&self) -> Option<f64> {
        match self.kind {
            PhaseKind::Closed(_) => Some(per_second(self.peak())),
            _ => Some(self.asked(self.duration_ns)? / seconds(self.duration_ns.max(1))),
        }
    }
}

fn of_phase(phase: &Phase) -> Vec<Corner> {
    let line = |from: f64, to: f64| {
        let end_ns = phase.start_ns + phase.duration_ns;
        [(phase.start_ns, from), (end_ns, to)].map(corner).to_vec()
    };
    match &phase.kind {
        PhaseKind::Rate { from, to, .. } => line(per_second(*from), per_second(*to)),
        PhaseKind::Steps { rates, .. } => steps(phase, rates),
        PhaseKind::Sine { period_ns, .. } => {
            let length = (period_ns / LINES_OF_A_PERIOD).max(1);
            // Waves too many to be told apart are a block as high as they are.
            if phase.duration_ns / length > CORNERS_MAX {
                let peak = per_second(phase.peak());
                return line(peak, peak);
            }
            wave(phase, length)
        }
        PhaseKind::Burst(_) | PhaseKind::Replay(_) => by_second(phase),
        PhaseKind::Closed(closed) => asked(phase, closed),
        PhaseKind::Idle {} | PhaseKind::Listen { .. } => line(0.0, 0.0),
    }
}

fn corner((at_ns, per_second): (u64, f64)) -> Corner {
    Corner { at_ns, per_second }
}

fn steps(phase: &Phase, rates: &[Rate]) -> Vec<Corner> {
    let of = u128::try_from(rates.len()).expect("a length fits 128 bits");
    let at = |index: u128| {
        let offset = u128::from(phase.duration_ns) * index / of;
        phase.start_ns + u64::try_from(offset).expect("a part of a 64-bit duration")
    };
    let part = |(index, rate): (u128, &Rate)| {
        [at(index), at(index + 1)].map(|at_ns| corner((at_ns, per_second(*rate))))
    };
    (0..).zip(rates).flat_map(part).collect()
}

fn wave(phase: &Phase, length_ns: u64) -> Vec<Corner> {
    let PhaseKind::Sine { mean, amplitude, period_ns, .. } = &phase.kind else { return Vec::new() };
    let at = |offset_ns: u64| {
        let turn = seconds(offset_ns % period_ns.max(&1)) / seconds(*period_ns);
        let rate = per_second(*mean) + per_second(*amplitude) * (2.0 * PI * turn).sin();
        corner((phase.start_ns + offset_ns, rate.max(0.0)))
    };
    let lines = (0..=phase.duration_ns / length_ns).map(|line| line * length_ns);
    lines.chain([phase.duration_ns]).map(at).collect()
}

/// A block for each second, or for more where there are too many: the mean rate in it.
fn by_second(phase: &Phase) -> Vec<Corner> {
    let length_ns = SECOND_NS.max(phase.duration_ns.div_ceil(CORNERS_MAX / 2));
    let block = |number: u64| {
        let from_ns = number * length_ns;
        let to_ns = (from_ns + length_ns).min(phase.duration_ns);
        let owed = |within_ns| phase.asked(within_ns).unwrap_or(0.0);
        // The last block may be short; what is in it is not for that more in a second.
        let rate = (owed(to_ns) - owed(from_ns)) / seconds(length_ns);
        [from_ns, to_ns].map(|offset_ns| corner((phase.start_ns + offset_ns, rate)))
    };
    (0..phase.duration_ns.div_ceil(length_ns)).flat_map(block).collect()
}

fn asked(phase: &Phase, closed: &Closed) -> Vec<Corner> {
    let peak = per_second(phase.peak());
    let ramp_ns = (u64::from(closed.ramp_s) * SECOND_NS).min(phase.duration_ns);
    let first = if ramp_ns == 0 { peak } else { 0.0 };
    let corners = [(0, first), (ramp_ns, peak), (phase.duration_ns, peak)];
    corners.map(|(offset_ns, rate)| corner((phase.start_ns + offset_ns, rate))).to_vec()
}

fn seconds(nanoseconds: u64) -> f64 {
    approximately(nanoseconds.into()) / approximately(SECOND_NS.into())
}

fn count(length: usize) -> f64 {
    approximately(i128::try_from(length).expect("a length fits 128 bits"))
}
