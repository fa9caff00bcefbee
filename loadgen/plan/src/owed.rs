//! How much is owed when: the integrated rate of consecutive phases, in whole numbers, and its inverse.
//!
//! Every rate of a group of phases is written as `A / q` arrivals per second with one common denominator
//! `q`, and counts are kept in units of `1 / (2 q 10^9)` arrivals. In these units a constant phase of
//! `D` nanoseconds adds `2 A D`, a ramp from `A` to `B` adds `(A + B) D`, each of `k` steps adds
//! `2 (A / k) D` (`q` is a multiple of `k`), and one arrival is `2 q 10^9`: all whole, so nothing is ever
//! rounded but the due time itself, and that once. What a sine adds is cut to whole units.

use crate::exact::lcm;
use crate::invert::ramp;
use crate::plan::{Phase, PhaseKind, Rate};
use crate::sine::Sine;

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

/// A stretch of the group that adds something: a phase, or a step of one. What adds nothing is left out.
#[derive(Clone, Debug)]
struct Segment {
    phase: u16,
    /// Of its phase.
    start_ns: u64,
    duration_ns: u64,
    shape: Shape,
    /// Units owed at its start and at its end.
    before: u128,
    after: u128,
}

/// Rates as numerators over the common denominator.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Flat(u128),
    Ramp(u128, u128),
    /// The `index`-th of `parts` equal parts of a phase.
    Part {
        rate: u128,
        index: u128,
        parts: u128,
    },
    Sine(Sine),
}

/// A count in units: `floor + rest / of`, `rest < of`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) floor: u128,
    pub(crate) rest: u64,
    pub(crate) of: u64,
}

/// How far points that come in order have got.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    segment: usize,
    /// The last due time, from the start of its phase.
    offset_ns: u64,
}

/// The phase (by its index in the group handed in) with which exact arithmetic would overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overflow(pub(crate) usize);

impl Owed {
    /// `phases` without gaps, in order of time, with their index in the stream.
    pub(crate) fn of(phases: &[(u16, &Phase)]) -> Result<Self, Overflow> {
        let mut q = 1;
        for (index, (_, phase)) in phases.iter().enumerate() {
            for denominator in denominators(&phase.kind) {
                q = lcm(q, denominator.max(1)).ok_or(Overflow(index))?;
            }
        }
        let last = phases.len().saturating_sub(1);
        let step = q.checked_mul(2_000_000_000).filter(|step| *step <= MAX_STEP);
        let mut owed = Self { step: step.ok_or(Overflow(last))?, segments: Vec::new() };
        for (index, (number, phase)) in phases.iter().enumerate() {
            for shape in shapes(phase, q).ok_or(Overflow(index))? {
                let segment = owed.segment(*number, phase, shape).ok_or(Overflow(index))?;
                if segment.after > segment.before {
                    owed.segments.push(segment);
                }
            }
        }
        Ok(owed)
    }

    fn segment(&self, phase: u16, described: &Phase, shape: Shape) -> Option<Segment> {
        let (start_ns, duration_ns) = (described.start_ns, described.duration_ns);
        let before = self.total();
        let after = shape.adds(duration_ns.into())?.checked_add(before)?;
        let widest = shape.widest(duration_ns.into(), after)?;
        let segment = Segment { phase, start_ns, duration_ns, shape, before, after };
        (widest <= MAX_UNITS).then_some(segment)
    }

    /// Units of one arrival.
    pub(crate) fn step(&self) -> u128 {
        self.step
    }

    /// Units owed at the end of the group.
    pub(crate) fn total(&self) -> u128 {
        self.segments.last().map_or(0, |segment| segment.after)
    }

    /// How many whole arrivals the group comes to, rounded half up.
    pub(crate) fn rounded(&self) -> u64 {
        let count = (2 * self.total() + self.step) / (2 * self.step);
        u64::try_from(count).expect("rates and durations of a plan are bounded")
    }

    /// `numerator / denominator` arrivals, both below 2^32 or the denominator exactly 2^32.
    pub(crate) fn part(&self, numerator: u64, denominator: u64) -> Point {
        let (wide, of) = (self.step * u128::from(numerator), u128::from(denominator));
        let rest = u64::try_from(wide % of).expect("a rest is below its 64-bit divisor");
        Point { floor: wide / of, rest, of: denominator }
    }

    /// `numerator / 2^bits` of what the group comes to; the fraction is below 1.
    pub(crate) fn share(&self, numerator: u64, bits: u32) -> Point {
        let (total, numerator, of) = (self.total(), u128::from(numerator), 1_u128 << bits);
        let (high, low) = (total >> bits, (total & (of - 1)) * numerator);
        let rest = u64::try_from(low & (of - 1)).expect("a rest is below its 64-bit divisor");
        Point { floor: high * numerator + (low >> bits), rest, of: 1 << bits }
    }

