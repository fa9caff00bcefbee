//! How many arrivals the schedule has, and how many of them the pacer has taken: counted there, so that the
//! outcomes can be held against it.

use std::sync::atomic::{AtomicU64, Ordering};

use load_plan::plan::Plan;
use load_plan::schedule::Schedule;

/// One pair of counters for each stream.
#[derive(Debug)]
pub(crate) struct Planned {
    streams: Vec<Stream>,
    kept_back: AtomicU64,
}

#[derive(Debug, Default)]
struct Stream {
    all: AtomicU64,
    measured: AtomicU64,
    /// By the schedule: all, measured.
    whole: (u64, u64),
}

impl Planned {
    /// Walks the schedule once.
    pub(crate) fn of_plan(plan: &Plan) -> Self {
        let mut streams: Vec<Stream> = plan.streams.iter().map(|_| Stream::default()).collect();
        for arrival in Schedule::new(plan) {
            let stream = usize::from(arrival.stream);
            let measured = plan.streams[stream].phases[usize::from(arrival.phase)].measured;
            streams[stream].whole.0 += 1;
            streams[stream].whole.1 += u64::from(measured);
        }
        Self { streams, kept_back: AtomicU64::new(0) }
    }

    /// How many arrivals the schedule has: the numbers that are taken before any of a closed phase.
    pub(crate) fn scheduled(&self) -> u64 {
        self.streams.iter().map(|stream| stream.whole.0).sum()
    }

    /// One more arrival of this stream.
    pub(crate) fn add(&self, stream: u16, measured: bool) {
        let stream = &self.streams[usize::from(stream)];
        stream.all.fetch_add(1, Ordering::Relaxed);
        stream.measured.fetch_add(u64::from(measured), Ordering::Relaxed);
    }

    /// One more that a stop keeps back; told before it is taken.
    pub(crate) fn keep_back(&self) {
        self.kept_back.fetch_add(1, Ordering::Relaxed);
    }

    /// Taken so far and not kept back, of all streams.
    pub(crate) fn released(&self) -> u64 {
        let taken =
            self.streams.iter().map(|stream| stream.all.load(Ordering::Relaxed)).sum::<u64>();
        taken.saturating_sub(self.kept_back.load(Ordering::Relaxed))
    }

    /// By the schedule, in all and in measured phases: what a run that goes on will come to.
    pub(crate) fn whole(&self, stream: usize) -> (u64, u64) {
        self.streams[stream].whole
    }

    /// Taken so far, in all and in measured phases.
    pub(crate) fn taken(&self, stream: usize) -> (u64, u64) {
        let stream = &self.streams[stream];
        (stream.all.load(Ordering::Relaxed), stream.measured.load(Ordering::Relaxed))
    }
}
