//! Releases the arrivals of closed phases: each when its user has had its answer and is due again.
//!
//! They need no exact pacer, since their due times follow from answers; a task in the users' runtime with
//! the exact timer of later steps does. Like the pacer it never waits for a user to be free.

use std::sync::Arc;

use load_plan::closed::ClosedArrivals;
use load_plan::plan::Plan;
use run_record::arrival_row::ArrivalRow;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::exchange::Exchange;
use crate::flow::Flow;
use crate::handoff::Released;
use crate::planned::Planned;
use crate::{rows, think};

/// How an arrival of a closed phase ended, which makes its user due again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) seq: u64,
    pub(crate) at_ns: u64,
}

/// What tells [`pace`] of ended arrivals.
#[derive(Clone, Debug)]
pub(crate) struct Answers(flume::Sender<Ended>);

impl Answers {
    /// One end for the users, one for the pacer. It holds one message for each user of a closed stream at most.
    pub(crate) fn channel() -> (Self, flume::Receiver<Ended>) {
        let (sender, receiver) = flume::unbounded();
        (Self(sender), receiver)
    }

    /// Tells of the last row of an arrival of a closed stream; of others nothing need be told.
    pub(crate) fn tell(&self, plan: &Plan, row: &ArrivalRow, now_ns: u64) {
        if row.last && plan.streams[usize::from(row.stream)].is_closed() {
            let ended = Ended { seq: row.seq, at_ns: row.done_ns.unwrap_or(now_ns) };
            if self.0.send(ended).is_err() {
                tracing::trace!("an arrival ended after its pacer: nobody is due again");
            }
        }
    }
}

/// Goes on until all closed phases are over, or until told to stop; then nobody is due again.
pub(crate) async fn pace<E: Exchange>(
    flow: Arc<Flow<E>>,
    clock: Clock,
    planned: Arc<Planned>,
    answers: flume::Receiver<Ended>,
    stop: CancellationToken,
) {
    let plan = Arc::clone(flow.requests().plan());
    let mut arrivals = ClosedArrivals::of(&plan, planned.scheduled());
    while !arrivals.is_over() {
        let due = async {
            match arrivals.due_ns() {
                Some(due_ns) => think::until(&clock, flow.alarm(), due_ns).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Ok(Ended { seq, at_ns }) = answers.recv_async() => drop(arrivals.ended(seq, at_ns)),
            () = due => {
                if let Some(refused) = release(&flow, &clock, &planned, &mut arrivals) {
                    flow.report(&refused, rows::dropped(&plan, &refused, "queue_full")).await;
                }
            }
        }
    }
    let closed = flow.handoffs().iter().zip(&plan.streams).filter(|(_, stream)| stream.is_closed());
    closed.for_each(|(handoff, _)| handoff.close());
}

/// Gives the arrival back that nobody can take.
fn release<E: Exchange>(
    flow: &Flow<E>,
    clock: &Clock,
    planned: &Planned,
    arrivals: &mut ClosedArrivals,
) -> Option<Released> {
    let arrival = arrivals.release()?;
    let stream = &flow.requests().plan().streams[usize::from(arrival.stream)];
    planned.add(arrival.stream, stream.phases[usize::from(arrival.phase)].measured);
    flow.handoffs()[usize::from(arrival.stream)].offer(arrival, clock.now_ns()).err()
}
