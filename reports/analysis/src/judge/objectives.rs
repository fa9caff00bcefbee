//! Objectives decided on exact counters: how many requests counted, and how many were over.
//!
//! All three kinds come to one rule: `over` may be at most a share of `total`. That share is
//! 1 - quantile for a latency, the share itself for errors, 1 - share for a rate.

use load_plan::plan::Limit;
use run_record::run::{Finding, ObjectiveResult, ObjectiveStatus, Run};

use super::{as_figure, percent};
use crate::findings::Code;
use crate::limits::{TAIL_SAMPLES_MIN, TAIL_SAMPLES_WARNING};

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
        statuses.push(match limit {
            Some(limit) if run.unreachable.is_none() => decide(result, limit, &mut findings),
            _ => ObjectiveStatus::Undecided,
        });
    }
    Objectives { statuses, findings }
}

fn decide(result: &ObjectiveResult, limit: Limit, findings: &mut Vec<Finding>) -> ObjectiveStatus {
    let subject = format!("{}: {}", result.step, result.text);
    if result.over > result.total {
        let numbers =
            [("planned_count", as_figure(result.total)), ("ended_count", as_figure(result.over))];
        findings.push(Code::Accounting.finding(Some(&subject), &numbers));
    }
    let rule = Rule::of(limit);
    if rule.tail_is_below(result.total, TAIL_SAMPLES_WARNING) {
        let numbers = [
            ("total_count", as_figure(result.total)),
            ("tail_samples", rule.tail_samples(result.total)),
            ("wanted_samples", as_figure(TAIL_SAMPLES_WARNING)),
        ];
        findings.push(Code::FewSamples.finding(Some(&subject), &numbers));
    }
    if rule.tail_is_below(result.total, TAIL_SAMPLES_MIN) {
        return ObjectiveStatus::Undecided;
    }
    if rule.holds(result.over, result.total) {
        return ObjectiveStatus::Held;
    }
    let numbers = [
        ("over_count", as_figure(result.over)),
        ("total_count", as_figure(result.total)),
        ("over_percent", percent(result.over, result.total).unwrap_or(f64::NAN)),
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
    /// Whether it speaks of a percentile, which needs requests beyond it to exist at all.
    has_tail: bool,
    /// Not a number where the objective is not one of time.
    limit_us: f64,
}

impl Rule {
    fn of(limit: Limit) -> Self {
        match limit {
            Limit::Latency { quantile_ppm, at_most_ns, .. } => Self {
                allowed_ppm: PPM.saturating_sub(quantile_ppm),
                // 100 % is the largest of whatever was seen: nothing lies beyond it, and nothing need.
                has_tail: quantile_ppm < PPM,
                limit_us: as_figure(at_most_ns) / 1_000.0,
            },
            Limit::Errors { at_most_ppm } => {
                Self { allowed_ppm: at_most_ppm, has_tail: false, limit_us: f64::NAN }
            }
            Limit::Rate { at_least_ppm } => Self {
                allowed_ppm: PPM.saturating_sub(at_least_ppm),
                has_tail: false,
                limit_us: f64::NAN,
            },
        }
    }

    /// `over / total <= allowed`, in integers: no rounding decides.
    fn holds(&self, over: u64, total: u64) -> bool {
        u128::from(over) * u128::from(PPM) <= u128::from(total) * u128::from(self.allowed_ppm)
    }

    /// Whether fewer than `samples` requests lie beyond the percentile, or none was made.
    fn tail_is_below(&self, total: u64, samples: u64) -> bool {
        let tail_ppm = u128::from(total) * u128::from(self.allowed_ppm);
        total == 0 || (self.has_tail && tail_ppm < u128::from(samples) * u128::from(PPM))
    }

    fn tail_samples(&self, total: u64) -> f64 {
        as_figure(total) * f64::from(self.allowed_ppm) / f64::from(PPM)
    }
}
