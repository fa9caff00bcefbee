//! What each step took in each measured phase. Histograms of a second are added up when the second is over, so that
//! a request costs nothing here; and what a step took in all is the sum of its phases.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use load_plan::plan::{Phase, Plan};
use run_record::histogram::histogram;
use run_record::latency::Kind;

use crate::intervals::{Intervals, Slot};
use crate::steps::Steps;

/// Measured phases of a stream that have figures of their own; further ones are added up together, and only what
/// a step took in all holds them. It bounds memory: 16 steps of 33 phases with three kinds of time of some
/// milliseconds are 25 MiB.
pub(crate) const PHASES_MAX: usize = 32;

/// Which of the phases with figures of their own; `PHASES_MAX` for all others.
type Column = usize;

/// Times and requests that have none, by step and phase.
#[derive(Clone, Debug)]
pub(crate) struct PhaseTotals {
    /// By step number and phase; none for phases that are not measured.
    columns: Vec<Vec<Option<Column>>>,
    times: BTreeMap<(usize, Column, Kind), Histogram<u64>>,
    not_completed: BTreeMap<(usize, Column), u64>,
}

impl PhaseTotals {
    pub(crate) fn of(plan: &Plan, steps: &Steps) -> Self {
        let phases = |stream: u16| &plan.streams[usize::from(stream)].phases;
        let columns = steps.keys().iter().map(|key| columns(phases(key.stream))).collect();
        Self { columns, times: BTreeMap::new(), not_completed: BTreeMap::new() }
    }

    /// Takes what was seen in a second.
    pub(crate) fn add(&mut self, (number, phase, kind): Slot, seen: &Histogram<u64>) {
        let asked_for =
            matches!(kind, Kind::Response | Kind::Service | Kind::Server | Kind::Delivery);
        if let Some(column) = self.column(number, phase).filter(|_| asked_for) {
            let total = self.times.entry((number, column, kind)).or_insert_with(histogram);
            total.add(seen).expect("a histogram that grows by itself takes all of another");
        }
    }

    /// A request that is in no histogram.
    pub(crate) fn add_not_completed(&mut self, number: usize, phase: u16) {
        if let Some(column) = self.column(number, phase) {
            *self.not_completed.entry((number, column)).or_default() += 1;
        }
    }

    /// With the seconds that are still open.
    pub(crate) fn with(mut self, intervals: &Intervals) -> Self {
        for (slot, seen) in intervals.open() {
            self.add(*slot, seen);
        }
        self
    }

    /// The phases of a step that have figures of their own, by their index in the stream.
    pub(crate) fn phases(&self, number: usize) -> impl Iterator<Item = usize> {
        let own = |(phase, column): (usize, &Option<Column>)| {
            column.is_some_and(|column| column < PHASES_MAX).then_some(phase)
        };
        self.columns[number].iter().enumerate().filter_map(own)
    }

    /// What a step took in a phase.
    pub(crate) fn in_phase(
        &self,
        number: usize,
        phase: usize,
        kind: Kind,
    ) -> Option<&Histogram<u64>> {
        self.times.get(&(number, self.columns[number][phase]?, kind))
    }

    /// Requests of a step and a phase that are in no histogram.
    pub(crate) fn not_completed_in_phase(&self, number: usize, phase: usize) -> u64 {
        let column = self.columns[number][phase];
        column.and_then(|column| self.not_completed.get(&(number, column))).copied().unwrap_or(0)
    }

    /// What a step took in all phases.
    pub(crate) fn of_step(&self, number: usize, kind: Kind) -> Histogram<u64> {
        let mut all = histogram();
        for column in 0..=PHASES_MAX {
            if let Some(total) = self.times.get(&(number, column, kind)) {
                all.add(total).expect("a histogram that grows by itself takes all of another");
            }
        }
        all
    }

    /// Requests of a step that are in no histogram.
    pub(crate) fn not_completed_of_step(&self, number: usize) -> u64 {
        self.not_completed.range((number, 0)..=(number, PHASES_MAX)).map(|(_, count)| count).sum()
    }

    fn column(&self, number: usize, phase: u16) -> Option<Column> {
        self.columns[number][usize::from(phase)]
    }
}

fn columns(phases: &[Phase]) -> Vec<Option<Column>> {
    let mut next = 0..PHASES_MAX;
    let column = |phase: &Phase| {
        let counts = phase.measured && phase.kind.arrives();
        counts.then(|| next.next().unwrap_or(PHASES_MAX))
    };
    phases.iter().map(column).collect()
}

#[cfg(test)]
mod tests {
    use run_record::histogram::record_us;

    use super::*;
    use crate::simulated;

    /// Phases of a second each, of which the first is not measured.
    fn plan_of(phases: usize) -> Plan {
        let mut plan = simulated::plan(100, 1, 10, 10);
        let hold = plan.streams[0].phases.remove(0);
        let phase =
            |index| Phase { name: format!("p{index}"), measured: index > 0, ..hold.clone() };
        plan.streams[0].phases = (0..phases).map(phase).collect();
        plan
    }

    fn seen(us: u64) -> Histogram<u64> {
        let mut seen = histogram();
        record_us(&mut seen, us * 1_000);
        seen
    }

    #[test]
    fn a_step_is_the_sum_of_its_measured_phases() {
        let plan = plan_of(3);
        let mut totals = PhaseTotals::of(&plan, &Steps::of(&plan));
        for (phase, us) in [(0, 7), (1, 100), (1, 200), (2, 300)] {
            totals.add((0, phase, Kind::Response), &seen(us));
            totals.add_not_completed(0, phase);
        }
        totals.add((0, 1, Kind::Lateness), &seen(5));
        assert_eq!(totals.phases(0).collect::<Vec<_>>(), [1, 2]);
        let max =
            |phase| totals.in_phase(0, phase, Kind::Response).map(|seen| (seen.len(), seen.max()));
        assert_eq!([max(0), max(1), max(2)], [None, Some((2, 200)), Some((1, 300))]);
        assert_eq!([0, 1, 2].map(|phase| totals.not_completed_in_phase(0, phase)), [0, 2, 1]);
        let all = totals.of_step(0, Kind::Response);
        assert_eq!((all.len(), totals.not_completed_of_step(0)), (3, 3));
        assert!(
            totals.in_phase(0, 1, Kind::Lateness).is_none(),
            "the generator's own delay is elsewhere"
        );
    }

    #[test]
    fn phases_beyond_the_limit_are_in_the_step_only() {
        let phases = PHASES_MAX + 10;
        let plan = plan_of(phases + 1);
        let mut totals = PhaseTotals::of(&plan, &Steps::of(&plan));
        for phase in 0..=phases {
            totals.add((0, u16::try_from(phase).unwrap(), Kind::Response), &seen(50));
            totals.add_not_completed(0, u16::try_from(phase).unwrap());
        }
        assert_eq!(totals.phases(0).collect::<Vec<_>>(), (1..=PHASES_MAX).collect::<Vec<_>>());
        assert_eq!(totals.times.len(), PHASES_MAX + 1);
        assert_eq!(totals.of_step(0, Kind::Response).len(), phases as u64);
        assert_eq!(totals.not_completed_of_step(0), phases as u64);
    }
}
