//! One of the two sockets of a relayed connection, with what the kernel last said of it.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc;
use nix::sys::epoll::EpollFlags;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrStorage, connect, setsockopt, socket, sockopt,
};

/// All that is watched of a socket, told when it changes: what is told again and again while it lasts
/// would keep the loop busy for as long as a hung-up socket has bytes that are not yet due.
pub(crate) const CHANGES: EpollFlags =
    EpollFlags::EPOLLIN.union(EpollFlags::EPOLLOUT).union(EpollFlags::EPOLLET);

/// A socket. Readable and writable stay true until the kernel refuses.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) stream: TcpStream,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
}

impl Side {
    /// Nothing is known of it yet; the kernel tells as soon as it is watched.
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, readable: false, writable: false }
    }

    /// A socket that is being connected: it becomes writable when it is, and readable when it fails.
    pub(crate) fn connecting(address: SocketAddr) -> nix::Result<Self> {
        let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
        let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
        let fd: OwnedFd = socket(family, SockType::Stream, flags, None)?;
        setsockopt(&fd, sockopt::TcpNoDelay, &true)?;
        setsockopt(&fd, sockopt::ReceiveTimestampns, &true)?;
        let stream = TcpStream::from(fd);
        match connect(std::os::fd::AsRawFd::as_raw_fd(&stream), &SockaddrStorage::from(address)) {
            Ok(()) | Err(Errno::EINPROGRESS | Errno::EINTR) => Ok(Self::new(stream)),
            Err(error) => Err(error),
        }
    }

    /// Notes what changed. A failure is found out by reading.
    pub(crate) fn note(&mut self, changes: EpollFlags) {
        let broken = changes.intersects(EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR);
        self.readable |= broken || changes.contains(EpollFlags::EPOLLIN);
        self.writable |= !broken && changes.contains(EpollFlags::EPOLLOUT);
    }

    /// Tells the peer that nothing follows; one that is gone need not be told.
    pub(crate) fn end(&self) {
        self.stream.shutdown(Shutdown::Write).ok();
    }

    /// Closes it so that the peer sees a reset.
    pub(crate) fn reset(self) {
        let at_once = libc::linger { l_onoff: 1, l_linger: 0 };
        // It fails only on a socket that is no more, and then there is nobody to tell.
        setsockopt(&self.stream, sockopt::Linger, &at_once).ok();
    }
}
