//! How many arrivals the pacer has taken from the schedule: counted there, so that the outcomes can be held against it.

use std::sync::atomic::{AtomicU64, Ordering};

/// One pair of counters for each stream.
#[derive(Debug)]
pub(crate) struct Planned {
    streams: Vec<Stream>,
}

#[derive(Debug, Default)]
struct Stream {
    all: AtomicU64,
    measured: AtomicU64,
}

impl Planned {
    pub(crate) fn new(streams: usize) -> Self {
        Self { streams: (0..streams).map(|_| Stream::default()).collect() }
    }

    /// One more arrival of this stream.
    pub(crate) fn add(&self, stream: u16, measured: bool) {
        let stream = &self.streams[usize::from(stream)];
        stream.all.fetch_add(1, Ordering::Relaxed);
        stream.measured.fetch_add(u64::from(measured), Ordering::Relaxed);
    }

    /// Of the whole run and of measured phases.
    pub(crate) fn of(&self, stream: usize) -> (u64, u64) {
        let stream = &self.streams[stream];
        (stream.all.load(Ordering::Relaxed), stream.measured.load(Ordering::Relaxed))
    }
}
