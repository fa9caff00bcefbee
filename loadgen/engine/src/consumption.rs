//! What the target's store consumed during the run, out of the text that Prometheus scrapes: totals in,
//! differences out; pure.

use std::collections::BTreeMap;

use run_record::resource_row::ResourceRow;
use run_record::run::ConsumedUnits;

use crate::exposition::{self, Sample};

/// More operations than this are not taken: the text is another process's.
const OPERATIONS_MAX: usize = 64;

/// Longer names are not taken, for the same reason.
const NAME_BYTES_MAX: usize = 64;

/// Reads what each operation has consumed since the target started, in order of their names.
///
/// Four counters, told apart by the end of their names so that any service can have a prefix of its own, each
/// with a label `operation`: `…store_calls_total`, `…store_requests_total`, `…store_read_units_total`,
/// `…store_write_units_total`.
pub(crate) fn totals(text: &str) -> Vec<ConsumedUnits> {
    let mut operations: BTreeMap<&str, ConsumedUnits> = BTreeMap::new();
    for (name, operation, value) in exposition::samples(text).filter_map(counter) {
        if operations.len() == OPERATIONS_MAX && !operations.contains_key(operation) {
            continue;
        }
        let entry = operations.entry(operation).or_insert_with(|| none(operation));
        match name {
            Counter::Calls => entry.calls = whole(value),
            Counter::Requests => entry.requests = whole(value),
            Counter::ReadUnits => entry.read_units = value,
            Counter::WriteUnits => entry.write_units = value,
        }
    }
    operations.into_values().collect()
}

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

/// An operation that has consumed nothing.
fn none(operation: &str) -> ConsumedUnits {
    ConsumedUnits {
        operation: operation.to_owned(),
        calls: 0,
        requests: 0,
        read_units: 0.0,
        write_units: 0.0,
    }
}

#[derive(Clone, Copy)]
enum Counter {
    Calls,
    Requests,
    ReadUnits,
    WriteUnits,
}

/// Counter, operation and value of a sample; none of any other sample.
fn counter(Sample { series, value }: Sample<'_>) -> Option<(Counter, &str, f64)> {
    let counter = [
        ("store_calls_total", Counter::Calls),
        ("store_requests_total", Counter::Requests),
        ("store_read_units_total", Counter::ReadUnits),
        ("store_write_units_total", Counter::WriteUnits),
    ];
    let (_, counter) = counter.into_iter().find(|(end, _)| series.name.ends_with(end))?;
    let [("operation", operation)] = series.labels[..] else { return None };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if operation.len() > NAME_BYTES_MAX || !operation.bytes().all(plain) {
        return None;
    }
    let is_count = value.is_finite() && value >= 0.0;
    is_count.then_some((counter, operation, value))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`counter` lets no negative value through, and a cast of a larger one gives the largest"
)]
fn whole(value: f64) -> u64 {
    value as u64
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
    fn the_four_counters_are_found_among_others() {
        let text = "# HELP chat_store_calls Calls.\n# TYPE chat_store_calls counter\n\
            chat_store_calls_total{operation=\"put_reaction\"} 3\n\
            chat_store_requests_total{operation=\"put_reaction\"} 7\n\
            chat_store_read_units_total{operation=\"put_reaction\"} 3.5\n\
            chat_store_write_units_total{operation=\"put_reaction\"} 1.2e1\n\
            chat_store_calls_total{operation=\"is_member\"} 4 1700000000\n\
            chat_requests_total{route=\"/x\",method=\"GET\",status=\"2xx\"} 9\n# EOF\n";
        let put = ConsumedUnits {
            calls: 3,
            requests: 7,
            read_units: 3.5,
            write_units: 12.0,
            ..none("put_reaction")
        };
        assert_eq!(totals(text), [ConsumedUnits { calls: 4, ..none("is_member") }, put]);
    }

    #[test]
    fn what_is_none_of_them_is_passed_over() {
        for line in [
            "store_calls_total 3",
            "store_calls_total{operation=\"a\"} NaN",
            "store_calls_total{operation=\"a\"} -1",
            "store_calls_total{operation=\"<b>\"} 1",
            "store_calls_total{operation=\"a\",x=\"y\"} 1",
        ] {
            assert_eq!(totals(line), [], "{line}");
        }
        let many: Vec<String> =
            (0..1000).map(|n| format!("store_calls_total{{operation=\"o{n}\"}} 1")).collect();
        assert_eq!(totals(&many.join("\n")).len(), OPERATIONS_MAX);
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
