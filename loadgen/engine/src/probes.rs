//! Two probes beside every run: a bare thread woken by the pacer's timer, and a task in the users' runtime.

use std::io;
use std::thread::JoinHandle;

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::engine::EngineError;
use crate::event::{Event, Probe};
use crate::start::blocking_thread;

/// Both probes are woken 100 times a second.
const EVERY_NS: u64 = 10_000_000;

/// The two probes of a run.
pub(crate) struct Probes {
    timer: JoinHandle<()>,
    runtime: tokio::task::JoinHandle<()>,
    end: CancellationToken,
}

impl Probes {
    pub(crate) fn start(
        clock: Clock,
        events: &flume::Sender<Event>,
        runtime: &Runtime,
    ) -> io::Result<Self> {
        let end = CancellationToken::new();
        let timer = timer(clock, events.clone(), end.clone());
        Ok(Self {
            timer: blocking_thread("hanno-probe", timer)?,
            runtime: runtime.spawn(runtime_lag(clock, events.clone(), end.clone())),
            end,
        })
    }

    pub(crate) fn end(self, runtime: &Runtime) -> Result<(), EngineError> {
        self.end.cancel();
        self.timer.join().map_err(|_| EngineError::Defect("timer probe"))?;
        runtime.block_on(self.runtime).map_err(|_| EngineError::Defect("runtime probe"))
    }
}

/// Runs on a thread of its own until told to stop: see [`Clock::wait_until`].
async fn timer(clock: Clock, events: flume::Sender<Event>, stop: CancellationToken) {
    let mut due_ns = EVERY_NS;
    while !stop.is_cancelled() {
        clock.wait_until(due_ns).await;
        due_ns = report(&clock, &events, Probe::Timer, due_ns);
    }
}

/// Runs as a task in the users' runtime until told to stop.
async fn runtime_lag(clock: Clock, events: flume::Sender<Event>, stop: CancellationToken) {
    let mut due_ns = EVERY_NS;
    while !stop.is_cancelled() {
        tokio::time::sleep(std::time::Duration::from_nanos(clock.until_ns(due_ns))).await;
        due_ns = report(&clock, &events, Probe::Runtime, due_ns);
    }
}

/// Reports a wake-up and gives the next due time; what was slept through is passed over, it is in this one's lateness.
fn report(clock: &Clock, events: &flume::Sender<Event>, probe: Probe, due_ns: u64) -> u64 {
    let now_ns = clock.now_ns();
    let late_ns = now_ns.saturating_sub(due_ns);
    // A full channel means a collector that is behind; the next wake-up will tell as much.
    drop(events.try_send(Event::Probe { probe, due_ns, late_ns }));
    (now_ns / EVERY_NS + 1) * EVERY_NS
}
