//! Whether the time is on the way and not in the server: a generator in another network measures the network.

use run_record::run::{Finding, Run, StepResult};

use crate::findings::Code;
use crate::limits::{PATH_MEAN_MIN_US, PATH_SAMPLES_MIN, PATH_SHARE_MIN};

/// `PATH_DOMINATES`, for each step of which the server says how long it took.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    run.steps.iter().filter_map(of_step).collect()
}

fn of_step(step: &StepResult) -> Option<Finding> {
    let (service, server) = (step.service_us?, step.server_us?);
    // A difference of means is the mean of the way only where both speak of the same requests.
    if service.count != server.count || service.count < PATH_SAMPLES_MIN {
        return None;
    }
    let path = service.mean - server.mean;
    let dominates = path >= PATH_MEAN_MIN_US && path >= PATH_SHARE_MIN * service.mean;
    dominates.then(|| {
        let numbers = [
            ("path_mean_us", path),
            ("server_mean_us", server.mean),
            ("service_mean_us", service.mean),
            ("path_percent", 100.0 * path / service.mean),
        ];
        Code::PathDominates.finding(Some(&format!("{}: {}", step.stream, step.step)), &numbers)
    })
}
