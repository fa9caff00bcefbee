//! Binding, running, stopping and what is known afterwards.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::config::SinkConfig;
use crate::error::SinkError;
use crate::event_loop::EventLoop;
use crate::log::Log;
use crate::socket;
use crate::timetable::Timetable;

/// A sink that listens: clients may connect before it runs, and wait in the kernel.
#[derive(Debug)]
pub struct Sink {
    listener: TcpListener,
    local_addr: SocketAddr,
    timetable: Timetable,
    max_connections: usize,
}

/// What a sink saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinkReport {
    /// Requests that arrived whole: rows of the log.
    pub requests: u64,
    /// Those among them that were never answered, because the client left or the sink stopped.
    pub unanswered: u64,
    /// Requests answered 400, 411, 413 or 431; they are not in the log.
    pub rejected: u64,
    /// Connections accepted and served.
    pub connections: u64,
    /// Connections closed at once, because there were as many as allowed.
    pub refused: u64,
    /// Unix time in nanoseconds from which freezes are counted.
    pub origin_unix_ns: u64,
}

/// Stops a running sink from any thread.
#[derive(Clone, Debug)]
pub struct StopHandle(Arc<EventFd>);

impl Sink {
    /// Fixes the origin from which freezes are counted, listens, raises the process's soft limit of
    /// descriptors to the hard one, and waits until the kernel stamps what it receives.
    pub fn bind(config: SinkConfig) -> Result<Self, SinkError> {
        let timetable = Timetable::start(&config)?;
        let max_connections = config.max_connections.min(socket::connections_allowed()?);
        let listener = socket::listen_on(config.listen)?;
        socket::await_stamps();
        let local_addr = listener
            .local_addr()
            .map_err(|source| SinkError::Listen { address: config.listen, source })?;
        Ok(Self { listener, local_addr, timetable, max_connections })
    }

    /// Where it listens, with the port that the kernel chose.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Unix time in nanoseconds from which freezes are counted; `run` returns the same.
    pub fn origin_unix_ns(&self) -> u64 {
        self.timetable.origin_unix_ns
    }

    /// Serves on this thread until `stop` is used, writing a line for each request to the log
    /// (`HEADER` says which columns). At the stop what was read and not answered is logged without a
    /// reply time; what the sink had not yet read is not known to it.
    pub fn run<W: Write>(self, log: Log<W>, stop: &StopHandle) -> Result<SinkReport, SinkError> {
        let Self { listener, timetable, max_connections, .. } = self;
        let tally =
            EventLoop::new(&listener, stop.event(), timetable, max_connections, log)?.run()?;
        Ok(SinkReport {
            requests: tally.answered + tally.unanswered,
            unanswered: tally.unanswered,
            rejected: tally.refused_requests,
            connections: tally.accepted,
            refused: tally.turned_away,
            origin_unix_ns: timetable.origin_unix_ns,
        })
    }
}

impl StopHandle {
    /// A handle that was not used yet.
    pub fn new() -> Result<Self, SinkError> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let event = EventFd::from_flags(flags).map_err(SinkError::kernel("create an eventfd"))?;
        Ok(Self(Arc::new(event)))
    }

    /// What becomes readable when it is used.
    pub(crate) fn event(&self) -> &EventFd {
        &self.0
    }

    /// Wakes the sink that runs with this handle and ends it; one that is run later ends at once.
    pub fn stop(&self) {
        // It can only fail when the counter is full, and then the sink has been told long ago.
        self.0.write(1).ok();
    }
}
