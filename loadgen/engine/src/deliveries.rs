//! Brings requests and the events of what they changed together, whichever becomes known first; pure.
//!
//! A delivery is a pair of a completed request and a reader, and takes from the request's `done` to the
//! event's arrival at the reader, or no time if the event came first. What is *missing* is only said where
//! it is known: the event came to another reader of the same source, and this one was connected from before
//! the request was sent until the event was too late for every objective. Of a request that no reader was
//! told of nothing is known: it may have changed nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use load_plan::plan::{Limit, Plan, Time};
use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::live::{DeliveryResult, Live};

use crate::audience::{Audience, Mark};

/// How long an event is waited for after its request was done, where no objective waits longer.
const PATIENCE_NS: u64 = 10_000_000_000;

/// How long readers stay after their phase, so that the events of its last requests reach them.
const LINGER_NS: u64 = 1_000_000_000;

/// What is known a little later, because messages of several threads are under way.
const SLACK_NS: u64 = 1_000_000_000;

/// Requests and events that wait for each other: some 100 MiB.
const HELD_MAX: usize = 1 << 20;

/// A request and a reader, or a reader that was not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) request: Request,
    /// How long it took; none if it is missing.
    pub(crate) took_ns: Option<u64>,
    /// When that was known.
    pub(crate) known_ns: u64,
}

/// A completed request that may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The number of its step.
    pub(crate) number: usize,
    pub(crate) phase: u16,
    pub(crate) measured: bool,
    sent_ns: u64,
    done_ns: u64,
}

/// Everything known of the deliveries of a run.
#[derive(Debug)]
pub(crate) struct Deliveries {
    pub(crate) audience: Audience,
    patience_ns: u64,
    linger_ns: u64,
    waiting: HashMap<Mark, Waiting>,
    /// When each is given up, soonest first.
    ends: BTreeSet<(u64, Mark)>,
    held: usize,
    found: Vec<Delivery>,
    steps: BTreeMap<usize, StepCounts>,
    unmatched: u64,
    repeated: u64,
    given_up: u64,
}

/// The halves that have come.
#[derive(Debug)]
struct Waiting {
    request: Option<Request>,
    /// Who was told.
    told: BTreeMap<u32, u64>,
    until_ns: u64,
}

#[derive(Debug, Default)]
struct StepCounts {
    delivered: u64,
    missing: u64,
    unseen: u64,
}

/// How long readers stay after their phase, for a plan.
pub(crate) fn linger_ns(plan: &Plan) -> u64 {
    latest_ns(plan).max(LINGER_NS)
}

/// The longest time that a delivery may take by any objective.
fn latest_ns(plan: &Plan) -> u64 {
    let limits = plan.objectives.iter().filter_map(|objective| match objective.limit {
        Limit::Latency { time: Time::Delivery, at_most_ns, .. } => Some(at_most_ns),
        _ => None,
    });
    limits.max().unwrap_or(0)
}

impl Deliveries {
    /// `step` gives the number of the step of a stream that listens.
    pub(crate) fn of(plan: &Plan, step: impl Fn(u16) -> usize) -> Self {
        Self {
            audience: Audience::of(plan, step),
            patience_ns: latest_ns(plan).max(PATIENCE_NS),
            linger_ns: linger_ns(plan),
            waiting: HashMap::new(),
            ends: BTreeSet::new(),
            held: 0,
            found: Vec::new(),
            steps: BTreeMap::new(),
            unmatched: 0,
            repeated: 0,
            given_up: 0,
        }
    }

    /// A step, by number, that may change something, was attempted.
    pub(crate) fn on_row(&mut self, row: &ArrivalRow, number: usize) {
        let (Some(step), Some(sent_ns), Some(done_ns)) = (row.step, row.sent_ns, row.done_ns)
        else {
            return;
        };
        if self.audience.is_empty() || row.outcome != Outcome::Completed {
            return;
        }
        self.steps.entry(number).or_default();
        let request =
            Request { number, phase: row.phase, measured: row.measured, sent_ns, done_ns };
        let mark = Mark { seq: row.seq, step };
        let until_ns = done_ns.saturating_add(self.patience_ns);
        let waiting = self.wait(mark, until_ns);
        waiting.request = Some(request);
        let told: Vec<u64> = waiting.told.values().copied().collect();
        self.held += 1;
        for at_ns in told {
            self.deliver(request, at_ns);
        }
        self.stay_bounded();
    }

