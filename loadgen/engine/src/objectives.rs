//! Counts for each objective or limit what is beyond it: exactly, request by request, not read off a histogram.

use std::ops::Range;

use load_plan::plan::{Limit, Objective, Time};
use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::run::ObjectiveResult;

use crate::lateness::is_first;

const NS_PER_US: u64 = 1_000;

/// The counters of a plan's objectives, over measured phases.
#[derive(Debug)]
pub(crate) struct Objectives {
    counters: Vec<Counter>,
    seen: Seen,
}

/// Where what is counted was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// In measured phases.
    Measured,
    /// In warm-ups too.
    Everywhere,
}

#[derive(Debug)]
struct Counter {
    objective: Objective,
    total: u64,
    over: u64,
    seconds: Vec<(u32, u32)>,
}

impl Objectives {
    pub(crate) fn of(objectives: &[Objective], seen: Seen) -> Self {
        let counter = |objective: &Objective| Counter {
            objective: objective.clone(),
            total: 0,
            over: 0,
            seconds: Vec::new(),
        };
        Self { counters: objectives.iter().map(counter).collect(), seen }
    }

    /// Counts a row of the named step, whose outcome was known in this second of the run.
    pub(crate) fn on_row(&mut self, row: &ArrivalRow, step: &str, second: u32) {
        if !row.measured && self.seen == Seen::Measured {
            return;
        }
        for counter in self.counters.iter_mut().filter(|counter| counter.objective.step == step) {
            if let Some(over) = over(&counter.objective.limit, row) {
                counter.count(over, second);
            }
        }
    }

    /// Counts a delivery of the named step, or that it is missing, known in this second of the run.
    pub(crate) fn on_delivery(&mut self, took_ns: Option<u64>, step: &str, second: u32) {
        for counter in self.counters.iter_mut().filter(|counter| counter.objective.step == step) {
            if let Limit::Latency { time: Time::Delivery, at_most_ns, .. } = counter.objective.limit
            {
                counter.count(took_ns.is_none_or(|ns| ns > at_most_ns), second);
            }
        }
    }

    /// How many counted in these seconds, and how many of them were over.
    pub(crate) fn within(&self, index: usize, seconds: Range<u32>) -> (u64, u64) {
        let counted = &self.counters[index].seconds;
        let end = counted.len().min(seconds.end as usize);
        let counted = counted.get(seconds.start as usize..end).unwrap_or_default();
        counted.iter().fold((0, 0), |(total, over), second| {
            (total + u64::from(second.0), over + u64::from(second.1))
        })
    }

    /// The counters; with those of each second when the run has ended.
    pub(crate) fn results(&self, ended: bool) -> Vec<ObjectiveResult> {
        let result = |counter: &Counter| ObjectiveResult {
            step: counter.objective.step.clone(),
            text: counter.objective.text.clone(),
            implied: counter.objective.implied,
            total: counter.total,
            over: counter.over,
            status: None,
            seconds: if ended { counter.seconds.clone() } else { Vec::new() },
        };
        self.counters.iter().map(result).collect()
    }
}

impl Counter {
    fn count(&mut self, over: bool, second: u32) {
        let index = second as usize;
        if self.seconds.len() <= index {
            self.seconds.resize(index + 1, (0, 0));
        }
        self.total += 1;
        self.over += u64::from(over);
        self.seconds[index].0 += 1;
        self.seconds[index].1 += u32::from(over);
    }
}

/// Whether this row is beyond the limit; none if it does not count for it.
fn over(limit: &Limit, row: &ArrivalRow) -> Option<bool> {
    let completed = row.outcome == Outcome::Completed;
    match limit {
        Limit::Errors { .. } => Some(!completed),
        Limit::Rate { .. } => is_first(row).then_some(matches!(
            row.outcome,
            Outcome::Dropped | Outcome::Unreleased | Outcome::Lost
        )),
        // Of one request there are as many deliveries as readers.
        Limit::Latency { time: Time::Delivery, .. } => None,
        // A time that is not known cannot be shown to be within the limit.
        Limit::Latency { time, at_most_ns, .. } => {
            Some(!completed || time_ns(*time, row).is_none_or(|ns| ns > *at_most_ns))
        }
    }
}

fn time_ns(time: Time, row: &ArrivalRow) -> Option<u64> {
    match time {
        Time::Response => Some(row.done_ns?.saturating_sub(row.due_ns)),
        Time::Service => Some(row.done_ns?.saturating_sub(row.sent_ns?)),
        Time::Server => Some(row.server_us? * NS_PER_US),
        Time::Delivery => None,
    }
}
