//! `hanno doctor`: whether this machine is fit to measure, by what it is and by a short run against a sink on it.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, anyhow};
use load_engine::engine::{self, Job};
use load_engine::machine;
use load_engine::record_dir::RecordDir;
use load_engine::requests::Requests;
use load_engine::targets::Target;
use load_plan::scenario::{self, Context as Reading, Overrides};
use load_sink::{Log, Sink, SinkConfig, SinkError, SinkReport, StopHandle};
use run_analysis::fitness::{Check, Facts, Fitness, checks, fitness};
use run_analysis::judge::judge;
use run_record::run::Run;
use run_render::terminal;
use serde::Serialize;

use crate::args::DoctorArgs;
use crate::auditing::Auditing;
use crate::failure::Failure;
use crate::progress::Watcher;
use crate::say;
use crate::signals::Signals;
use crate::temporary::{discard, fresh_directory};

/// What is run: enough arrivals for a steady p99 of lateness, at a rate that any machine serves.
const SCENARIO: &str = include_str!("doctor.toml");

/// A machine on which runs would be INVALID.
const UNFIT: u8 = 3;

/// Looks, measures, judges.
pub(crate) fn doctor(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let checks = checks(&facts());
    let signals = Signals::wait_for()?;
    let sink = Beside::start()?;
    let (folder, _) = fresh_directory()?;
    let run = run(&sink, &folder, &signals);
    discard(&folder);
    sink.stop()?;
    let run = judged(run?);
    if let Some(code) = signals.exit_code() {
        return Ok(code);
    }
    let fitness = fitness(&checks, &run);
    show(args, &checks, &run, fitness)?;
    Ok(if fitness == Fitness::Unfit { ExitCode::from(UNFIT) } else { ExitCode::SUCCESS })
}

fn facts() -> Facts {
    let environment = machine::environment();
    // What a run would have, which raises the limit first.
    machine::raise_descriptor_limit();
    let limits = machine::environment().limits;
    Facts {
        cores: environment.cores,
        cores_given: environment.cores_given,
        descriptors: limits.get("descriptors").copied(),
        ports: limits.get("ports").copied(),
        clock: machine::clock_source(),
        governor: machine::governor(),
        load: machine::load(),
    }
}

fn run(sink: &Beside, folder: &Path, signals: &Signals) -> Result<Run, Failure> {
    let overrides = Overrides { target: Some(sink.url.clone()), ..Overrides::default() };
    let reading = Reading { overrides, ..Reading::default() };
    let scenario = scenario::parse("doctor", SCENARIO, &reading).map_err(Failure::unable)?;
    let dir = RecordDir::create(folder, SCENARIO).map_err(Failure::unable)?;
    let (watcher, auditing) = (Watcher::of_a_trial(), Auditing::of(&scenario.plan));
    let job = Job {
        requests: Requests::new(Arc::new(scenario.plan), Vec::new()).map_err(Failure::unable)?,
        target: Target::at_url(&sink.url).map_err(Failure::unable)?,
        environment: machine::environment(),
        overrides: scenario.overrides,
        target_pid: None,
        dir: Arc::new(dir),
        progress: Box::new(move |progress| watcher.show(progress)),
        started: auditing.observer(),
        stop: signals.stop.clone(),
    };
    let mut run = engine::run(job).map_err(Failure::unable)?;
    auditing.write_into(&mut run);
    Ok(run)
}

fn judged(mut run: Run) -> Run {
    judge(&run).write_into(&mut run);
    run
}

/// A sink on a thread of this process.
struct Beside {
    url: String,
    stop: StopHandle,
    thread: JoinHandle<Result<SinkReport, SinkError>>,
}

impl Beside {
    fn start() -> Result<Self, Failure> {
        let stop = StopHandle::new().map_err(Failure::unable)?;
        let sink =
            Sink::bind(SinkConfig::new(([127, 0, 0, 1], 0).into())).map_err(Failure::unable)?;
        let url = format!("http://{}", sink.local_addr());
        let ended = stop.clone();
        let serve = move || sink.run(Log::begin(std::io::sink())?, &ended);
        let thread = std::thread::Builder::new().name("hanno-sink".into());
        let thread = thread.spawn(serve).context("cannot start a thread")?;
        Ok(Self { url, stop, thread })
    }

    fn stop(self) -> Result<(), Failure> {
        self.stop.stop();
        let ended = self.thread.join().map_err(|_| anyhow!("the sink failed"))?;
        ended.map(drop).map_err(Failure::unable)
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Diagnosis<'a> {
    fitness: Fitness,
    checks: &'a [Check],
    findings: &'a [run_record::run::Finding],
    lateness_us: Option<run_record::spread::Spread>,
    timer_probe_us: Option<run_record::spread::Spread>,
    runtime_lag_us: Option<run_record::spread::Spread>,
    watch: run_record::run::Watch,
}

fn show(args: &DoctorArgs, checks: &[Check], run: &Run, fitness: Fitness) -> Result<(), Failure> {
    if !args.json {
        say::result(&terminal::diagnosis(checks, run, fitness, &say::summary_options()));
        return Ok(());
    }
    let diagnosis = Diagnosis {
        fitness,
        checks,
        findings: &run.findings,
        lateness_us: run.lateness_us,
        timer_probe_us: run.timer_probe_us,
        runtime_lag_us: run.runtime_lag_us,
        watch: run.watch,
    };
    let text = serde_json::to_string_pretty(&diagnosis).context("cannot print the diagnosis")?;
    say::result(&text);
    Ok(())
}
