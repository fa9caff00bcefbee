//! The rows of arrivals, before their outcome is known.

use load_plan::arrival::Arrival;
use load_plan::plan::Plan;
use run_record::arrival_row::{ArrivalRow, Outcome};

use crate::handoff::Released;

/// The row of a step that is about to be attempted.
pub(crate) fn of_step(plan: &Plan, released: &Released, step: usize, due_ns: u64) -> ArrivalRow {
    ArrivalRow {
        step: u16::try_from(step).ok(),
        due_ns,
        last: false,
        released_ns: Some(released.released_ns),
        user_free: released.user_free,
        ..not_started(plan, &released.arrival, Outcome::Failed, None)
    }
}

/// The only row of an arrival that was released and started no step.
pub(crate) fn dropped(plan: &Plan, released: &Released, why: &'static str) -> ArrivalRow {
    ArrivalRow {
        released_ns: Some(released.released_ns),
        user_free: released.user_free,
        ..not_started(plan, &released.arrival, Outcome::Dropped, Some(why))
    }
}

/// The only row of an arrival that was never released.
pub(crate) fn unreleased(plan: &Plan, arrival: &Arrival) -> ArrivalRow {
    not_started(plan, arrival, Outcome::Unreleased, None)
}

fn not_started(
    plan: &Plan,
    arrival: &Arrival,
    outcome: Outcome,
    error_class: Option<&'static str>,
) -> ArrivalRow {
    let phase = &plan.streams[usize::from(arrival.stream)].phases[usize::from(arrival.phase)];
    ArrivalRow {
        seq: arrival.seq,
        n: arrival.n,
        stream: arrival.stream,
        phase: arrival.phase,
        journey: arrival.journey,
        step: None,
        measured: phase.measured,
        last: true,
        due_ns: arrival.due_ns,
        released_ns: None,
        sent_ns: None,
        first_byte_ns: None,
        done_ns: None,
        user_free: false,
        outcome,
        error_class,
        status: None,
        bytes_in: 0,
        bytes_out: 0,
        server_us: None,
        store_us: None,
        connect_us: None,
        reused: None,
        instance: None,
        worker: 0,
        error_code: None,
    }
}
