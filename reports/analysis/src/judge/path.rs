//! Whether the time is on the way and not in the server: a generator in another network measures the network.

use run_record::preflight::Preflight;
use run_record::run::{Finding, Run, StepResult};
use run_record::spread::Spread;

use super::as_figure;
use crate::findings::Code;
use crate::limits::{PATH_MEAN_MIN_US, PATH_SAMPLES_MIN, PATH_SHARE_MIN};

/// `PATH_DOMINATES`, for each step of which the server says how long it took.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    run.steps.iter().filter_map(|step| of_step(run, step)).collect()
}

fn of_step(run: &Run, step: &StepResult) -> Option<Finding> {
    let (service, server) = (step.service_us?, step.server_us?);
    // A difference of means is the mean of the way only where both speak of the same requests.
    if service.count != server.count || service.count < PATH_SAMPLES_MIN {
        return None;
    }
    let path = service.mean - server.mean;
    let dominates = path >= PATH_MEAN_MIN_US && path >= PATH_SHARE_MIN * service.mean;
    dominates.then(|| {
        // What the way alone took before the run says whether it is the way, or what waits on it under load.
        let way = preflight(run, step);
        let median =
            |spread: Option<Spread>| spread.map_or(f64::NAN, |spread| as_figure(spread.p50));
        let numbers = [
            ("path_mean_us", path),
            ("server_mean_us", server.mean),
            ("service_mean_us", service.mean),
            ("path_percent", 100.0 * path / service.mean),
            ("round_trip_us", median(way.and_then(|way| way.round_trip_us))),
            ("connect_us", median(way.and_then(|way| way.tls_us.or(way.connect_us)))),
        ];
        Code::PathDominates.finding(Some(&format!("{}: {}", step.stream, step.step)), &numbers)
    })
}

/// The way of the step's requests, as it was before the run.
fn preflight<'a>(run: &'a Run, step: &StepResult) -> Option<&'a Preflight> {
    let mut steps = run.plan.journeys.iter().flat_map(|journey| &journey.steps);
    let endpoint = steps.find(|planned| planned.name == step.step)?.endpoint;
    run.preflight.iter().find(|way| way.endpoints.contains(&endpoint))
}
