//! Runs a plan against a target and leaves its record: the one place where all threads are started and ended.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use load_plan::plan::Plan;
use load_plan::schedule::Schedule;
use run_record::environment::Environment;
use run_record::run::{Run, State};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, exact_wakeups_for_this_thread};
use crate::closed::{self, Answers, Ended};
use crate::collector::{Collected, Collector, EVENTS_MAX};
use crate::event::Event;
use crate::flow::Flow;
use crate::http::Http;
use crate::machine;
use crate::metrics::Metrics;
use crate::pacer::Pacer;
use crate::planned::Planned;
use crate::preflight::preflight;
use crate::probes::Probes;
use crate::progress::Progress;
use crate::readers::Readers;
use crate::record_dir::{RecordDir, RecordDirError};
use crate::requests::Requests;
use crate::scrape::{Scraper, Scraping};
use crate::start::unstarted;
use crate::started::Started;
use crate::targets::Target;
use crate::users::{self, UsersError};
use crate::watch::Watcher;

/// From "every user is up" to instant 0: time for the threads to start.
const LEAD: Duration = Duration::from_millis(20);

/// How long launching the users may take.
const LAUNCH_MAX: Duration = Duration::from_secs(30);

/// How long users may take to leave after their work was taken away.
const LEAVE_MAX: Duration = Duration::from_secs(5);

/// For how long the pacer watches the clock instead of sleeping: a wake-up of a virtual machine's idle core takes
/// 45 µs at the median (`docs/measured/pacing.md`).
const WATCH_NS: u64 = 70_000;

/// Worker threads of the users' runtime: beyond four the hand-offs between them cost more than they bring.
const WORKERS_MAX: usize = 4;

/// What is to be run.
pub struct Job {
    /// What is sent, and the rows behind it.
    pub requests: Requests,
    /// Where to.
    pub target: Target,
    /// Where it runs; the machine's part from [`machine::environment`].
    pub environment: Environment,
    /// What flags changed.
    pub overrides: BTreeMap<String, String>,
    /// Process of the bundled service, to be watched.
    pub target_pid: Option<u32>,
    /// Where the record goes.
    pub dir: Arc<RecordDir>,
    /// Told each second.
    pub progress: Box<dyn FnMut(&Progress) + Send>,
    /// Told of each arrival that started, when its outcome is known: in the order of the outcomes. It must be
    /// quick, since the collector waits for it.
    pub started: Box<dyn FnMut(Started) + Send>,
    /// Cancelled from outside to interrupt the run.
    pub stop: CancellationToken,
}

