//! A relayed connection: two sockets, a pipe in each direction, and what is due when.

use std::io::{self, ErrorKind};
use std::net::TcpStream;

use nix::sys::epoll::EpollFlags;

use super::RelayReport;
use super::pipe::{Delivery, Pipe};
use super::side::Side;
use crate::clock;
use crate::socket::Receiver;

/// The sides of a link, which are also the pipes that begin there.
pub(crate) const CLIENT: usize = 0;
pub(crate) const TARGET: usize = 1;

/// A connection that is relayed.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) number: u64,
    /// For when a timer is set.
    pub(crate) alarm_ns: Option<u64>,
    /// When the target is to be asked; none once it was.
    pub(crate) connect_at_ns: Option<u64>,
    /// None before it is connected, and once it is broken.
    sides: [Option<Side>; 2],
    pipes: [Pipe; 2],
    /// When the side that is left learns that the other one broke.
    reset_at_ns: Option<u64>,
    reached: bool,
}

impl Link {
    /// Number `number` of a relay, whose target is to be asked then.
    pub(crate) fn new(client: TcpStream, number: u64, connect_at_ns: u64) -> Self {
        Self {
            number,
            alarm_ns: None,
            connect_at_ns: Some(connect_at_ns),
            sides: [Some(Side::new(client)), None],
            pipes: [Pipe::default(), Pipe::default()],
            reset_at_ns: None,
            reached: false,
        }
    }

    /// The socket of a side, if it has one.
    pub(crate) fn stream(&self, side: usize) -> Option<&TcpStream> {
        self.sides[side].as_ref().map(|side| &side.stream)
    }

    /// Gives it the socket to its target; none if there is nobody, which the client learns after `delay_ns`.
    pub(crate) fn connect(&mut self, target: Option<Side>, delay_ns: u64) {
        self.connect_at_ns = None;
        match target {
            Some(side) => self.sides[TARGET] = Some(side),
            None => self.break_off(TARGET, delay_ns),
        }
    }

    /// Notes what the kernel says of a side. One that has ended its stream can only have broken off,
    /// which no read would tell any more.
    pub(crate) fn note(&mut self, side: usize, changes: EpollFlags, delay_ns: u64) {
        if changes.contains(EpollFlags::EPOLLERR) && self.pipes[side].end_taken() {
            return self.break_off(side, delay_ns);
        }
        if let Some(socket) = &mut self.sides[side] {
            socket.note(changes);
            self.reached |= side == TARGET && socket.writable;
        }
    }

    /// Takes in what has come and hands on what is due.
    pub(crate) fn advance(
        &mut self,
        receiver: &mut Receiver,
        delay_ns: u64,
        report: &mut RelayReport,
    ) {
        for from in [CLIENT, TARGET] {
            if self.take_in(from, receiver, delay_ns).is_err() {
                self.break_off(from, delay_ns);
            }
        }
        let now_ns = clock::monotonic_ns();
        for (from, to, bytes) in
            [(CLIENT, TARGET, &mut report.bytes_there), (TARGET, CLIENT, &mut report.bytes_back)]
        {
            if self.hand_on(from, to, now_ns, bytes).is_err() {
                self.break_off(to, delay_ns);
            }
        }
        if self.reset_at_ns.is_some_and(|at_ns| at_ns <= now_ns) {
            self.sides.iter_mut().filter_map(Option::take).for_each(Side::reset);
        }
    }

    /// Whether it can be forgotten.
    pub(crate) fn is_over(&self) -> bool {
        let handed_on = self.pipes.iter().all(Pipe::ended) && self.reset_at_ns.is_none();
        handed_on || self.sides.iter().all(Option::is_none)
    }

    /// Whether its target was never there.
    pub(crate) fn was_unreachable(&self) -> bool {
        self.connect_at_ns.is_none() && !self.reached && self.reset_at_ns.is_some()
    }

    /// When something is to be done for it, whatever the kernel says.
    pub(crate) fn next_due_ns(&self, now_ns: u64) -> Option<u64> {
        let deliveries =
            [(CLIENT, TARGET), (TARGET, CLIENT)].into_iter().filter_map(|(from, to)| {
                let more = self.sides[from].as_ref().is_some_and(|side| side.readable);
                let open = self.sides[to].as_ref().is_some_and(|side| side.writable);
                // Handing on has made room for what was left in the kernel.
                let read_on = (more && self.pipes[from].has_room()).then_some(now_ns);
                read_on.or(if open { self.pipes[from].next_due_ns() } else { None })
            });
        deliveries.chain(self.connect_at_ns).chain(self.reset_at_ns).min()
    }

    fn take_in(&mut self, from: usize, receiver: &mut Receiver, delay_ns: u64) -> io::Result<()> {
        let (Some(side), pipe) = (&mut self.sides[from], &mut self.pipes[from]) else {
            return Ok(());
        };
        while side.readable && pipe.has_room() {
            match receiver.receive(&side.stream) {
                Ok((bytes, stamp_ns)) => {
                    pipe.take(bytes, clock::monotonic_after(stamp_ns, delay_ns));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => side.readable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn hand_on(
        &mut self,
        from: usize,
        to: usize,
        now_ns: u64,
        delivered_bytes: &mut u64,
    ) -> io::Result<()> {
        let (pipe, Some(side)) = (&mut self.pipes[from], &mut self.sides[to]) else {
            return Ok(());
        };
        if side.writable {
            match pipe.deliver(now_ns, &mut &side.stream, delivered_bytes)? {
                Delivery::NothingDue => {}
                Delivery::Full => side.writable = false,
                Delivery::End => side.end(),
            }
        }
        Ok(())
    }

    /// A side is gone: what was on its way to it is lost, and the other one learns of it after the delay.
    fn break_off(&mut self, side: usize, delay_ns: u64) {
        self.sides[side] = None;
        self.pipes[1 - side].discard();
        self.reset_at_ns.get_or_insert(clock::monotonic_ns() + delay_ns);
    }
}
