//! What went wrong: how often, and in which second, by step, class, status and the target's own word.

use std::collections::{BTreeMap, BTreeSet};

use run_record::arrival_row::ArrivalRow;
use run_record::run::ErrorCount;

use crate::steps::StepKey;

/// Words of the target that are told apart; one that is made up anew for each reply would fill the record.
const CODES_MAX: usize = 32;

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    seen: BTreeMap<Key, Seen>,
    codes: BTreeSet<String>,
}

/// Number of the step, class, status, the target's word.
type Key = (usize, &'static str, Option<u16>, Option<String>);

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
            let code = row.error_code.clone().filter(|code| self.is_told_apart(code));
            self.add((number, class, row.status, code), second);
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
        self.add((number, class, status, None), second);
    }

    fn is_told_apart(&mut self, code: &str) -> bool {
        if self.codes.len() < CODES_MAX {
            self.codes.insert(code.to_owned());
        }
        self.codes.contains(code)
    }

    fn add(&mut self, key: Key, second: u32) {
        let seen = self.seen.entry(key).or_default();
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
        let result = |((number, class, status, code), seen): (&Key, &Seen)| {
            let key = &keys[*number];
            let seconds = seen.seconds.iter().map(|(second, count)| (*second, *count));
            ErrorCount {
                stream: stream_name(key.stream),
                step: key.name.clone(),
                class: (*class).to_owned(),
                status: *status,
                code: code.clone(),
                count: seen.count,
                seconds: if ended { seconds.collect() } else { Vec::new() },
            }
        };
        self.seen.iter().map(result).collect()
    }
}
