//! The schedule: the arrivals of all streams in one line, a pure function of the plan.

use thiserror::Error;

use crate::arrival::Arrival;
use crate::owed::Overflow;
use crate::plan::Plan;
use crate::spacing::{Due, StreamArrivals};

/// The arrivals of a plan by due time; equal times go by the order of the streams in the plan.
///
/// Holds one arrival for each stream and no more, however long the plan.
#[derive(Debug)]
pub struct Schedule {
    streams: Vec<Lane>,
    seq: u64,
}

/// A plan whose rates and durations are too large for exact 128-bit arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("stream {stream}, phase {phase}: too long for its rates to be computed exactly")]
pub struct TooLarge {
    /// Index into `Plan::streams`.
    pub stream: usize,
    /// Index into the stream's phases.
    pub phase: usize,
}

impl Schedule {
    /// From the first arrival on.
    ///
    /// # Panics
    /// If [`check`] refuses the plan. What `scenario::parse` made was checked there; a plan that came
    /// over a network was not.
    pub fn new(plan: &Plan) -> Self {
        Self::of(plan).expect("a plan is checked when it is made")
    }

    fn of(plan: &Plan) -> Result<Self, TooLarge> {
        let streams = (0..plan.streams.len()).map(|stream| Lane::of(plan, stream));
        Ok(Self { streams: streams.collect::<Result<_, _>>()?, seq: 0 })
    }
}

/// Whether the arrivals of the plan can be computed exactly.
pub fn check(plan: &Plan) -> Result<(), TooLarge> {
    Schedule::of(plan).map(drop)
}

impl Iterator for Schedule {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        // `min_by_key` keeps the first of equals, which is the order of the streams. There are few
        // streams, so looking at each head is quicker than a heap.
        let waiting = self.streams.iter_mut().filter(|lane| lane.head.is_some());
        let lane = waiting.min_by_key(|lane| lane.head.map(|due| due.due_ns))?;
        let Due { due_ns, phase, journey, n } = lane.step()?;
        let seq = self.seq;
        self.seq += 1;
        Some(Arrival { seq, n, due_ns, stream: lane.stream, phase, journey })
    }
}

/// One stream and its next arrival.
#[derive(Debug)]
struct Lane {
    stream: u16,
    head: Option<Due>,
    rest: StreamArrivals,
}

impl Lane {
    fn of(plan: &Plan, stream: usize) -> Result<Self, TooLarge> {
        let mut rest = StreamArrivals::of(plan, stream)
            .map_err(|Overflow(phase)| TooLarge { stream, phase })?;
        let index = u16::try_from(stream).map_err(|_| TooLarge { stream, phase: 0 })?;
        Ok(Self { stream: index, head: rest.next(), rest })
    }

    fn step(&mut self) -> Option<Due> {
        std::mem::replace(&mut self.head, self.rest.next())
    }
}