    /// The first whole nanosecond at which `point` is owed, and the phase it falls into; `None` if it
    /// never is. The cursor only ever moves on: points must come in order.
    #[inline]
    pub(crate) fn due(&self, point: Point, cursor: &mut Cursor) -> Option<(u64, u16)> {
        // The sums before a segment are whole, so the floor alone decides where a point belongs.
        let rest = self.segments.get(cursor.segment..)?;
        let passed = rest.iter().take_while(|segment| segment.after <= point.floor).count();
        if passed > 0 {
            *cursor = Cursor { segment: cursor.segment + passed, offset_ns: 0 };
        }
        let segment = self.segments.get(cursor.segment)?;
        let offset_ns = segment.offset_ns(point, cursor);
        Some((segment.start_ns + offset_ns, segment.phase))
    }

    /// For each segment: the index of its phase and how many points `part + n` (n = 0, 1, …) lie in it.
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
    #[inline]
    fn offset_ns(&self, point: Point, cursor: &mut Cursor) -> u64 {
        let whole = point.floor - self.before;
        let rest = u128::from(point.rest);
        let times_rest = |factor: u128| (rest * factor).div_ceil(u128::from(point.of));
        match self.shape {
            Shape::Flat(rate) => quotient_up(whole + u128::from(rest > 0), 2 * rate),
            Shape::Ramp(from, to) => {
                let duration = u128::from(self.duration_ns);
                ramp(from, to, self.duration_ns, whole * duration + times_rest(duration))
            }
            // The part starts at index/parts of the phase, which is no whole nanosecond.
            Shape::Part { rate, index, parts } => {
                let start = 2 * rate * index * u128::from(self.duration_ns);
                quotient_up(start + whole * parts + times_rest(parts), 2 * rate * parts)
            }
            Shape::Sine(sine) => {
                cursor.offset_ns = sine.due(whole + u128::from(rest > 0), cursor.offset_ns);
                cursor.offset_ns
            }
        }
    }
}

impl Shape {
    /// Units that a phase of this length adds.
    fn adds(&self, duration: u128) -> Option<u128> {
        match self {
            Self::Flat(rate) => rate.checked_mul(2)?.checked_mul(duration),
            Self::Ramp(from, to) => (from + to).checked_mul(duration),
            Self::Part { rate, parts, .. } => (rate / parts).checked_mul(2)?.checked_mul(duration),
            Self::Sine(sine) => Some(sine.total()),
        }
    }

    /// The largest number that its inverse computes with, given the units at its end.
    fn widest(&self, duration: u128, after: u128) -> Option<u128> {
        let (rate, factor) = match self {
            Self::Flat(rate) => (*rate, 1),
            Self::Ramp(from, to) => (*from.max(to), duration),
            Self::Part { rate, parts, .. } => (*rate, *parts),
            Self::Sine(_) => (0, 1),
        };
        let steepest = rate.checked_mul(2)?.checked_mul(duration)?.checked_mul(factor)?;
        Some(after.checked_mul(factor)?.max(steepest))
    }
}

/// The stretches of a phase, in order; `None` if one is too large to be computed with.
fn shapes(phase: &Phase, q: u128) -> Option<Vec<Shape>> {
    Some(match &phase.kind {
        PhaseKind::Rate { from, to, .. } if from == to => vec![Shape::Flat(numerator(*from, q)?)],
        PhaseKind::Rate { from, to, .. } => {
            vec![Shape::Ramp(numerator(*from, q)?, numerator(*to, q)?)]
        }
        PhaseKind::Steps { rates, .. } => {
            let parts = u128::try_from(rates.len()).ok()?;
            let part = |(index, rate): (u128, &Rate)| {
                numerator(*rate, q).map(|rate| Shape::Part { rate, index, parts })
            };
            (0..).zip(rates).map(part).collect::<Option<_>>()?
        }
        PhaseKind::Sine { mean, amplitude, period_ns, .. } => {
            let ends = (numerator(*mean, q)?, numerator(*amplitude, q)?);
            vec![Shape::Sine(Sine::of(ends, *period_ns, phase.duration_ns, MAX_UNITS)?)]
        }
        _ => Vec::new(),
    })
}

/// What the common denominator must be a multiple of.
fn denominators(kind: &PhaseKind) -> Vec<u128> {
    match kind {
        PhaseKind::Rate { from: one, to: two, .. }
        | PhaseKind::Sine { mean: one, amplitude: two, .. } => {
            [one, two].map(|rate| u128::from(rate.seconds)).to_vec()
        }
        PhaseKind::Steps { rates, .. } => {
            let parts = u128::try_from(rates.len()).expect("a length fits 128 bits");
            rates.iter().map(|rate| u128::from(rate.seconds) * parts).collect()
        }
        _ => Vec::new(),
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
