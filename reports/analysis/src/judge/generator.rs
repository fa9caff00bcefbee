//! Whether the generator and its machine can be believed: late, busy, short of something, or disturbed.

use load_plan::plan::{Limit, Plan};
use run_record::run::{Finding, Run, Severity, Watch};
use run_record::spread::Spread;

use super::arrivals::stall_explains;
use super::as_figure;
use crate::findings::Code;
use crate::limits::{
    CLOCK_STEP_MAX_US, CPU_SHARE_MAX, CPU_SHARE_WARNING, DESCRIPTORS_SHARE_MAX, LATENESS_FLOOR_US,
    LATENESS_PART_OF_OBJECTIVE, PORTS_SHARE_MAX, RUNTIME_LAG_P99_MAX_US, STEAL_SHARE_MAX,
    TIMER_PROBE_P99_MAX_US,
};

/// How late first requests may be sent, 99 %, in microseconds: a tenth of the tightest latency
/// objective, of whichever time, but never less than a millisecond.
pub fn lateness_limit_us(plan: &Plan) -> u64 {
    plan.objectives
        .iter()
        .filter_map(|objective| match objective.limit {
            Limit::Latency { at_most_ns, .. } => Some(at_most_ns / 1_000),
            Limit::Errors { .. } | Limit::Rate { .. } => None,
        })
        .min()
        .map_or(0, |tightest_us| tightest_us / LATENESS_PART_OF_OBJECTIVE)
        .max(LATENESS_FLOOR_US)
}

/// Everything about the generator and the machine, over measured phases.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    [
        lateness(run),
        generator_cpu(&run.watch),
        runtime_lag(run.runtime_lag_us),
        share_of(Code::Descriptors, run.watch.descriptors_share_max, DESCRIPTORS_SHARE_MAX),
        share_of(Code::Ports, run.watch.ports_share_max, PORTS_SHARE_MAX),
        clock_step(&run.watch),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One finding for late arrivals: the machine's if it was disturbed, else the generator's. A machine
/// whose bare thread woke late although requests were in time is worth a warning, and so is one that stood still once for so
/// long that arrivals were not spread as planned; one that lost time to its hypervisor measured something else than the target.
fn lateness(run: &Run) -> Option<Finding> {
    let limit_us = lateness_limit_us(&run.plan);
    let late = run.lateness_us.is_some_and(|late| late.p99 > limit_us);
    let stolen = run.watch.steal_share > STEAL_SHARE_MAX;
    let woke_late = run.timer_probe_us.is_some_and(|probe| probe.p99 > TIMER_PROBE_P99_MAX_US);
    let stall_us = run.timer_probe_us.map_or(0, |probe| probe.max);
    let stood_still = run.streams.iter().any(|stream| stall_explains(stream, stall_us));
    let numbers = [
        ("lateness_p99_us", p99(run.lateness_us)),
        ("lateness_limit_us", as_figure(limit_us)),
        ("steal_percent", 100.0 * run.watch.steal_share),
        ("steal_limit_percent", 100.0 * STEAL_SHARE_MAX),
        ("timer_probe_p99_us", p99(run.timer_probe_us)),
        ("timer_probe_limit_us", as_figure(TIMER_PROBE_P99_MAX_US)),
        ("timer_probe_max_us", as_figure(stall_us)),
    ];
    match (late, stolen, woke_late) {
        (_, true, _) | (true, _, true) => Some(Code::MachineNoisy.finding(None, &numbers)),
        (true, false, false) => Some(Code::GeneratorLate.finding(None, &numbers[..2])),
        (false, false, woke_late) => (woke_late || stood_still)
            .then(|| Code::MachineNoisy.finding_as(Severity::Warning, None, &numbers)),
    }
}

fn generator_cpu(watch: &Watch) -> Option<Finding> {
    let severity = match watch.cpu_share {
        share if share > CPU_SHARE_MAX => Severity::Invalid,
        share if share >= CPU_SHARE_WARNING => Severity::Warning,
        _ => return None,
    };
    let numbers = [
        ("cpu_percent", 100.0 * watch.cpu_share),
        ("cpu_max_percent", 100.0 * watch.cpu_share_max),
        ("limit_percent", 100.0 * CPU_SHARE_MAX),
    ];
    Some(Code::GeneratorCpu.finding_as(severity, None, &numbers))
}

fn runtime_lag(lag: Option<Spread>) -> Option<Finding> {
    let late = lag.is_some_and(|lag| lag.p99 > RUNTIME_LAG_P99_MAX_US);
    let numbers =
        [("runtime_lag_p99_us", p99(lag)), ("limit_us", as_figure(RUNTIME_LAG_P99_MAX_US))];
    late.then(|| Code::RuntimeLag.finding(None, &numbers))
}

fn share_of(code: Code, share: f64, limit: f64) -> Option<Finding> {
    let name = if code == Code::Ports { "ports_max_percent" } else { "descriptors_max_percent" };
    let numbers = [(name, 100.0 * share), ("limit_percent", 100.0 * limit)];
    (share > limit).then(|| code.finding(None, &numbers))
}

fn clock_step(watch: &Watch) -> Option<Finding> {
    let numbers = [
        ("clock_step_max_us", as_figure(watch.clock_step_us_max)),
        ("limit_us", as_figure(CLOCK_STEP_MAX_US)),
    ];
    (watch.clock_step_us_max > CLOCK_STEP_MAX_US).then(|| Code::ClockStep.finding(None, &numbers))
}

/// Not a number, and so left out of a finding, where nothing was seen.
fn p99(spread: Option<Spread>) -> f64 {
    spread.map_or(f64::NAN, |spread| as_figure(spread.p99))
}
