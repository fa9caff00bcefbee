//! Places what is owed: the arrivals of one stream, run by run, in order.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::draw::{self, Mix};
use crate::owed::{Cursor, Owed, Point};
use crate::plan::{Phase, PhaseKind, Plan, Spacing, Stream};
use crate::runs::{Refused, Run, runs};
use crate::sorted::Sorted;
use crate::timed::{Bursts, Replayed};

/// Fractional bits of the sum of exponential gaps.
const SUM_BITS: u32 = 32;

/// The arrivals of one stream.
#[derive(Debug)]
pub(crate) struct StreamArrivals {
    /// The last first, so that the next one is popped.
    runs: Vec<Walk>,
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
    /// Draws what must be known before the first arrival.
    pub(crate) fn of(plan: &Plan, stream: usize) -> Result<Self, Refused> {
        let described = &plan.streams[stream];
        let runs = runs(&described.phases).into_iter();
        let mut runs =
            runs.map(|run| Walk::of(&run, plan.seed, described)).collect::<Result<Vec<_>, _>>()?;
        runs.reverse();
        Ok(Self { runs, mix: Mix::of(plan, stream), n: 0 })
    }
}

impl Iterator for StreamArrivals {
    type Item = Due;

    fn next(&mut self) -> Option<Due> {
        loop {
            if let Some((due_ns, phase)) = self.runs.last_mut()?.next() {
                let n = self.n;
                self.n += 1;
                return Some(Due { due_ns, phase, journey: self.mix.next(), n });
            }
            self.runs.pop();
        }
    }
}

/// A run that is walked through.
#[derive(Debug)]
enum Walk {
    Owed { owed: Owed, place: Place, cursor: Cursor },
    Bursts(u16, Bursts),
    Replayed(u16, Replayed),
}

#[derive(Debug)]
enum Place {
    /// Arrival n is due when n + offset arrivals are owed.
    Even { next: Point },
    /// Arrival n is due when the sum of n + 1 exponential gaps is owed; the sum has [`SUM_BITS`]
    /// fractional bits.
    Poisson { sum: u128, generator: Box<ChaCha8Rng> },
    /// Arrival n is due when the n-th smallest of so many uniform shares is owed.
    Exactly(Box<Sorted>),
}

impl Walk {
    fn of(run: &Run, seed: u64, stream: &Stream) -> Result<Self, Refused> {
        run.check(&stream.phases)?;
        let owed = run.owed(&stream.phases)?;
        let place = match run {
            Run::Even(_) => {
                let offset = stream.offset;
                Place::Even { next: owed.part(offset.numerator.into(), offset.denominator.into()) }
            }
            Run::Alone(index) => {
                let generator = || draw::spacing(seed, &stream.name, *index);
                let phase = &stream.phases[usize::from(*index)];
                match timed(*index, phase) {
                    Some(walk) => return Ok(walk),
                    None if phase.kind.spacing() == Some(Spacing::Exactly) => {
                        Place::Exactly(Box::new(Sorted::of(generator(), owed.rounded())))
                    }
                    None => Place::Poisson { sum: 0, generator: Box::new(generator()) },
                }
            }
        };
        Ok(Self::Owed { owed, place, cursor: Cursor::default() })
    }

    // Inlined with what it calls, since it is called for every arrival: 5 % of its time.
    #[inline]
    fn next(&mut self) -> Option<(u64, u16)> {
        match self {
            Self::Owed { owed, place, cursor } => owed.due(place.next(owed), cursor),
            Self::Bursts(phase, bursts) => bursts.next().map(|due_ns| (due_ns, *phase)),
            Self::Replayed(phase, replayed) => replayed.next().map(|due_ns| (due_ns, *phase)),
        }
    }
}

/// A phase whose times need no rate.
fn timed(index: u16, phase: &Phase) -> Option<Walk> {
    match &phase.kind {
        PhaseKind::Burst(burst) => Some(Walk::Bursts(index, Bursts::of(*burst, phase))),
        PhaseKind::Replay(replay) => Some(Walk::Replayed(index, Replayed::of(replay, phase))),
        _ => None,
    }
}

impl Place {
    /// The next count that is looked for.
    #[inline]
    fn next(&mut self, owed: &Owed) -> Point {
        match self {
            Self::Even { next } => {
                let point = *next;
                next.floor += owed.step();
                point
            }
            Self::Poisson { sum, generator } => {
                *sum += u128::from(draw::exponential(generator.next_u64(), SUM_BITS));
                let (whole, part) = (*sum >> SUM_BITS, *sum & ((1 << SUM_BITS) - 1));
                let part = u64::try_from(part).expect("32 bits were kept");
                let point = owed.part(part, 1 << SUM_BITS);
                Point { floor: owed.step() * whole + point.floor, ..point }
            }
            Self::Exactly(sorted) => match sorted.next() {
                Some(share) => owed.share(share, Sorted::BITS),
                // What is never owed: the run is over.
                None => Point { floor: owed.total(), rest: 0, of: 1 },
            },
        }
    }
}
