//! Whether one instance of the target is much slower than the others: the figure of all together hides it.

use run_record::breakdown::InstanceResult;
use run_record::run::{Finding, Run, StepResult};
use run_record::spread::Spread;

use super::as_figure;
use super::slower::{Margin, P50, P99, Slower, slower};
use crate::findings::Code;
use crate::limits::{BEYOND_FEW_MIN, INSTANCE_EXTRA_MIN_US, INSTANCE_RATIO_MIN};

const MARGIN: Margin = Margin { ratio: INSTANCE_RATIO_MIN, extra_us: INSTANCE_EXTRA_MIN_US };

/// `INSTANCE_SLOW` for each step and each instance that is slow.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    run.steps.iter().flat_map(|step| of_step(run, step)).collect()
}

fn of_step(run: &Run, step: &StepResult) -> Vec<Finding> {
    // Those that are not told apart are no instance.
    let known = run
        .instances
        .iter()
        .filter(|one| one.stream == step.stream && one.step == step.step && one.instance.is_some());
    let known: Vec<&InstanceResult> = known.collect();
    // Time in the server where it is known of every answer: the way to an instance is not its own.
    let in_server = known.iter().all(|one| one.server_us.is_some_and(|us| us.count == one.count));
    let times: Vec<(&InstanceResult, Spread)> = known
        .into_iter()
        .filter_map(|one| Some((one, if in_server { one.server_us } else { one.response_us }?)))
        // An instance that has just come says nothing, and keeps the others from nothing.
        .filter(|(_, time)| time.count >= 2 * BEYOND_FEW_MIN)
        .collect();
    let slow = |index: usize| {
        let (one, time) = &times[index];
        let others: Vec<Spread> =
            (0..times.len()).filter(|other| *other != index).map(|other| times[other].1).collect();
        Some(finding(one, time.count, &others, slower(&[P50, P99], time, &others, MARGIN)?))
    };
    (0..times.len()).filter_map(slow).collect()
}

fn finding(one: &InstanceResult, count: u64, others: &[Spread], slower: Slower) -> Finding {
    let numbers = [
        ("quantile_percent", f64::from(slower.percent)),
        ("instance_time_us", slower.slow_us),
        ("others_time_us", slower.fast_us),
        ("slower_ratio", slower.ratio()),
        ("instance_count", as_figure(count)),
        (
            "others_count",
            as_figure(others.iter().map(|other| other.count).fold(0, u64::saturating_add)),
        ),
    ];
    let name = one.instance.as_deref().unwrap_or_default();
    let subject = format!("{}: {}, instance {name}", one.stream, one.step);
    Code::InstanceSlow.finding(Some(&subject), &numbers)
}
