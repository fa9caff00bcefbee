//! Counts outcomes where they are reported; nothing here is a remainder.

use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::run::Counts;

use crate::planned::Planned;

/// Outcomes of each stream, of the whole run and of measured phases.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    streams: Vec<(Counts, Counts)>,
}

impl Tally {
    pub(crate) fn new(streams: usize) -> Self {
        Self { streams: vec![(Counts::default(), Counts::default()); streams] }
    }

    pub(crate) fn on_row(&mut self, row: &ArrivalRow) {
        if !row.last {
            return;
        }
        let (all, measured) = &mut self.streams[usize::from(row.stream)];
        *counter(all, row.outcome) += 1;
        if row.measured {
            *counter(measured, row.outcome) += 1;
        }
    }

    /// Counts of a stream, with what was planned: what the pacer took, once the run has ended.
    pub(crate) fn of(&self, stream: usize, planned: &Planned, ended: bool) -> (Counts, Counts) {
        let (all, measured) = self.streams[stream];
        let (planned_all, planned_measured) =
            if ended { planned.taken(stream) } else { planned.whole(stream) };
        (Counts { planned: planned_all, ..all }, Counts { planned: planned_measured, ..measured })
    }

    /// Arrivals that were released and whose outcome is known.
    pub(crate) fn ended(&self) -> u64 {
        self.streams.iter().map(|(all, _)| all.ended() - all.unreleased).sum()
    }
}

/// The sum of two counts, field by field.
pub(crate) fn add(a: Counts, b: Counts) -> Counts {
    Counts {
        planned: a.planned + b.planned,
        completed: a.completed + b.completed,
        failed: a.failed + b.failed,
        timed_out: a.timed_out + b.timed_out,
        dropped: a.dropped + b.dropped,
        abandoned: a.abandoned + b.abandoned,
        unreleased: a.unreleased + b.unreleased,
        lost: a.lost + b.lost,
    }
}

fn counter(counts: &mut Counts, outcome: Outcome) -> &mut u64 {
    match outcome {
        Outcome::Completed => &mut counts.completed,
        Outcome::Failed => &mut counts.failed,
        Outcome::TimedOut => &mut counts.timed_out,
        Outcome::Dropped => &mut counts.dropped,
        Outcome::Abandoned => &mut counts.abandoned,
        Outcome::Unreleased => &mut counts.unreleased,
        Outcome::Lost => &mut counts.lost,
    }
}
