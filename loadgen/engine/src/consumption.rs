//! What the target's store consumed during the run: totals in, differences out.

use std::collections::BTreeMap;

use run_record::resource_row::ResourceRow;
use run_record::run::ConsumedUnits;

use crate::exposition::none;

/// Totals as the target told them, before the run and last.
#[derive(Debug, Default)]
pub(crate) struct Consumption {
    first: Option<Totals>,
    last: Totals,
    last_ns: u64,
    /// When a row was last made, and the units until then.
    seen_ns: u64,
    seen: (f64, f64),
}

const NS_PER_S: f64 = 1e9;

type Totals = BTreeMap<String, ConsumedUnits>;

impl Consumption {
    /// Takes what the target told of all operations since it started.
    /// A target that meters nothing names no operation, and has told nothing.
    pub(crate) fn on_totals(&mut self, at_ns: u64, totals: &[ConsumedUnits]) {
        if totals.is_empty() {
            return;
        }
        let totals: Totals =
            totals.iter().map(|total| (total.operation.clone(), total.clone())).collect();
        if self.first.is_none() {
            (self.seen_ns, self.seen) = (at_ns, units(&totals));
            self.first = Some(totals.clone());
        }
        (self.last_ns, self.last) = (at_ns, totals);
    }

    /// Puts into the row what was consumed a second since the last one; nothing where the target told nothing
    /// new. An answer that was missed makes the next speak of a longer time, not of more a second.
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds between two answers")]
    pub(crate) fn end_second(&mut self, row: &mut ResourceRow) {
        if self.last_ns > self.seen_ns {
            let seconds = (self.last_ns - self.seen_ns) as f64 / NS_PER_S;
            let (read, write) = units(&self.last);
            // A target that was started anew counts from nothing again.
            row.read_units = Some((read - self.seen.0).max(0.0) / seconds);
            row.write_units = Some((write - self.seen.1).max(0.0) / seconds);
            (self.seen_ns, self.seen) = (self.last_ns, (read, write));
        }
    }

    /// What each operation consumed from the first totals to the last; without those that did nothing.
    pub(crate) fn results(&self) -> Vec<ConsumedUnits> {
        let since = |last: &ConsumedUnits| {
            let nothing = none(&last.operation);
            let first = self.first.as_ref().and_then(|first| first.get(&last.operation));
            let first = first.unwrap_or(&nothing);
            ConsumedUnits {
                operation: last.operation.clone(),
                calls: last.calls.saturating_sub(first.calls),
                requests: last.requests.saturating_sub(first.requests),
                read_units: (last.read_units - first.read_units).max(0.0),
                write_units: (last.write_units - first.write_units).max(0.0),
            }
        };
        self.last.values().map(since).filter(|operation| operation.calls > 0).collect()
    }
}

fn units(totals: &Totals) -> (f64, f64) {
    totals.values().fold((0.0, 0.0), |(read, write), total| {
        (read + total.read_units, write + total.write_units)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    fn total(operation: &str, calls: u64, read_units: f64, write_units: f64) -> ConsumedUnits {
        ConsumedUnits { calls, requests: calls, read_units, write_units, ..none(operation) }
    }

    fn second(consumption: &mut Consumption) -> (Option<f64>, Option<f64>) {
        let mut row = ResourceRow::default();
        consumption.end_second(&mut row);
        (row.read_units, row.write_units)
    }

    #[test]
    fn what_was_consumed_before_the_run_is_not_the_runs() {
        let mut consumption = Consumption::default();
        consumption.on_totals(0, &[total("put", 10, 10.0, 40.0)]);
        assert_eq!(second(&mut consumption), (None, None));
        consumption.on_totals(S, &[total("put", 12, 12.0, 48.0), total("get", 1, 4.0, 0.0)]);
        assert_eq!(second(&mut consumption), (Some(6.0), Some(8.0)));
        // An answer is missing: the next is of two seconds.
        assert_eq!(second(&mut consumption), (None, None));
        consumption.on_totals(3 * S, &[total("put", 13, 13.0, 52.0), total("get", 1, 4.0, 0.0)]);
        assert_eq!(second(&mut consumption), (Some(0.5), Some(2.0)));
        let expected = [total("get", 1, 4.0, 0.0), total("put", 3, 3.0, 12.0)];
        assert_eq!(consumption.results(), expected);
    }

    #[test]
    fn a_target_that_starts_anew_gives_no_negative_figures() {
        let mut consumption = Consumption::default();
        consumption.on_totals(0, &[total("put", 10, 10.0, 40.0)]);
        consumption.on_totals(S, &[total("put", 1, 1.0, 4.0)]);
        assert_eq!(second(&mut consumption), (Some(0.0), Some(0.0)));
        assert_eq!(consumption.results(), []);
    }

    #[test]
    fn a_target_that_says_nothing_has_consumed_nothing_known() {
        let mut consumption = Consumption::default();
        consumption.on_totals(0, &[]);
        consumption.on_totals(S, &[]);
        assert_eq!(consumption.results(), []);
        assert_eq!(second(&mut consumption), (None, None));
    }
}
