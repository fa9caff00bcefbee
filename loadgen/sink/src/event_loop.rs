//! The one thread: waits for the kernel, serves who is ready, stands still in a freeze.

use std::io::Write;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::epoll::{EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::EventFd;
use nix::sys::time::TimeSpec;

use crate::clock;
use crate::connection::Connection;
use crate::error::SinkError;
use crate::log::Log;
use crate::socket::{self, Receiver};
use crate::table::Table;
use crate::timers::{Alarm, Timers};
use crate::timetable::Timetable;
use crate::watch::{EVENTS, LISTENER, STOP, TIMER, Watch};

/// Connections accepted in one go, so that a storm of them does not starve those that are served.
const ACCEPTS: usize = 64;

/// After this long without any event, in milliseconds, rows in memory go to the log.
const IDLE_MS: u8 = 100;

/// Whoever slept no longer than this looks as long for the next request before sleeping again. To wake a core that has
/// just gone to sleep costs the *sender* some 3 µs of its core, in a virtual machine: above 30 000 requests a second
/// the sink would slow the generator that it judges. Below 20 000 a second it never looks.
const BRISK_NS: u64 = 30_000;

/// The state of a running sink.
pub(crate) struct EventLoop<'a, W: Write> {
    watch: Watch,
    listener: &'a TcpListener,
    stop: &'a EventFd,
    timetable: Timetable,
    receiver: Receiver,
    table: Table<Connection>,
    timers: Timers,
    log: Log<W>,
    max_connections: usize,
    /// The last sleep was a short one.
    brisk: bool,
    tally: Tally,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) turned_away: u64,
    pub(crate) refused_requests: u64,
    pub(crate) answered: u64,
    pub(crate) unanswered: u64,
}

impl<'a, W: Write> EventLoop<'a, W> {
    /// Ready to run.
    pub(crate) fn new(
        listener: &'a TcpListener,
        stop: &'a EventFd,
        timetable: Timetable,
        max_connections: usize,
        log: Log<W>,
    ) -> Result<Self, SinkError> {
        let timers = Timers::new()?;
        Ok(Self {
            watch: Watch::over(listener, stop, &timers)?,
            listener,
            stop,
            timetable,
            receiver: Receiver::new(),
            table: Table::default(),
            timers,
            log,
            max_connections,
            brisk: false,
            tally: Tally::default(),
        })
    }

    /// Serves until it is told to stop, then writes the rest of the log.
    pub(crate) fn run(mut self) -> Result<Tally, SinkError> {
        let mut events = vec![EpollEvent::empty(); EVENTS];
        while self.sit_out_freeze()? {
            self.timers.arm()?;
            let ready = self.wait(&mut events)?;
            if !self.serve(&events[..ready])? {
                break;
            }
        }
        self.finish()
    }

