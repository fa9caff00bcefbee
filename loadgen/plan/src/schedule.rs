//! The schedule: the arrivals of all streams in one line, a pure function of the plan.

use thiserror::Error;

use crate::arrival::Arrival;
use crate::plan::Plan;
use crate::runs::{Refused, runs};
use crate::spacing::{Due, StreamArrivals};

pub use crate::runs::MAX_EXACTLY;

/// The arrivals of a plan by due time; equal times go by the order of the streams in the plan. Those of
/// closed phases are not among them: [`ClosedArrivals`](crate::closed::ClosedArrivals).
///
/// Holds one arrival for each stream and no more, however long the plan.
#[derive(Debug)]
pub struct Schedule {
    streams: Vec<Lane>,
    seq: u64,
}

/// A plan whose arrivals cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// Its rates and durations are too large for exact 128-bit arithmetic.
    #[error("stream {stream}, phase {phase}: too long for its rates to be computed exactly")]
    TooLarge {
        /// Index into `Plan::streams`.
        stream: usize,
        /// Index into the stream's phases.
        phase: usize,
    },
    /// A phase of the spacing `exactly` has more arrivals than are drawn in advance.
    #[error(
        "stream {stream}, phase {phase}: more than {MAX_EXACTLY} arrivals of the spacing `exactly`"
    )]
    TooMany {
        /// Index into `Plan::streams`.
        stream: usize,
        /// Index into the stream's phases.
        phase: usize,
    },
    /// The plan was read from a record, which does not hold the times of a replayed file.
    #[error("stream {stream}, phase {phase}: the times of the replayed file are not at hand")]
    NotLoaded {
        /// Index into `Plan::streams`.
        stream: usize,
        /// Index into the stream's phases.
        phase: usize,
    },
}

impl Schedule {
    /// From the first arrival on.
    ///
    /// # Panics
    /// If [`check`] refuses the plan. What `scenario::parse` made was checked there; a plan that came
    /// over a network or from a record was not.
    pub fn new(plan: &Plan) -> Self {
        let lanes = (0..).zip(&plan.streams).map(|(stream, _)| Lane::of(plan, stream));
        Self { streams: lanes.collect(), seq: 0 }
    }
}

/// Whether the arrivals of the plan can be computed exactly.
pub fn check(plan: &Plan) -> Result<(), ScheduleError> {
    for (stream, described) in plan.streams.iter().enumerate() {
        for run in runs(&described.phases) {
            run.check(&described.phases).map_err(|refused| match refused {
                Refused::TooLarge(phase) => ScheduleError::TooLarge { stream, phase },
                Refused::TooMany(phase) => ScheduleError::TooMany { stream, phase },
                Refused::NotLoaded(phase) => ScheduleError::NotLoaded { stream, phase },
            })?;
        }
    }
    Ok(())
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
    fn of(plan: &Plan, stream: u16) -> Self {
        let rest = StreamArrivals::of(plan, stream.into());
        let mut rest = rest.expect("a plan is checked when it is made");
        Self { stream, head: rest.next(), rest }
    }

    fn step(&mut self) -> Option<Due> {
        std::mem::replace(&mut self.head, self.rest.next())
    }
}