    /// A reader was told of what a request changed.
    pub(crate) fn on_told(&mut self, reader: u32, at_ns: u64, mark: Mark) {
        // Its request may take as long as an event is waited for.
        let until_ns = at_ns.saturating_add(self.patience_ns);
        let waiting = self.wait(mark, until_ns);
        if waiting.told.contains_key(&reader) {
            self.repeated += 1;
            return;
        }
        waiting.told.insert(reader, at_ns);
        let request = waiting.request;
        self.held += 1;
        if let Some(request) = request {
            self.deliver(request, at_ns);
        }
        self.stay_bounded();
    }

    /// The place of a mark; one that was there is kept at least until then.
    fn wait(&mut self, mark: Mark, until_ns: u64) -> &mut Waiting {
        let ends = &mut self.ends;
        let waiting = self.waiting.entry(mark).or_insert_with(|| {
            ends.insert((until_ns, mark));
            Waiting { request: None, told: BTreeMap::new(), until_ns }
        });
        if waiting.request.is_none() && until_ns > waiting.until_ns {
            ends.remove(&(waiting.until_ns, mark));
            ends.insert((until_ns, mark));
            waiting.until_ns = until_ns;
        }
        waiting
    }

    fn deliver(&mut self, request: Request, at_ns: u64) {
        if request.measured {
            self.steps.entry(request.number).or_default().delivered += 1;
        }
        self.found.push(Delivery {
            request,
            took_ns: Some(at_ns.saturating_sub(request.done_ns)),
            known_ns: at_ns.max(request.done_ns),
        });
    }

    fn stay_bounded(&mut self) {
        while self.held > HELD_MAX {
            let Some((_, mark)) = self.ends.pop_first() else { return };
            let waiting = self.waiting.remove(&mark).expect("what has an end is waiting");
            let halves = waiting.told.len() + usize::from(waiting.request.is_some());
            self.held -= halves;
            self.given_up += halves as u64;
        }
    }

    /// Gives up what has been waited for long enough.
    pub(crate) fn settle(&mut self, now_ns: u64) {
        while self.ends.first().is_some_and(|(until_ns, _)| until_ns + SLACK_NS <= now_ns) {
            self.settle_first();
        }
    }

    /// Nothing more will come.
    pub(crate) fn settle_all(&mut self) {
        while !self.ends.is_empty() {
            self.settle_first();
        }
    }

    fn settle_first(&mut self) {
        let Some((_, mark)) = self.ends.pop_first() else { return };
        let waiting = self.waiting.remove(&mark).expect("what has an end is waiting");
        self.held -= waiting.told.len() + usize::from(waiting.request.is_some());
        let Some(request) = waiting.request else {
            self.unmatched += waiting.told.len() as u64;
            return;
        };
        let counts = self.steps.entry(request.number).or_default();
        if waiting.told.is_empty() {
            counts.unseen += u64::from(request.measured);
            return;
        }
        let late_ns = request.done_ns.saturating_add(self.linger_ns);
        for reader in self.audience.owed(&waiting.told) {
            if self.audience.covers(reader, request.sent_ns, late_ns) {
                counts.missing += u64::from(request.measured);
                self.found.push(Delivery { request, took_ns: None, known_ns: late_ns });
            }
        }
    }

    /// What has been found since the last call.
    pub(crate) fn take_found(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.found)
    }

    /// As the record has it; none without readers. `step` names a step by number: its stream and itself.
    pub(crate) fn result(
        &self,
        now_ns: u64,
        step: impl Fn(usize) -> (String, String),
    ) -> Option<Live> {
        if self.audience.is_empty() {
            return None;
        }
        let delivery = |(&number, counts): (&usize, &StepCounts)| {
            let (stream, step) = step(number);
            DeliveryResult {
                stream,
                step,
                delivered: counts.delivered,
                missing: counts.missing,
                unseen_requests: counts.unseen,
            }
        };
        Some(Live {
            readers: self.audience.results(now_ns),
            deliveries: self.steps.iter().map(delivery).collect(),
            unmatched_events: self.unmatched,
            repeated_events: self.repeated,
            given_up: self.given_up,
        })
    }
}

#[cfg(test)]
mod tests;