    /// Stands still while a freeze lasts; false if it is told to stop.
    fn sit_out_freeze(&self) -> Result<bool, SinkError> {
        while let Some(until_ns) = self.timetable.frozen_until() {
            let left = Duration::from_nanos(until_ns.saturating_sub(clock::monotonic_ns()));
            let mut watched = [PollFd::new(self.stop.as_fd(), PollFlags::POLLIN)];
            match ppoll(&mut watched, Some(TimeSpec::from(left)), None) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => return Ok(false),
                Err(error) => return Err(SinkError::kernel("wait for the end of a freeze")(error)),
            }
        }
        Ok(true)
    }

    /// How many events there are; flushes the log when there is nothing else to do.
    fn wait(&mut self, events: &mut [EpollEvent]) -> Result<usize, SinkError> {
        let woken_ns = clock::monotonic_ns();
        while self.brisk && clock::monotonic_ns() - woken_ns < BRISK_NS {
            let ready = self.watch.wait(events, EpollTimeout::ZERO)?;
            if ready > 0 {
                return Ok(ready);
            }
        }
        let unflushed = self.log.is_unflushed();
        let asleep_ns = clock::monotonic_ns();
        let timeout = if unflushed { EpollTimeout::from(IDLE_MS) } else { EpollTimeout::NONE };
        let ready = self.watch.wait(events, timeout)?;
        self.brisk = clock::monotonic_ns() - asleep_ns < BRISK_NS;
        if ready == 0 && unflushed {
            self.log.flush().map_err(SinkError::Log)?;
        }
        Ok(ready)
    }

    /// Serves who is ready; false if it is told to stop. What a freeze cuts off is reported again.
    fn serve(&mut self, events: &[EpollEvent]) -> Result<bool, SinkError> {
        for event in events {
            if self.timetable.frozen_until().is_some() {
                break;
            }
            match event.data() {
                STOP => return Ok(false),
                LISTENER => self.accept()?,
                TIMER => self.ring()?,
                slot => self.serve_slot(slot, event.events())?,
            }
        }
        Ok(true)
    }

    fn accept(&mut self) -> Result<(), SinkError> {
        for _ in 0..ACCEPTS {
            let Some(stream) = socket::accept(self.listener)? else { break };
            if self.table.len() >= self.max_connections {
                self.tally.turned_away += 1;
                continue;
            }
            let connection = Connection::new(stream, self.tally.accepted);
            self.tally.accepted += 1;
            let slot = self.table.insert(connection);
            let connection = self.table.get_mut(slot).expect("it was just inserted");
            let fd = connection.stream.as_fd();
            self.watch.add(fd, EpollFlags::EPOLLIN, slot as u64)?;
        }
        Ok(())
    }

    /// Sends the replies that are due.
    fn ring(&mut self) -> Result<(), SinkError> {
        while let Some(Alarm { slot, number, .. }) = self.timers.pop_due() {
            let connection = self.table.get_mut(slot);
            if let Some(connection) = connection.filter(|found| found.number == number) {
                connection.alarm_set = false;
                self.advance(slot)?;
            }
        }
        Ok(())
    }

    fn serve_slot(&mut self, slot: u64, happened: EpollFlags) -> Result<(), SinkError> {
        let slot = usize::try_from(slot).expect("slots are indices of a vector");
        let Some(connection) = self.table.get_mut(slot) else { return Ok(()) };
        let broken = happened.intersects(EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR);
        if connection.wants_input() && (broken || happened.contains(EpollFlags::EPOLLIN)) {
            connection.receive(&mut self.receiver);
        } else if broken {
            return self.close(slot);
        }
        self.advance(slot)
    }

    /// Does what can be done for a connection now, and sees to it that the rest is not forgotten.
    fn advance(&mut self, slot: usize) -> Result<(), SinkError> {
        let Some(connection) = self.table.get_mut(slot) else { return Ok(()) };
        connection.advance(&self.timetable, &mut self.log).map_err(SinkError::Log)?;
        if connection.is_over() {
            return self.close(slot);
        }
        let wanted = connection.interest();
        if wanted != connection.watched {
            connection.watched = wanted;
            self.watch.modify(connection.stream.as_fd(), wanted, slot as u64)?;
        }
        if let (false, Some(due_ns)) = (connection.alarm_set, connection.next_due_ns()) {
            connection.alarm_set = true;
            self.timers.add(Alarm { due_ns, slot, number: connection.number });
        }
        Ok(())
    }

    /// Closing the descriptor also ends its being watched.
    fn close(&mut self, slot: usize) -> Result<(), SinkError> {
        let Some(mut connection) = self.table.remove(slot) else { return Ok(()) };
        self.tally.refused_requests += u64::from(connection.refused);
        connection.abandon(&mut self.log).map_err(SinkError::Log)
    }

    /// Logs what was read and will not be answered, and hands every row to the writer.
    fn finish(mut self) -> Result<Tally, SinkError> {
        for mut connection in self.table.drain() {
            self.tally.refused_requests += u64::from(connection.refused);
            connection.abandon(&mut self.log).map_err(SinkError::Log)?;
        }
        self.log.flush().map_err(SinkError::Log)?;
        (self.tally.answered, self.tally.unanswered) = self.log.counts();
        Ok(self.tally)
    }
}
