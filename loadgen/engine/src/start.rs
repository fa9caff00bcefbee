//! What a run starts from: its record before anything happened, and threads that wait by blocking.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::thread::{Builder, JoinHandle};

use load_plan::hash::{plan_sha256, schedule_sha256};
use load_plan::plan::{Plan, SCHEDULE_VERSION};
use run_record::environment::Environment;
use run_record::run::{Connections, Counts, Run, SCHEMA, State, Watch};

use crate::clock::exact_wakeups_for_this_thread;

/// The record of a run that has not begun.
pub(crate) fn unstarted(
    plan: &Plan,
    environment: Environment,
    overrides: BTreeMap<String, String>,
) -> Run {
    Run {
        schema: SCHEMA,
        state: State::Running,
        started_unix_ns: 0,
        ended_ns: None,
        verdict: None,
        findings: Vec::new(),
        counts: Counts::default(),
        achieved: None,
        seed: plan.seed,
        schedule_version: SCHEDULE_VERSION,
        schedule_sha256: schedule_sha256(plan),
        plan_sha256: plan_sha256(plan),
        overrides,
        plan: plan.clone(),
        streams: Vec::new(),
        steps: Vec::new(),
        phases: Vec::new(),
        instances: Vec::new(),
        journeys: Vec::new(),
        objectives: Vec::new(),
        errors: Vec::new(),
        connections: Connections::default(),
        consumed: Vec::new(),
        scraped: None,
        preflight: Vec::new(),
        live: None,
        lateness_us: None,
        wait_us: None,
        runtime_lag_us: None,
        timer_probe_us: None,
        watch: Watch::default(),
        unreachable: None,
        aborted_by: None,
        environment,
    }
}

/// A thread whose future waits by blocking: see [`Clock::wait_until`](crate::clock::Clock::wait_until).
pub(crate) fn blocking_thread(
    name: &str,
    work: impl Future<Output = ()> + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Builder::new().name(name.to_owned()).spawn(move || {
        exact_wakeups_for_this_thread();
        runtime.block_on(work);
    })
}
