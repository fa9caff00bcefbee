//! Sockets as the sink needs them: kernel receive stamps, and as many descriptors as the process may have.

use std::io::{self, ErrorKind, IoSliceMut, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::cmsg_space;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{
    Backlog, ControlMessageOwned, MsgFlags, listen, recvmsg, setsockopt, sockopt,
};
use nix::sys::time::TimeSpec;

use crate::clock;
use crate::error::SinkError;

/// One read: a whole head of the largest size, so that a request seldom needs a second one.
const RECEIVE_BYTES: usize = 16 * 1024;

/// Descriptors left for the process around the sink: standard streams, log, epoll, and a margin.
const RESERVED_DESCRIPTORS: u64 = 64;

/// Tries before the kernel is taken to give no stamps: some milliseconds; it needs far less than one.
const STAMP_PROBES: usize = 1000;

/// A byte over loopback takes microseconds.
const PROBE_PATIENCE: Duration = Duration::from_millis(100);

/// A listener whose connections carry kernel receive stamps from their first byte on, because they
/// inherit the option. The backlog is the largest the kernel allows: it holds connections in a freeze.
pub(crate) fn listen_on(address: SocketAddr) -> Result<TcpListener, SinkError> {
    let open = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        setsockopt(&listener, sockopt::ReceiveTimestampns, &true)?;
        listen(&listener, Backlog::MAXCONN)?;
        Ok(listener)
    };
    open().map_err(|source| SinkError::Listen { address, source })
}

/// The next connection that waits, not blocking and without Nagle's delay; none if there is none.
pub(crate) fn accept(listener: &TcpListener) -> Result<Option<TcpStream>, SinkError> {
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            // These say something about one client and nothing about the listener (accept(2)).
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted | ErrorKind::Interrupted
                ) =>
            {
                continue;
            }
            Err(error) => return Err(SinkError::kernel("accept a connection")(error)),
        };
        // A client that is gone already may be refused both; another one is waited for.
        if stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true)).is_ok() {
            return Ok(Some(stream));
        }
    }
}

/// Waits until the kernel stamps: the first socket that asks for it only starts the switch, and what
/// arrives before it is thrown would be stamped when it is read. Where nothing can be stamped the
/// sink does that for good, so giving up is no error.
pub(crate) fn await_stamps() {
    probe_until_stamped().ok();
}

fn probe_until_stamped() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    // A stranger may have connected in between, and would never send what is waited for.
    server.set_read_timeout(Some(PROBE_PATIENCE))?;
    setsockopt(&server, sockopt::ReceiveTimestampns, &true)?;
    let mut receiver = Receiver::new();
    for _ in 0..STAMP_PROBES {
        client.write_all(b"?")?;
        if receiver.take(&server, MsgFlags::empty())?.1.is_some() {
            break;
        }
    }
    Ok(())
}

/// How many connections fit, after raising the soft limit of descriptors to the hard one.
pub(crate) fn connections_allowed() -> Result<usize, SinkError> {
    let kernel = SinkError::kernel("read and raise the limit of open descriptors");
    let raise = || {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
        if soft < hard {
            setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        }
        nix::Result::Ok(hard)
    };
    let limit = raise().map_err(kernel)?;
    match limit.saturating_sub(RESERVED_DESCRIPTORS) {
        0 => Err(SinkError::Descriptors { limit }),
        left => Ok(usize::try_from(left).unwrap_or(usize::MAX)),
    }
}

/// Reads with the kernel's stamp; its buffers are shared by all connections.
#[derive(Debug)]
pub(crate) struct Receiver {
    buffer: Vec<u8>,
    control: Vec<u8>,
}

impl Receiver {
    pub(crate) fn new() -> Self {
        Self { buffer: vec![0; RECEIVE_BYTES], control: cmsg_space!(TimeSpec) }
    }

    /// What one read brings, and when the kernel received the last segment of it, in Unix
    /// nanoseconds; the time of the read if the kernel gives no stamp. Empty at the end of the stream.
    pub(crate) fn receive(&mut self, stream: &TcpStream) -> io::Result<(&[u8], u64)> {
        let (length, stamp) = self.take(stream, MsgFlags::MSG_DONTWAIT)?;
        Ok((&self.buffer[..length], stamp.unwrap_or_else(clock::unix_ns)))
    }

    /// How many bytes one read brings, and the kernel's stamp.
    fn take(&mut self, stream: &TcpStream, flags: MsgFlags) -> io::Result<(usize, Option<u64>)> {
        let mut parts = [IoSliceMut::new(&mut self.buffer)];
        let control = Some(self.control.as_mut_slice());
        let message = recvmsg::<()>(stream.as_raw_fd(), &mut parts, control, flags)?;
        let stamp = message.cmsgs()?.find_map(|control| match control {
            ControlMessageOwned::ScmTimestampns(time) => Some(clock::nanoseconds(time)),
            _ => None,
        });
        Ok((message.bytes, stamp))
    }
}
