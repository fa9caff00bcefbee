//! When which connection has a reply due: a heap, and one kernel timer that is exact to the nanosecond
//! and not bound to milliseconds as epoll's own time-out is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use crate::clock;
use crate::error::SinkError;

/// A connection with a reply due; the number tells whether the slot still holds the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Alarm {
    pub(crate) due_ns: u64,
    pub(crate) slot: usize,
    pub(crate) number: u64,
}

/// The alarms of connections, and those of connections that were closed meanwhile.
#[derive(Debug)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Alarm>>,
    timer: TimerFd,
    armed_for_ns: Option<u64>,
}

impl Timers {
    pub(crate) fn new() -> Result<Self, SinkError> {
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)
            .map_err(SinkError::kernel("create a timer"))?;
        Ok(Self { heap: BinaryHeap::new(), timer, armed_for_ns: None })
    }

    /// What becomes readable when an alarm is due.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.timer.as_fd()
    }

    /// How many alarms are set.
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    pub(crate) fn add(&mut self, alarm: Alarm) {
        self.heap.push(Reverse(alarm));
    }

    /// An alarm that is due.
    pub(crate) fn pop_due(&mut self) -> Option<Alarm> {
        let Reverse(first) = *self.heap.peek()?;
        (first.due_ns <= clock::monotonic_ns()).then(|| {
            self.heap.pop();
            first
        })
    }

    /// Sets the kernel's timer to the first alarm. Setting it anew also makes it unreadable, so it
    /// is never read.
    pub(crate) fn arm(&mut self) -> Result<(), SinkError> {
        let first = self.heap.peek().map(|Reverse(alarm)| alarm.due_ns);
        if first == self.armed_for_ns {
            return Ok(());
        }
        self.armed_for_ns = first;
        let set = match first {
            None => self.timer.unset(),
            Some(due_ns) => {
                // Zero would turn it off; one has passed too.
                let at = TimeSpec::from(Duration::from_nanos(due_ns.max(1)));
                self.timer.set(Expiration::OneShot(at), TimerSetTimeFlags::TFD_TIMER_ABSTIME)
            }
        };
        set.map_err(SinkError::kernel("set a timer"))
    }
}
