//! Serves one arrival: its steps in order, each with its due time, its limit and its row.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use load_plan::plan::{After, Step};
use run_record::arrival_row::{ArrivalRow, Outcome};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::exchange::{Exchange, Failure, Reply};
use crate::handoff::Released;
use crate::requests::Requests;
use crate::rows;
use crate::think::{self, Alarm};
use crate::times::Times;

/// What serving an arrival needs beside the arrival itself.
#[derive(Debug)]
pub(crate) struct Setting<E> {
    pub(crate) requests: Requests,
    pub(crate) exchange: E,
    pub(crate) alarm: Alarm,
    /// Fires at the drain limit and on interrupt.
    pub(crate) abandon: CancellationToken,
}

/// Serves a released arrival and gives one row for each step attempted, the last one marked.
pub(crate) async fn serve<E: Exchange>(
    setting: &Setting<E>,
    kept: &mut E::Kept,
    clock: &Clock,
    released: Released,
) -> Vec<ArrivalRow> {
    let plan = setting.requests.plan();
    let steps = &plan.journeys[usize::from(released.arrival.journey)].steps;
    let mut done: Vec<ArrivalRow> = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let due_ns = due_ns(&released, step, done.last());
        let attempt = Attempt { setting, clock, released: &released, index, step, due_ns };
        let row = attempt.run(kept).await;
        let completed = row.outcome == Outcome::Completed;
        done.push(row);
        if !completed {
            break;
        }
    }
    if let Some(last) = done.last_mut() {
        last.last = true;
    }
    done
}

/// The first step is due with the arrival; a later one by its think time or timetable, never before the previous is done.
fn due_ns(released: &Released, step: &Step, previous: Option<&ArrivalRow>) -> u64 {
    let Some(previous) = previous else { return released.arrival.due_ns };
    let done_ns = previous.done_ns.unwrap_or(previous.due_ns);
    match step.after {
        After::Done { think_ns } => done_ns + think_ns,
        After::Due { every_ns } => done_ns.max(previous.due_ns + every_ns),
    }
}

/// One step of one arrival.
struct Attempt<'a, E> {
    setting: &'a Setting<E>,
    clock: &'a Clock,
    released: &'a Released,
    index: usize,
    step: &'a Step,
    due_ns: u64,
}

impl<E: Exchange> Attempt<'_, E> {
    async fn run(&self, kept: &mut E::Kept) -> ArrivalRow {
        let mut times = Times::default();
        let mut bytes_out = 0;
        let end = {
            // Pinned where it is: what is moved from wrapper to wrapper is copied as a whole.
            let sending = pin!(self.send_when_due(kept, &mut times, &mut bytes_out));
            let sending = AssertUnwindSafe(sending).catch_unwind();
            tokio::select! {
                biased;
                end = sending => end.unwrap_or(End::Failed(Failure("panic"))),
                () = self.setting.abandon.cancelled() => End::Abandoned,
            }
        };
        let plan = self.setting.requests.plan();
        let base = rows::of_step(plan, self.released, self.index, self.due_ns);
        end.row(&self.step.expect, &ArrivalRow { bytes_out, ..base }, times)
    }

    async fn send_when_due(
        &self,
        kept: &mut E::Kept,
        times: &mut Times,
        bytes_out: &mut u64,
    ) -> End {
        if self.index > 0 {
            think::until(self.clock, &self.setting.alarm, self.due_ns).await;
        }
        let run_id = self.clock.started_unix_ns();
        let request = self.setting.requests.prepare(run_id, &self.released.arrival, self.index);
        *bytes_out = request.body.as_ref().map_or(0, |(body, _)| body.len() as u64);
        let sending = pin!(self.setting.exchange.send(kept, self.clock, request, times));
        let limit = Duration::from_nanos(self.step.timeout_ns);
        match tokio::time::timeout(limit, sending).await {
            Ok(Ok(reply)) => End::Replied(reply),
            Ok(Err(failure)) => End::Failed(failure),
            Err(_) => End::TimedOut,
        }
    }
}

/// How one attempt ended.
enum End {
    Replied(Reply),
    Failed(Failure),
    TimedOut,
    Abandoned,
}

impl End {
    fn row(self, expected: &[u16], row: &ArrivalRow, times: Times) -> ArrivalRow {
        let (outcome, error_class, reply) = match self {
            Self::TimedOut => (Outcome::TimedOut, Some("timeout"), None),
            Self::Abandoned => (Outcome::Abandoned, Some("abandoned"), None),
            Self::Failed(Failure(class)) => (Outcome::Failed, Some(class), None),
            Self::Replied(reply) if expected.contains(&reply.status) => {
                (Outcome::Completed, None, Some(reply))
            }
            Self::Replied(reply) => (Outcome::Failed, Some("status"), Some(reply)),
        };
        let status = reply.as_ref().map(|reply| reply.status);
        let reply = reply.unwrap_or_default();
        ArrivalRow {
            sent_ns: times.sent_ns,
            first_byte_ns: times.first_byte_ns,
            done_ns: times.done_ns,
            outcome,
            error_class,
            status,
            bytes_in: reply.bytes_in,
            server_us: reply.server_us,
            store_us: reply.store_us,
            connect_us: reply.connect_us,
            reused: reply.reused,
            instance: reply.instance,
            error_code: reply.error_code.filter(|_| outcome != Outcome::Completed),
            ..*row
        }
    }
}
