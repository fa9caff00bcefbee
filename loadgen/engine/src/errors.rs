//! What went wrong: how often, and in which second, by step, class and status.

use std::collections::BTreeMap;

use run_record::arrival_row::ArrivalRow;
use run_record::run::ErrorCount;

use crate::steps::StepKey;

/// The counters, by step number, class and status.
#[derive(Debug, Default)]
pub(crate) struct Errors(BTreeMap<(usize, &'static str, Option<u16>), Seen>);

#[derive(Debug, Default)]
struct Seen {
    count: u64,
    /// Only those with any, so that a long run with few errors stays small.
    seconds: BTreeMap<u32, u32>,
}

impl Errors {
    /// Counts what went wrong with a row of this step, known in this second.
    pub(crate) fn on_row(&mut self, row: &ArrivalRow, number: usize, second: u32) {
        if let Some(class) = row.error_class {
            self.count(number, class, row.status, second);
        }
    }

    /// Counts one thing that went wrong.
    pub(crate) fn count(
        &mut self,
        number: usize,
        class: &'static str,
        status: Option<u16>,
        second: u32,
    ) {
        let seen = self.0.entry((number, class, status)).or_default();
        seen.count += 1;
        *seen.seconds.entry(second).or_default() += 1;
    }

    /// As the record has them; with those of each second when the run has ended.
    pub(crate) fn results(
        &self,
        keys: &[StepKey],
        stream_name: impl Fn(u16) -> String,
        ended: bool,
    ) -> Vec<ErrorCount> {
        let result =
            |(&(number, class, status), seen): (&(usize, &'static str, Option<u16>), &Seen)| {
                let key = &keys[number];
                let seconds = seen.seconds.iter().map(|(second, count)| (*second, *count));
                ErrorCount {
                    stream: stream_name(key.stream),
                    step: key.name.clone(),
                    class: class.to_owned(),
                    status,
                    count: seen.count,
                    seconds: if ended { seconds.collect() } else { Vec::new() },
                }
            };
        self.0.iter().map(result).collect()
    }
}
