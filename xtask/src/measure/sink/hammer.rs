//! The fastest plain sender: one thread, kept connections, each with one request under way at a time.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, Event, EventData, EventFlags};
use rustix::thread::{CpuSet, sched_setaffinity};

/// Enough that the sink always finds some of them ready.
pub(super) const CONNECTIONS: usize = 64;

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request up to its number, and after it.
const BEFORE: &[u8] = b"GET / HTTP/1.1\r\nhost: sink\r\nhanno-arrival: hammer/";
const AFTER: &[u8] = b"/0\r\n\r\n";

/// Digits of the number: always as many, so that a request is made by writing over the last one.
const DIGITS: usize = 10;

/// Sends for some time on these cores, waits for the last replies, and returns how many requests were
/// answered and how many nanoseconds that took.
pub(super) fn hammer(address: &str, cores: CpuSet, time: Duration) -> Result<(u64, i64)> {
    thread::scope(|scope| {
        let sender = scope.spawn(|| {
            sched_setaffinity(None, &cores).context("cannot give the sender a core")?;
            Hammer::connect(address)?.run(time)
        });
        sender.join().map_err(|_| anyhow::anyhow!("the sender panicked"))?
    })
}

struct Hammer {
    connections: Vec<TcpStream>,
    epoll: rustix::fd::OwnedFd,
    request: Vec<u8>,
    sent: u64,
    answered: u64,
}

impl Hammer {
    fn connect(address: &str) -> Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).context("cannot make an epoll")?;
        let mut connections = Vec::new();
        for number in 0..CONNECTIONS {
            let connection = TcpStream::connect(address)
                .with_context(|| format!("cannot connect to {address}"))?;
            connection.set_nodelay(true).context("cannot set up a connection")?;
            connection.set_nonblocking(true).context("cannot set up a connection")?;
            epoll::add(&epoll, &connection, EventData::new_u64(number as u64), EventFlags::IN)
                .context("cannot watch a connection")?;
            connections.push(connection);
        }
        let request = [BEFORE, &[b'0'; DIGITS], AFTER].concat();
        Ok(Self { connections, epoll, request, sent: 0, answered: 0 })
    }

    fn run(mut self, time: Duration) -> Result<(u64, i64)> {
        let begun = Instant::now();
        for number in 0..CONNECTIONS {
            self.send(number)?;
        }
        let mut events: Vec<Event> = Vec::with_capacity(CONNECTIONS);
        let patience = PATIENCE.try_into().context("a time-out")?;
        while self.answered < self.sent {
            epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&patience))
                .context("cannot wait for replies")?;
            if events.is_empty() {
                bail!("{} of {} requests were not answered", self.sent - self.answered, self.sent);
            }
            let goes_on = begun.elapsed() < time;
            for event in events.drain(..) {
                let number = usize::try_from(event.data.u64()).context("a number of ours")?;
                if self.take_reply(number)? && goes_on {
                    self.send(number)?;
                }
            }
        }
        let took_ns = i64::try_from(begun.elapsed().as_nanos()).context("it took 292 years")?;
        Ok((self.answered, took_ns))
    }

    fn send(&mut self, number: usize) -> Result<()> {
        let mut rest = self.sent;
        for digit in self.request[BEFORE.len()..BEFORE.len() + DIGITS].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).context("a digit")?;
            rest /= 10;
        }
        self.sent += 1;
        let written = self.connections[number].write(&self.request).context("cannot send")?;
        if written != self.request.len() {
            bail!("a request was cut by a full socket");
        }
        Ok(())
    }

    /// Whether the reply has come whole. The sink sends a reply in one piece, which ends with its body.
    fn take_reply(&mut self, number: usize) -> Result<bool> {
        let mut reply = [0; 1024];
        match self.connections[number].read(&mut reply) {
            Ok(0) => bail!("the sink closed a connection"),
            Ok(bytes) if reply[..bytes].ends_with(b"\r\n\r\n{}") => {
                self.answered += 1;
                Ok(true)
            }
            Ok(bytes) => bail!("no whole reply: {:?}", String::from_utf8_lossy(&reply[..bytes])),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error).context("cannot read a reply"),
        }
    }
}
