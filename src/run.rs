//! `hanno run`: load, judge, show.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use load_engine::engine::{self, EngineError, Job};
use load_engine::machine;
use load_engine::record_dir::RecordDir;
use load_engine::requests::Requests;
use run_analysis::judge::{exit_code, judge};
use run_record::environment::Environment;
use run_record::run::Run;
use run_render::terminal;

use crate::args::RunArgs;
use crate::auditing::Auditing;
use crate::failure::Failure;
use crate::ground::Ground;
use crate::place::{Place, record_path, refuse_occupied};
use crate::progress::Watcher;
use crate::report::write_report;
use crate::scenario::{self, Loaded};
use crate::signals::Signals;
use crate::stores::Stored;
use crate::{ad_hoc, clock, dataset, say};

/// Runs a scenario; its verdict is the exit code.
pub(crate) fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    let targets = args.scenario.places.file(&scenario::folder(&args.scenario))?;
    let loaded = loaded(args, &targets)?;
    scenario::warn(&loaded.scenario.warnings);
    let place = Place::of(&loaded.scenario.target, &targets)?;
    let stored = Stored::of(&args.store, &targets)?;
    let stored = stored.with_credentials(args.credentials.credentials)?;
    // From here on a signal is waited for: what has been started has to be stopped.
    let signals = Signals::wait_for()?;
    refuse_occupied(args.out.as_deref())?;
    let ground = Ground::prepare(place, stored, args.distance.distance)?;
    let requests = requests(&loaded, &ground)?;
    // Last, so that whatever is wrong before leaves no directory behind.
    let dir = record(args, &loaded)?;
    let run = load(requests, &loaded, &ground, &dir, &signals)?;
    ground.clear()?;
    let run = judged(run, &dir)?;
    show(args, &run, &dir)?;
    Ok(signals.exit_code().unwrap_or_else(|| verdict_code(&run)))
}

/// The scenario of the file, or the one that a URL and flags stand for.
fn loaded(args: &RunArgs, targets: &Path) -> Result<Loaded, Failure> {
    let ad_hoc = ad_hoc::scenario(&args.scenario, &args.ad_hoc)?;
    // First: what a scenario may say depends on where it goes, and a wrong place would hide behind that.
    let place = ad_hoc.as_ref().map(|ad_hoc| &ad_hoc.target).or(args.scenario.target.as_ref());
    place.map(|place| Place::of(place, targets)).transpose()?;
    match ad_hoc {
        Some(ad_hoc) => scenario::resolve(ad_hoc::NAME, ad_hoc.text, &args.scenario),
        None => scenario::load(&args.scenario),
    }
}

fn record(args: &RunArgs, loaded: &Loaded) -> Result<Arc<RecordDir>, Failure> {
    let name = &loaded.scenario.plan.name;
    let path = record_path(args.out.as_deref(), name, clock::now());
    let dir = RecordDir::create(&path, &loaded.text).map_err(Failure::unable)?;
    Ok(Arc::new(dir))
}

fn load(
    requests: Requests,
    loaded: &Loaded,
    ground: &Ground,
    dir: &Arc<RecordDir>,
    signals: &Signals,
) -> Result<Run, Failure> {
    let watcher = Watcher::new(dir.root());
    let auditing = Auditing::of(&loaded.scenario.plan);
    let job = Job {
        requests,
        target: ground.target().clone(),
        environment: environment(loaded, ground)?,
        overrides: loaded.scenario.overrides.clone(),
        target_pid: ground.process(),
        dir: Arc::clone(dir),
        progress: Box::new(move |progress| watcher.show(progress)),
        started: auditing.observer(),
        stop: signals.stop.clone(),
    };
    let mut run = engine::run(job).map_err(|error: EngineError| Failure::unable(error))?;
    auditing.write_into(&mut run);
    Ok(run)
}

fn requests(loaded: &Loaded, ground: &Ground) -> Result<Requests, Failure> {
    let plan = Arc::new(loaded.scenario.plan.clone());
    let tables = dataset::tables(&plan, &loaded.folder, ground.rows())?;
    Requests::new(plan, tables).map_err(Failure::usage)
}

fn environment(loaded: &Loaded, ground: &Ground) -> Result<Environment, Failure> {
    let dataset_sha256 = match ground.dataset_sha256() {
        Some(hash) => Some(hash.to_owned()),
        None => dataset::files_sha256(&loaded.scenario.plan, &loaded.folder)?,
    };
    Ok(Environment {
        commit: option_env!("HANNO_COMMIT").map(str::to_owned),
        rustc: option_env!("HANNO_RUSTC").map(str::to_owned),
        target: ground.name().to_owned(),
        store: ground.stored().map(|stored| stored.name().to_owned()),
        endpoint: ground.stored().and_then(Stored::endpoint).map(str::to_owned),
        dataset_sha256,
        credentials: ground.stored().and_then(Stored::credentials).map(|how| how.name().to_owned()),
        distance: ground.distance().map(str::to_owned),
        ..machine::environment()
    })
}

fn judged(mut run: Run, dir: &RecordDir) -> Result<Run, Failure> {
    judge(&run).write_into(&mut run);
    dir.write_run(&run).map_err(Failure::unable)?;
    Ok(run)
}

fn show(args: &RunArgs, run: &Run, dir: &RecordDir) -> Result<(), Failure> {
    if args.json {
        let mut text = Vec::new();
        run_record::run_file::write(run, &mut text).map_err(Failure::unable)?;
        say::result(&String::from_utf8_lossy(&text));
    } else {
        say::result(&terminal::summary(run, &say::summary_options()));
    }
    // Last: a disk without room for the page must not cost the summary.
    let report = write_report(dir.root())?;
    say::note(&format!("report {}", report.display()));
    Ok(())
}

fn verdict_code(run: &Run) -> ExitCode {
    run.verdict.map_or(ExitCode::FAILURE, |verdict| ExitCode::from(exit_code(verdict)))
}
