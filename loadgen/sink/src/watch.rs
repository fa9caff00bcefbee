//! What a loop waits for: its listener, its timer, the order to stop, and the sockets it adds.

use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::EventFd;

use crate::error::SinkError;
use crate::timers::Timers;

/// What is handed back for what is no connection; slots are far below.
pub(crate) const LISTENER: u64 = u64::MAX;
pub(crate) const STOP: u64 = u64::MAX - 1;
pub(crate) const TIMER: u64 = u64::MAX - 2;

/// Events taken at once: enough that a busy loop asks seldom.
pub(crate) const EVENTS: usize = 512;

/// An epoll instance.
pub(crate) struct Watch(Epoll);

impl Watch {
    /// Over what every loop has.
    pub(crate) fn over(
        listener: &TcpListener,
        stop: &EventFd,
        timers: &Timers,
    ) -> Result<Self, SinkError> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)
            .map_err(SinkError::kernel("create an epoll instance"))?;
        let watch = Self(epoll);
        for (fd, token) in
            [(listener.as_fd(), LISTENER), (stop.as_fd(), STOP), (timers.as_fd(), TIMER)]
        {
            watch.add(fd, EpollFlags::EPOLLIN, token)?;
        }
        Ok(watch)
    }

    /// Watches one more; closing the descriptor ends that.
    pub(crate) fn add(
        &self,
        fd: BorrowedFd<'_>,
        flags: EpollFlags,
        token: u64,
    ) -> Result<(), SinkError> {
        let added = self.0.add(fd, EpollEvent::new(flags, token));
        added.map_err(SinkError::kernel("watch a descriptor"))
    }

    /// Watches something else of it from now on.
    pub(crate) fn modify(
        &self,
        fd: BorrowedFd<'_>,
        flags: EpollFlags,
        token: u64,
    ) -> Result<(), SinkError> {
        let modified = self.0.modify(fd, &mut EpollEvent::new(flags, token));
        modified.map_err(SinkError::kernel("watch a descriptor"))
    }

    /// How many events there are; none if a signal came or the time is over.
    pub(crate) fn wait(
        &self,
        events: &mut [EpollEvent],
        timeout: EpollTimeout,
    ) -> Result<usize, SinkError> {
        match self.0.wait(events, timeout) {
            Ok(ready) => Ok(ready),
            Err(Errno::EINTR) => Ok(0),
            Err(error) => Err(SinkError::kernel("wait for events")(error)),
        }
    }
}
