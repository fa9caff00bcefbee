//! The one thread of a relay: waits for the kernel and for what is due.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;

use nix::sys::epoll::{EpollEvent, EpollTimeout};
use nix::sys::eventfd::EventFd;

use super::link::{CLIENT, Link, TARGET};
use super::side::{CHANGES, Side};
use super::{Relay, RelayReport};
use crate::clock;
use crate::error::SinkError;
use crate::socket::{self, Receiver};
use crate::table::Table;
use crate::timers::{Alarm, Timers};
use crate::watch::{EVENTS, LISTENER, STOP, TIMER, Watch};

/// Connections accepted in one go, so that a storm of them does not starve those that are relayed.
const ACCEPTS: usize = 64;

/// Delays from the accept of a connection to its first byte at the target: there, back and there again.
const HANDSHAKE_DELAYS: u64 = 3;

/// The state of a running relay.
pub(crate) struct RelayLoop<'a> {
    watch: Watch,
    listener: &'a TcpListener,
    target: SocketAddr,
    delay_ns: u64,
    max_connections: usize,
    receiver: Receiver,
    table: Table<Link>,
    timers: Timers,
    report: RelayReport,
}

impl<'a> RelayLoop<'a> {
    /// Ready to run.
    pub(crate) fn new(relay: &'a Relay, stop: &EventFd) -> Result<Self, SinkError> {
        let timers = Timers::new()?;
        Ok(Self {
            watch: Watch::over(&relay.listener, stop, &timers)?,
            listener: &relay.listener,
            target: relay.target,
            delay_ns: relay.delay_ns,
            max_connections: relay.max_connections,
            receiver: Receiver::new(),
            table: Table::default(),
            timers,
            report: RelayReport::default(),
        })
    }

    /// Relays until it is told to stop.
    pub(crate) fn run(mut self) -> Result<RelayReport, SinkError> {
        let mut events = vec![EpollEvent::empty(); EVENTS];
        loop {
            self.timers.arm()?;
            let ready = self.watch.wait(&mut events, EpollTimeout::NONE)?;
            for event in &events[..ready] {
                match event.data() {
                    STOP => return Ok(self.report),
                    LISTENER => self.accept()?,
                    TIMER => self.ring()?,
                    token => self.serve(token, event)?,
                }
            }
        }
    }

    fn accept(&mut self) -> Result<(), SinkError> {
        for _ in 0..ACCEPTS {
            let Some(stream) = socket::accept(self.listener)? else { break };
            if self.table.len() >= self.max_connections {
                self.report.refused += 1;
                Side::new(stream).reset();
                continue;
            }
            let connect_at_ns = clock::monotonic_ns() + HANDSHAKE_DELAYS * self.delay_ns;
            let link = Link::new(stream, self.report.connections, connect_at_ns);
            self.report.connections += 1;
            let slot = self.table.insert(link);
            self.watch_side(slot, CLIENT)?;
            self.set_alarm(slot);
        }
        Ok(())
    }

    /// Does what is due, but not what falls due meanwhile: a fast stream must not keep others waiting.
    fn ring(&mut self) -> Result<(), SinkError> {
        for _ in 0..self.timers.len() {
            let Some(Alarm { slot, number, due_ns }) = self.timers.pop_due() else { break };
            let link = self.table.get_mut(slot).filter(|link| link.number == number);
            let Some(link) = link else { continue };
            if link.alarm_ns == Some(due_ns) {
                link.alarm_ns = None;
            }
            self.advance(slot)?;
        }
        Ok(())
    }

    fn serve(&mut self, token: u64, event: &EpollEvent) -> Result<(), SinkError> {
        let token = usize::try_from(token).expect("slots are indices of a vector");
        let (slot, side) = (token / 2, token % 2);
        let Some(link) = self.table.get_mut(slot) else { return Ok(()) };
        link.note(side, event.events(), self.delay_ns);
        self.advance(slot)
    }

    /// Does what can be done for a connection now, and sees to it that the rest is not forgotten.
    fn advance(&mut self, slot: usize) -> Result<(), SinkError> {
        let Some(link) = self.table.get_mut(slot) else { return Ok(()) };
        if link.connect_at_ns.is_some_and(|at_ns| at_ns <= clock::monotonic_ns()) {
            link.connect(Side::connecting(self.target).ok(), self.delay_ns);
            self.watch_side(slot, TARGET)?;
        }
        let Some(link) = self.table.get_mut(slot) else { return Ok(()) };
        link.advance(&mut self.receiver, self.delay_ns, &mut self.report);
        if link.is_over() {
            self.report.unreachable += u64::from(link.was_unreachable());
            self.table.remove(slot);
        } else {
            self.set_alarm(slot);
        }
        Ok(())
    }

    /// At most one alarm that matters for each connection: the earliest.
    fn set_alarm(&mut self, slot: usize) {
        let Some(link) = self.table.get_mut(slot) else { return };
        let Some(due_ns) = link.next_due_ns(clock::monotonic_ns()) else { return };
        if link.alarm_ns.is_none_or(|set_for_ns| due_ns < set_for_ns) {
            link.alarm_ns = Some(due_ns);
            self.timers.add(Alarm { due_ns, slot, number: link.number });
        }
    }

    fn watch_side(&mut self, slot: usize, side: usize) -> Result<(), SinkError> {
        let link = self.table.get_mut(slot);
        match link.as_deref().and_then(|link| link.stream(side)) {
            Some(stream) => self.watch.add(stream.as_fd(), CHANGES, (2 * slot + side) as u64),
            None => Ok(()),
        }
    }
}
