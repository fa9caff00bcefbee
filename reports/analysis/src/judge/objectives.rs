//! Objectives decided on exact counters: how many requests counted, and how many were over.
//!
//! All three kinds come to one rule: `over` may be at most a share of `total`.
//!
//! What a stop kept from being released or finished counts as over, and is nobody's fault: an objective is
//! then decided only if those requests cannot change the answer.

use load_plan::plan::{Limit, Stream, Time};
use run_record::run::{Finding, ObjectiveResult, ObjectiveStatus, Run, State, StreamResult};

use super::{as_figure, percent};
use crate::findings::Code;
use crate::limits::{CHANCE_MAX, TAIL_SAMPLES_MIN, TAIL_SAMPLES_WARNING};

/// One million: shares of objectives are in parts of it.
const PPM: u32 = 1_000_000;

/// How the objectives were decided, and what is to be said of them.
pub(super) struct Objectives {
    pub(super) statuses: Vec<ObjectiveStatus>,
    pub(super) findings: Vec<Finding>,
}

/// Decides every objective. Of a target that was never reached nothing is said.
pub(super) fn judge(run: &Run) -> Objectives {
    let mut findings = Vec::new();
    let mut statuses = Vec::new();
    for result in &run.objectives {
        let limit = run
            .plan
            .objectives
            .iter()
            .find(|planned| planned.step == result.step && planned.text == result.text)
            .map(|planned| planned.limit);
        let status = match limit {
            Some(limit) if run.unreachable.is_none() => {
                decide(result, limit, unsent(run, &result.step, limit), &mut findings)
            }
            _ => ObjectiveStatus::Undecided,
        };
        // What is still to come, or was never written down because the run was killed, could be over.
        let may_change = run.state == State::Running && status == ObjectiveStatus::Held;
        statuses.push(if may_change { ObjectiveStatus::Undecided } else { status });
    }
    Objectives { statuses, findings }
}

/// How many of the requests that count as over are so only because the run was stopped, at most: where a
/// stream has several journeys, those of the others are among them.
pub fn unsent(run: &Run, step: &str, limit: Limit) -> u64 {
    if matches!(limit, Limit::Latency { time: Time::Delivery, .. }) {
        return 0;
    }
    let stopped = matches!(run.state, State::Interrupted | State::Aborted);
    let of_stream = |(stream, result): (&Stream, &StreamResult)| {
        let journeys =
            || stream.mix.iter().filter_map(|one| run.plan.journeys.get(usize::from(one.journey)));
        let first =
            journeys().any(|journey| journey.steps.first().is_some_and(|one| one.name == step));
        let any = journeys().any(|journey| journey.steps.iter().any(|one| one.name == step));
        let unreleased = if first { result.measured.unreleased } else { 0 };
        let cut_short = if any && stopped { result.measured.abandoned } else { 0 };
        unreleased.saturating_add(cut_short)
    };
    let streams = run.plan.streams.iter().zip(&run.streams);
    streams.map(of_stream).fold(0, u64::saturating_add)
}

fn decide(
    result: &ObjectiveResult,
    limit: Limit,
    unsent: u64,
    findings: &mut Vec<Finding>,
) -> ObjectiveStatus {
    let subject = format!("{}: {}", result.step, result.text);
    if result.over > result.total {
        let numbers =
            [("planned_count", as_figure(result.total)), ("ended_count", as_figure(result.over))];
        findings.push(Code::Accounting.finding(Some(&subject), &numbers));
    }
    let rule = Rule::of(limit);
    let sent = result.total.saturating_sub(unsent);
    let over = result.over.saturating_sub(unsent);
    if rule.tail_is_below(sent, TAIL_SAMPLES_WARNING) {
        let numbers = [
            ("total_count", as_figure(sent)),
            ("tail_samples", rule.tail_samples(sent)),
            ("wanted_samples", as_figure(TAIL_SAMPLES_WARNING)),
        ];
        findings.push(Code::FewSamples.finding(Some(&subject), &numbers));
    }
    if rule.tail_is_below(sent, TAIL_SAMPLES_MIN) && !rule.is_past_chance(over, sent) {
        return ObjectiveStatus::Undecided;
    }
    if rule.holds(result.over, result.total) {
        return ObjectiveStatus::Held;
    }
    if rule.holds(over, result.total) {
        return ObjectiveStatus::Undecided;
    }
    let numbers = [
        ("over_count", as_figure(over)),
        ("total_count", as_figure(sent)),
        ("over_percent", percent(over, sent).unwrap_or(f64::NAN)),
        ("allowed_percent", f64::from(rule.allowed_ppm) / 10_000.0),
        ("limit_us", rule.limit_us),
    ];
    findings.push(Code::ObjectiveMissed.finding(Some(&subject), &numbers));
    ObjectiveStatus::Missed
}

/// An objective, whatever its kind.
struct Rule {
    /// The share of requests that may be over.
    allowed_ppm: u32,
    /// Not a number where the objective is not one of time.
    limit_us: f64,
}

impl Rule {
    fn of(limit: Limit) -> Self {
        let limit_us = match limit {
            Limit::Latency { at_most_ns, .. } => as_figure(at_most_ns) / 1_000.0,
            Limit::Errors { .. } | Limit::Rate { .. } => f64::NAN,
        };
        Self { allowed_ppm: limit.allowed_ppm(), limit_us }
    }

    /// `over / total <= allowed`, in integers: no rounding decides.
    fn holds(&self, over: u64, total: u64) -> bool {
        u128::from(over) * u128::from(PPM) <= u128::from(total) * u128::from(self.allowed_ppm)
    }

    /// Whether fewer than `samples` requests fill the share that may be over, or none was made. Where none
    /// may be over (`p100`, `errors <= 0%`) nothing need fill it.
    fn tail_is_below(&self, total: u64, samples: u64) -> bool {
        let tail_ppm = u128::from(total) * u128::from(self.allowed_ppm);
        total == 0 || (self.allowed_ppm > 0 && tail_ppm < u128::from(samples) * u128::from(PPM))
    }

    /// Whether so many over can no longer be chance, where the allowed share is finer than one request. Of
    /// n requests each of which is over with probability p, k or more are with a probability of at most
    /// (np)^k / k!, the union over all sets of k.
    fn is_past_chance(&self, over: u64, total: u64) -> bool {
        let expected = self.tail_samples(total);
        // Each factor is below 1/2 from the second on: some ten of them are enough.
        let factors = (1..=over.min(20)).map(|k| expected / as_figure(k));
        over > 0 && factors.product::<f64>() <= CHANCE_MAX
    }

    fn tail_samples(&self, total: u64) -> f64 {
        as_figure(total) * f64::from(self.allowed_ppm) / f64::from(PPM)
    }
}
