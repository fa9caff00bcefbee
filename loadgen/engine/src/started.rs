//! What is told of every arrival that started, for whoever looks at how arrivals were spread in time.

use run_record::arrival_row::{ArrivalRow, Outcome};

use crate::lateness::is_first;

/// An arrival of a measured phase whose first request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// Index into `Plan::streams`.
    pub stream: u16,
    /// Index into the stream's phases.
    pub phase: u16,
    /// When the first request was sent, from the run's start.
    pub sent_ns: u64,
    /// From the due time to the end of the first step; none if that did not complete.
    pub response_ns: Option<u64>,
}

impl Started {
    /// None for rows of later steps, of unmeasured phases, and of arrivals that never started.
    pub(crate) fn of(row: &ArrivalRow) -> Option<Self> {
        let sent_ns = row.sent_ns.filter(|_| row.measured && is_first(row))?;
        let done_ns = row.done_ns.filter(|_| row.outcome == Outcome::Completed);
        let response_ns = done_ns.map(|done_ns| done_ns.saturating_sub(row.due_ns));
        Some(Self { stream: row.stream, phase: row.phase, sent_ns, response_ns })
    }
}