/// Why there is no complete run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The record cannot be written; what has been written can be read.
    #[error(transparent)]
    Record(#[from] RecordDirError),
    /// The users' runtime failed.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// A thread or the runtime cannot be started.
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
    /// A part of the engine panicked or hung: a defect of Hanno.
    #[error("the {0} failed; this is a defect of Hanno")]
    Defect(&'static str),
}

/// Runs a job to its end, an interrupt, or the record's failure. The run that it gives has no verdict yet.
///
/// # Errors
/// See [`EngineError`].
pub fn run(job: Job) -> Result<Run, EngineError> {
    machine::raise_descriptor_limit();
    let (preflight, unreachable) = match preflight(&job.target) {
        Ok(preflight) => (preflight, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let (interrupt, dir) = (job.stop.clone(), Arc::clone(&job.dir));
    let mut engine = Engine::assemble(job, unreachable.is_none())?;
    engine.run.preflight = preflight;
    let Collected { run, error } = engine.drive()?;
    let state = match () {
        () if error.is_some() || unreachable.is_some() || run.aborted_by.is_some() => {
            State::Aborted
        }
        () if interrupt.is_cancelled() => State::Interrupted,
        () => State::Finished,
    };
    let run = Run { state, unreachable, ..run };
    match error {
        // The record may have room for this small file; if not, the one before says `running`.
        Some(error) => {
            drop(dir.write_run(&run));
            Err(error.into())
        }
        None => Ok(run),
    }
}

struct Engine {
    runtime: Runtime,
    flow: Arc<Flow<Http>>,
    plan: Arc<Plan>,
    planned: Arc<Planned>,
    answers: flume::Receiver<Ended>,
    sender: flume::Sender<Event>,
    receiver: flume::Receiver<Event>,
    /// Ends the service of arrivals under way.
    abandon: CancellationToken,
    /// Ends the release of arrivals; cancelled from the start when nothing may be released.
    stop: CancellationToken,
    run: Run,
    dir: Arc<RecordDir>,
    progress: Box<dyn FnMut(&Progress) + Send>,
    started: Box<dyn FnMut(Started) + Send>,
    watcher: Watcher,
    scraper: Option<Scraper>,
}

impl Engine {
    fn assemble(job: Job, may_release: bool) -> Result<Self, EngineError> {
        let plan = Arc::clone(job.requests.plan());
        let (sender, receiver) = flume::bounded(EVENTS_MAX);
        let abandon = CancellationToken::new();
        let stop = job.stop.child_token();
        if !may_release {
            stop.cancel();
        }
        let http = Http::new(&job.target)?;
        let (told, answers) = Answers::channel();
        let flow = Flow::new(job.requests, http, sender.clone(), told, abandon.clone());
        let cores_given = job.environment.cores_given;
        Ok(Self {
            runtime: users_runtime(cores_given)?,
            flow: Arc::new(flow),
            planned: Arc::new(Planned::of_plan(&plan)),
            answers,
            sender,
            receiver,
            abandon,
            stop,
            run: Run {
                scraped: job.target.metrics.as_ref().map(Metrics::unasked),
                ..unstarted(&plan, job.environment, job.overrides)
            },
            dir: job.dir,
            progress: job.progress,
            started: job.started,
            watcher: Watcher::new(cores_given, job.target_pid),
            scraper: job
                .target
                .metrics
                .map(|page| Scraper::new(page, &job.target.ranges))
                .transpose()?,
            plan,
        })
    }

    /// Users up, clock started, threads started; then the schedule, the drain, and the end of all of them in order.
    fn drive(mut self) -> Result<Collected, EngineError> {
        let users = self.runtime.spawn(users::run(self.flow.seats(), Arc::clone(&self.flow)));
        self.wait_for_users()?;
        let scraper = self.scraper.take().map(|scraper| scraper.before_the_run(&self.sender));
        let clock = Clock::real(LEAD);
        self.flow.start(clock);
        let probes = Probes::start(clock, &self.sender, &self.runtime)?;
        let alarm = start_alarm(clock, &self.flow)?;
        let pacer = self.start_pacer(clock);
        let closed = self.start_closed(clock);
        let readers = Readers::start(clock, &self.flow, &self.sender, &self.runtime, &self.stop);
        let scraping = scraper.map(|scraper| scraper.start(clock)).transpose()?;
        let last_ns = self.plan.end_ns().saturating_add(self.plan.drain_ns);
        let Parts { runtime, flow, collector, ends } = self.start_collector(clock)?;

        runtime.block_on(serve_until_the_end(&flow, clock, last_ns, &ends));
        runtime.block_on(pacer).map_err(|_| EngineError::Defect("pacer"))??;
        runtime.block_on(closed).map_err(|_| EngineError::Defect("pacer of closed phases"))?;
        runtime.block_on(take_leave(&flow))?;
        readers.end(&runtime);
        flow.alarm().end();
        alarm.join().map_err(|_| EngineError::Defect("alarm"))?;
        probes.end(&runtime)?;
        scraping.map_or(Ok(()), Scraping::end)?;
        users.abort(); // all have left: this only cuts short a nap of Goose
        drop(flow);
        drop(runtime); // and with it the last senders of events: the collector sees the end
        collector.join().map_err(|_| EngineError::Defect("collector"))
    }

    fn wait_for_users(&self) -> Result<(), EngineError> {
        let ready = async { tokio::time::timeout(LAUNCH_MAX, self.flow.all_ready()).await };
        self.runtime.block_on(ready).map_err(|_| EngineError::Defect("launch of the users"))
    }

    fn start_pacer(&self, clock: Clock) -> tokio::task::JoinHandle<io::Result<()>> {
        let pacer = Pacer {
            plan: Arc::clone(&self.plan),
            handoffs: Arc::clone(self.flow.handoffs()),
            planned: Arc::clone(&self.planned),
            events: self.sender.clone(),
            stop: self.stop.clone(),
            watch_ns: if self.runtime.metrics().num_workers() > 1 { WATCH_NS } else { 0 },
        };
        let schedule = Schedule::new(&self.plan);
        self.runtime.spawn(pacer.pace(clock, schedule))
    }

    fn start_closed(&self, clock: Clock) -> tokio::task::JoinHandle<()> {
        let (flow, planned) = (Arc::clone(&self.flow), Arc::clone(&self.planned));
        // It ends with the service of arrivals: nobody is due again who would not be served.
        let (answers, stop) = (self.answers.clone(), self.abandon.clone());
        self.runtime.spawn(closed::pace(flow, clock, planned, answers, stop))
    }

    fn start_collector(self, clock: Clock) -> io::Result<Parts> {
        let run = Run { started_unix_ns: clock.started_unix_ns(), ..self.run };
        let with = Collector {
            plan: self.plan,
            clock,
            events: self.receiver,
            handoffs: Arc::clone(self.flow.handoffs()),
            planned: self.planned,
            watcher: self.watcher,
            dir: self.dir,
            run,
            progress: self.progress,
            started: self.started,
            stop: self.stop.clone(),
        };
        let collector = Builder::new().name("hanno-collector".into());
        Ok(Parts {
            runtime: self.runtime,
            flow: self.flow,
            collector: collector.spawn(|| with.collect())?,
            ends: Ends { stop: self.stop, abandon: self.abandon },
        })
    }
}

/// What is left of the engine once everything runs: no sender of events but those at work.
struct Parts {
    runtime: Runtime,
    flow: Arc<Flow<Http>>,
    collector: JoinHandle<Collected>,
    ends: Ends,
}

/// How a run is ended from outside, and how its users are then told.
struct Ends {
    stop: CancellationToken,
    abandon: CancellationToken,
}

/// Until every user has left by itself, the drain limit, or a stop; then what is under way is abandoned.
async fn serve_until_the_end(flow: &Flow<Http>, clock: Clock, last_ns: u64, ends: &Ends) {
    let limit = Duration::from_nanos(clock.until_ns(last_ns));
    tokio::select! {
        () = flow.all_left() => {}
        () = ends.stop.cancelled() => {}
        () = tokio::time::sleep(limit) => {}
    }
    ends.abandon.cancel();
}

/// After the pacer has ended: nothing more is released, what waits is dropped, everyone leaves.
async fn take_leave(flow: &Flow<Http>) -> Result<(), EngineError> {
    flow.drop_waiting().await;
    let left = tokio::time::timeout(LEAVE_MAX, flow.all_left()).await;
    left.map_err(|_| EngineError::Defect("leave of the users"))
}

fn start_alarm(clock: Clock, flow: &Arc<Flow<Http>>) -> io::Result<JoinHandle<()>> {
    let flow = Arc::clone(flow);
    Builder::new().name("hanno-alarm".into()).spawn(move || {
        exact_wakeups_for_this_thread();
        flow.alarm().ring(&clock);
    })
}

fn users_runtime(cores_given: f64) -> io::Result<Runtime> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number of cores"
    )]
    let workers = (cores_given.ceil() as usize).clamp(1, WORKERS_MAX);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name("hanno-users")
        .on_thread_start(exact_wakeups_for_this_thread)
        .enable_all()
        .build()
}
