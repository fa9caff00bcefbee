//! How much is owed when: the integrated rate of consecutive phases, in whole numbers, and its inverse.
//!
//! Every rate of a group of phases is written as `A / q` arrivals per second with one common denominator
//! `q`, and counts are kept in units of `1 / (2 q 10^9)` arrivals. In these units a constant phase of
//! `D` nanoseconds adds `2 A D`, a ramp from `A` to `B` adds `(A + B) D`, and one arrival is
//! `2 q 10^9`: all whole, so nothing is ever rounded but the due time itself, and that once.

use crate::exact::lcm;
use crate::invert::ramp;
use crate::plan::{Phase, PhaseKind, Rate};

/// Largest number of units that is computed with: `i128` with room for one addition.
const MAX_UNITS: u128 = i128::MAX as u128 / 4;
/// An arrival may take at most this many units, so that a point of a Poisson process (a count with 32
/// fractional bits) times an arrival still fits.
const MAX_STEP: u128 = 1 << 88;

/// The integrated rate of a group of phases.
#[derive(Clone, Debug)]
pub(crate) struct Owed {
    step: u128,
    segments: Vec<Segment>,
}

/// One phase of the group that adds something; idle phases add nothing and are left out.
#[derive(Clone, Debug)]
struct Segment {
    phase: u16,
    start_ns: u64,
    duration_ns: u64,
    from: u128,
    to: u128,
    /// Units owed at its start and at its end.
    before: u128,
    after: u128,
}

/// A count in units: `floor + rest / of`, `rest < of`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) floor: u128,
    pub(crate) rest: u64,
    pub(crate) of: u64,
}

/// The phase (by its index in the group handed in) with which exact arithmetic would overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overflow(pub(crate) usize);

impl Owed {
    /// `phases` without gaps, in order of time, with their index in the stream.
    pub(crate) fn of(phases: &[(u16, &Phase)]) -> Result<Self, Overflow> {
        let mut q = 1;
        for (index, (_, phase)) in phases.iter().enumerate() {
            for rate in ends(phase).into_iter().flatten() {
                q = lcm(q, u128::from(rate.seconds).max(1)).ok_or(Overflow(index))?;
            }
        }
        let last = phases.len().saturating_sub(1);
        let step = q.checked_mul(2_000_000_000).filter(|step| *step <= MAX_STEP);
        let mut owed = Self { step: step.ok_or(Overflow(last))?, segments: Vec::new() };
        for (index, (number, phase)) in phases.iter().enumerate() {
            if let Some([from, to]) = ends(phase) {
                let numerators = numerator(from, q).zip(numerator(to, q));
                let segment = numerators.and_then(|ends| owed.segment(*number, phase, ends));
                let segment = segment.ok_or(Overflow(index))?;
                if segment.after > segment.before {
                    owed.segments.push(segment);
                }
            }
        }
        Ok(owed)
    }

    fn segment(&self, number: u16, phase: &Phase, (from, to): (u128, u128)) -> Option<Segment> {
        let duration = u128::from(phase.duration_ns);
        let before = self.total();
        let after = (from + to).checked_mul(duration)?.checked_add(before)?;
        let widest = if from == to { after } else { after.checked_mul(duration)? };
        let steepest = from.max(to).checked_mul(2)?.checked_mul(duration)?;
        let steepest = if from == to { steepest } else { steepest.checked_mul(duration)? };
        (widest.max(steepest) <= MAX_UNITS).then_some(Segment {
            phase: number,
            start_ns: phase.start_ns,
            duration_ns: phase.duration_ns,
            from,
            to,
            before,
            after,
        })
    }

    /// Units of one arrival.
    pub(crate) fn step(&self) -> u128 {
        self.step
    }

    /// Units owed at the end of the group.
    pub(crate) fn total(&self) -> u128 {
        self.segments.last().map_or(0, |segment| segment.after)
    }

    /// `numerator / denominator` arrivals, both below 2^32 or the denominator exactly 2^32.
    pub(crate) fn part(&self, numerator: u64, denominator: u64) -> Point {
        let (wide, of) = (self.step * u128::from(numerator), u128::from(denominator));
        let rest = u64::try_from(wide % of).expect("a rest is below its 64-bit divisor");
        Point { floor: wide / of, rest, of: denominator }
    }

    /// The first whole nanosecond at which `point` is owed, and the phase it falls into; `None` if it
    /// never is. `cursor` only ever moves on: points must come in order.
    pub(crate) fn due(&self, point: Point, cursor: &mut usize) -> Option<(u64, u16)> {
        // The sums before a phase are whole, so the floor alone decides where a point belongs.
        let rest = self.segments.get(*cursor..)?;
        *cursor += rest.iter().take_while(|segment| segment.after <= point.floor).count();
        let segment = self.segments.get(*cursor)?;
        Some((segment.start_ns + segment.offset_ns(point), segment.phase))
    }

    /// For each phase that adds something: its index and how many points `part + n` (n = 0, 1, …) lie
    /// in it.
    pub(crate) fn counts(&self, part: Point) -> impl Iterator<Item = (u16, u64)> {
        // The first n that lies at or after `units`.
        let first = move |units: u128| units.saturating_sub(part.floor).div_ceil(self.step);
        self.segments.iter().map(move |segment| {
            let count = first(segment.after) - first(segment.before);
            (
                segment.phase,
                u64::try_from(count).expect("rates and durations of a plan are bounded"),
            )
        })
    }
}

impl Segment {
    fn offset_ns(&self, point: Point) -> u64 {
        let whole = point.floor - self.before;
        if self.from == self.to {
            return quotient_up(whole + u128::from(point.rest > 0), 2 * self.from);
        }
        let duration = u128::from(self.duration_ns);
        let rest = (u128::from(point.rest) * duration).div_ceil(u128::from(point.of));
        ramp(self.from, self.to, self.duration_ns, whole * duration + rest)
    }
}

/// Start and end of a phase's rate; `None` for a phase without arrivals.
fn ends(phase: &Phase) -> Option<[Rate; 2]> {
    match phase.kind {
        PhaseKind::Rate { from, to, .. } => Some([from, to]),
        PhaseKind::Idle {} | PhaseKind::Listen { .. } => None,
    }
}

fn numerator(rate: Rate, q: u128) -> Option<u128> {
    let numerator = u128::from(rate.arrivals).checked_mul(q / u128::from(rate.seconds).max(1))?;
    (numerator <= MAX_UNITS).then_some(numerator)
}

/// The quotient rounded up, by the 64-bit division of the machine where both fit: it is several times
/// quicker than the 128-bit one, and nearly always possible.
fn quotient_up(value: u128, divisor: u128) -> u64 {
    match (u64::try_from(value), u64::try_from(divisor)) {
        (Ok(value), Ok(divisor)) => value.div_ceil(divisor),
        _ => u64::try_from(value.div_ceil(divisor)).expect("a due time lies within its phase"),
    }
}
