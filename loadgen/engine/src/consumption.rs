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
    /// Units at the end of the last second that has a row, and whether more was told since.
    seen: (f64, f64),
    fresh: bool,
}

type Totals = BTreeMap<String, ConsumedUnits>;

impl Consumption {
    /// Takes what the target told of all operations since it started.
    pub(crate) fn on_totals(&mut self, totals: &[ConsumedUnits]) {
        let totals: Totals =
            totals.iter().map(|total| (total.operation.clone(), total.clone())).collect();
        if self.first.is_none() {
            self.seen = units(&totals);
            self.first = Some(totals.clone());
        } else {
            self.fresh = true;
        }
        self.last = totals;
    }

    /// Puts into the row what was consumed since the last one; nothing where the target told nothing new.
    pub(crate) fn end_second(&mut self, row: &mut ResourceRow) {
        if std::mem::take(&mut self.fresh) {
            let (read, write) = units(&self.last);
            // A target that was started anew counts from nothing again.
            row.read_units = Some((read - self.seen.0).max(0.0));
            row.write_units = Some((write - self.seen.1).max(0.0));
            self.seen = (read, write);
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
        consumption.on_totals(&[total("put", 10, 10.0, 40.0)]);
        assert_eq!(second(&mut consumption), (None, None));
        consumption.on_totals(&[total("put", 12, 12.0, 48.0), total("get", 1, 4.0, 0.0)]);
        assert_eq!(second(&mut consumption), (Some(6.0), Some(8.0)));
        assert_eq!(second(&mut consumption), (None, None));
        consumption.on_totals(&[total("put", 13, 13.0, 52.0), total("get", 1, 4.0, 0.0)]);
        assert_eq!(second(&mut consumption), (Some(1.0), Some(4.0)));
        let expected = [total("get", 1, 4.0, 0.0), total("put", 3, 3.0, 12.0)];
        assert_eq!(consumption.results(), expected);
    }

    #[test]
    fn a_target_that_starts_anew_gives_no_negative_figures() {
        let mut consumption = Consumption::default();
        consumption.on_totals(&[total("put", 10, 10.0, 40.0)]);
        consumption.on_totals(&[total("put", 1, 1.0, 4.0)]);
        assert_eq!(second(&mut consumption), (Some(0.0), Some(0.0)));
        assert_eq!(consumption.results(), []);
    }

    #[test]
    fn a_target_that_says_nothing_has_consumed_nothing_known() {
        assert_eq!(Consumption::default().results(), []);
        assert_eq!(second(&mut Consumption::default()), (None, None));
    }
}
