//! Whether the target is slower when little is asked of it: what went cold (credentials, caches, connections) is paid
//! for by the few who come, and is not seen at a common rate.

use std::collections::BTreeSet;

use run_record::breakdown::PhaseResult;
use run_record::run::{Finding, Run, StepResult};

use super::as_figure;
use super::slower::{Margin, P50, P90, Slower, slower};
use crate::findings::Code;
use crate::limits::{IDLE_EXTRA_MIN_US, IDLE_RATIO_MIN, RATES_RATIO_MIN};

const MARGIN: Margin = Margin { ratio: IDLE_RATIO_MIN, extra_us: IDLE_EXTRA_MIN_US };

/// A phase, and what a finding calls it.
#[derive(Clone, Debug)]
struct Named<'a> {
    name: String,
    phase: &'a PhaseResult,
}

/// A phase with fewer arrivals, one with more, and how much slower the former was.
type Pair<'a> = (Named<'a>, Named<'a>, Slower);

/// `SLOW_WHEN_IDLE` for each step of a stream whose phases ask for different rates.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    run.steps.iter().filter_map(|step| within(run, step)).collect()
}

/// `SLOW_WHEN_IDLE` for each step that two runs against one target have in common, by its name. Each run comes with
/// a name by which the finding tells them apart.
pub fn between(one: (&str, &Run), other: (&str, &Run)) -> Vec<Finding> {
    let place = |run: &Run| (run.environment.target.clone(), run.environment.store.clone());
    if place(one.1) != place(other.1) {
        return Vec::new();
    }
    let steps: BTreeSet<&str> = one.1.phases.iter().map(|phase| phase.step.as_str()).collect();
    let found = |step: &str| {
        let [here, there] = [one, other].map(|(name, run)| of_step(name, run, step));
        let pairs = pairs(&here, &there).chain(pairs(&there, &here));
        Some(finding(step, &slowest(pairs)?))
    };
    steps.into_iter().filter_map(found).collect()
}

fn within(run: &Run, step: &StepResult) -> Option<Finding> {
    let of_step = run
        .phases
        .iter()
        .filter(|phase| phase.stream == step.stream && phase.step == step.step)
        .map(|phase| Named { name: phase.phase.clone(), phase });
    let phases: Vec<Named<'_>> = of_step.collect();
    let subject = format!("{}: {}", step.stream, step.step);
    Some(finding(&subject, &slowest(pairs(&phases, &phases))?))
}

fn of_step<'a>(run_name: &str, run: &'a Run, step: &str) -> Vec<Named<'a>> {
    let phases = run.phases.iter().filter(|phase| phase.step == step);
    let named = phases.map(|phase| Named {
        name: format!("{}/{} of {run_name}", phase.stream, phase.phase),
        phase,
    });
    named.collect()
}

fn pairs<'a, 'b>(
    quiet: &'b [Named<'a>],
    busy: &'b [Named<'a>],
) -> impl Iterator<Item = Pair<'a>> + use<'a, 'b> {
    quiet.iter().flat_map(move |quiet| busy.iter().filter_map(move |busy| compared(quiet, busy)))
}

fn compared<'a>(quiet: &Named<'a>, busy: &Named<'a>) -> Option<Pair<'a>> {
    let (low, high) = (quiet.phase.asked_per_s?, busy.phase.asked_per_s?);
    let (slow, fast) = (quiet.phase.response_us?, busy.phase.response_us?);
    if low <= 0.0 || high < RATES_RATIO_MIN * low {
        return None;
    }
    Some((quiet.clone(), busy.clone(), slower(&[P50, P90], &slow, &[fast], MARGIN)?))
}

fn slowest<'a>(pairs: impl Iterator<Item = Pair<'a>>) -> Option<Pair<'a>> {
    pairs.max_by(|one, other| one.2.ratio().total_cmp(&other.2.ratio()))
}

fn finding(subject: &str, (quiet, busy, slower): &Pair<'_>) -> Finding {
    let rate = |of: &Named<'_>| of.phase.asked_per_s.unwrap_or(f64::NAN);
    let numbers = [
        ("quiet_rate_hz", rate(quiet)),
        ("busy_rate_hz", rate(busy)),
        ("quantile_percent", f64::from(slower.percent)),
        ("quiet_time_us", slower.slow_us),
        ("busy_time_us", slower.fast_us),
        ("slower_ratio", slower.ratio()),
        ("quiet_count", as_figure(quiet.phase.count)),
        ("busy_count", as_figure(busy.phase.count)),
    ];
    let subject = format!("{subject}, {} against {}", quiet.name, busy.name);
    Code::SlowWhenIdle.finding(Some(&subject), &numbers)
}
