//! Reads what a target's store has consumed from the text that Prometheus scrapes; pure.
//!
//! Four counters, told apart by the end of their names so that any service can have a prefix of its own, each
//! with a label `operation`: `…store_calls_total`, `…store_requests_total`, `…store_read_units_total`,
//! `…store_write_units_total`. The format is [OpenMetrics](https://prometheus.io/docs/specs/om/open_metrics_spec/),
//! line by line; whatever is not one of the four is passed over.

use std::collections::BTreeMap;

use run_record::run::ConsumedUnits;

/// More operations than this are not taken: the text is another process's.
const OPERATIONS_MAX: usize = 64;

/// Longer names are not taken, for the same reason.
const NAME_BYTES_MAX: usize = 64;

/// Totals by operation since the target started, in order of their names.
pub(crate) fn consumed(text: &str) -> Vec<ConsumedUnits> {
    let mut operations: BTreeMap<&str, ConsumedUnits> = BTreeMap::new();
    for (name, operation, value) in text.lines().filter_map(sample) {
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

/// An operation that has consumed nothing.
pub(crate) fn none(operation: &str) -> ConsumedUnits {
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

/// Counter, operation and value of a line; none of any other line.
fn sample(line: &str) -> Option<(Counter, &str, f64)> {
    let (name, rest) = line.split_once('{')?;
    let (labels, value) = rest.split_once('}')?;
    let counter = [
        ("store_calls_total", Counter::Calls),
        ("store_requests_total", Counter::Requests),
        ("store_read_units_total", Counter::ReadUnits),
        ("store_write_units_total", Counter::WriteUnits),
    ];
    let (_, counter) = counter.into_iter().find(|(end, _)| name.ends_with(end))?;
    let operation = labels.strip_prefix("operation=\"")?.strip_suffix('"')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if operation.len() > NAME_BYTES_MAX || !operation.bytes().all(plain) {
        return None;
    }
    let value: f64 = value.split_whitespace().next()?.parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some((counter, operation, value))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`sample` lets no negative value through, and a cast of a larger one gives the largest"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(consumed(text), [ConsumedUnits { calls: 4, ..none("is_member") }, put]);
    }

    #[test]
    fn what_is_no_sample_is_passed_over() {
        for line in [
            "",
            "store_calls_total 3",
            "store_calls_total{operation=\"a\"}",
            "store_calls_total{operation=\"a\"} NaN",
            "store_calls_total{operation=\"a\"} -1",
            "store_calls_total{operation=\"<b>\"} 1",
            "store_calls_total{operation=\"a\",x=\"y\"} 1",
            "store_calls_total}{ 1",
        ] {
            assert_eq!(consumed(line), [], "{line}");
        }
        let many: Vec<String> =
            (0..1000).map(|n| format!("store_calls_total{{operation=\"o{n}\"}} 1")).collect();
        assert_eq!(consumed(&many.join("\n")).len(), OPERATIONS_MAX);
    }
}
