//! Places what is owed: the arrivals of one stream, phase group by phase group, in order.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::draw::{self, Mix};
use crate::owed::{Overflow, Owed, Point};
use crate::plan::{Fraction, Phase, PhaseKind, Plan, Spacing};

/// Fractional bits of the sum of exponential gaps.
const SUM_BITS: u32 = 32;

/// The arrivals of one stream.
#[derive(Debug)]
pub(crate) struct StreamArrivals {
    /// Last group first, so that the next one is popped.
    groups: Vec<Group>,
    current: Option<Walk>,
    mix: Mix,
    n: u64,
}

/// One arrival of a stream, before it has a place among those of the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) due_ns: u64,
    pub(crate) phase: u16,
    pub(crate) journey: u16,
    pub(crate) n: u64,
}

impl StreamArrivals {
    /// The error is the index of the phase that is too large for exact arithmetic.
    pub(crate) fn of(plan: &Plan, stream: usize) -> Result<Self, Overflow> {
        let key = |phase| draw::spacing(plan.seed, &plan.streams[stream].name, phase);
        let described = &plan.streams[stream];
        let mut groups = groups(&described.phases)
            .into_iter()
            .map(|group| group.place(&described.phases, described.offset, &key))
            .collect::<Result<Vec<_>, _>>()?;
        groups.reverse();
        Ok(Self { groups, current: None, mix: Mix::of(plan, stream), n: 0 })
    }
}

impl Iterator for StreamArrivals {
    type Item = Due;

    fn next(&mut self) -> Option<Due> {
        loop {
            if let Some((due_ns, phase)) = self.current.as_mut().and_then(Walk::next) {
                let n = self.n;
                self.n += 1;
                return Some(Due { due_ns, phase, journey: self.mix.next(), n });
            }
            self.current = Some(Walk { group: self.groups.pop()?, cursor: 0 });
        }
    }
}

/// Phases over which one count runs on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Consecutive even phases: the fraction of an arrival that is owed at the end of one carries over.
    /// Idle phases between them add nothing.
    Even(Vec<u16>),
    /// A random phase: it stands alone.
    Poisson(u16),
}

/// Cuts the phases of a stream into runs, in order.
pub(crate) fn groups(phases: &[Phase]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut even = Vec::new();
    for (index, phase) in (0..).zip(phases) {
        match phase.kind {
            PhaseKind::Idle {} | PhaseKind::Listen { .. } => {}
            PhaseKind::Rate { spacing: Spacing::Even, .. } => even.push(index),
            PhaseKind::Rate { spacing: Spacing::Poisson, .. } => {
                runs.extend((!even.is_empty()).then(|| Run::Even(std::mem::take(&mut even))));
                runs.push(Run::Poisson(index));
            }
        }
    }
    runs.extend((!even.is_empty()).then_some(Run::Even(even)));
    runs
}

impl Run {
    /// Their integrated rate; the error names the phase by its index in the stream.
    pub(crate) fn owed(&self, phases: &[Phase]) -> Result<Owed, Overflow> {
        let indices = match self {
            Self::Even(indices) => indices.as_slice(),
            Self::Poisson(index) => std::slice::from_ref(index),
        };
        let run: Vec<_> =
            indices.iter().map(|index| (*index, &phases[usize::from(*index)])).collect();
        Owed::of(&run).map_err(|Overflow(at)| Overflow(indices[at].into()))
    }

    fn place(
        self,
        phases: &[Phase],
        offset: Fraction,
        generator: &impl Fn(u16) -> ChaCha8Rng,
    ) -> Result<Group, Overflow> {
        let owed = self.owed(phases)?;
        let place = match self {
            Self::Even(_) => {
                Place::Even { next: owed.part(offset.numerator.into(), offset.denominator.into()) }
            }
            Self::Poisson(phase) => {
                Place::Poisson { sum: 0, generator: Box::new(generator(phase)) }
            }
        };
        Ok(Group { owed, place })
    }
}

#[derive(Debug)]
struct Group {
    owed: Owed,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Arrival n is due when n + offset arrivals are owed.
    Even { next: Point },
    /// Arrival n is due when the sum of n + 1 exponential gaps is owed; the sum has [`SUM_BITS`]
    /// fractional bits.
    Poisson { sum: u128, generator: Box<ChaCha8Rng> },
}

#[derive(Debug)]
struct Walk {
    group: Group,
    cursor: usize,
}

impl Walk {
    fn next(&mut self) -> Option<(u64, u16)> {
        let Group { owed, place } = &mut self.group;
        let point = match place {
            Place::Even { next } => {
                let point = *next;
                next.floor += owed.step();
                point
            }
            Place::Poisson { sum, generator } => {
                *sum += u128::from(draw::exponential(generator.next_u64(), SUM_BITS));
                let (whole, part) = (*sum >> SUM_BITS, *sum & ((1 << SUM_BITS) - 1));
                let part = u64::try_from(part).expect("32 bits were kept");
                let point = owed.part(part, 1 << SUM_BITS);
                Point { floor: owed.step() * whole + point.floor, ..point }
            }
        };
        owed.due(point, &mut self.cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Rate;

    fn phase(spacing: Option<Spacing>) -> Phase {
        let rate = Rate { arrivals: 1, seconds: 1 };
        Phase {
            name: "p".into(),
            start_ns: 0,
            duration_ns: 1,
            measured: true,
            kind: spacing.map_or(PhaseKind::Idle {}, |spacing| PhaseKind::Rate {
                from: rate,
                to: rate,
                spacing,
            }),
        }
    }

    #[test]
    fn only_random_phases_break_a_run() {
        let (even, poisson) = (Some(Spacing::Even), Some(Spacing::Poisson));
        let phases = [even, None, even, poisson, even, poisson, poisson, None].map(phase);
        let expected = vec![
            Run::Even(vec![0, 2]),
            Run::Poisson(3),
            Run::Even(vec![4]),
            Run::Poisson(5),
            Run::Poisson(6),
        ];
        assert_eq!(groups(&phases), expected);
        assert_eq!(groups(&[phase(None)]), vec![]);
    }
}
