//! A delay relay: stands for a distant network between a client and a server on this machine.
//!
//! Every byte is held for the delay, in each direction, so a round trip grows by twice that. Bandwidth is
//! not limited, order is kept, and the end of a stream and a reset travel as bytes do. The kernel accepts
//! a connection before the relay knows of it, so the round trip of the handshake cannot be added to
//! `connect`; it is added to what the client first sends: the server is asked three delays after the
//! accept, which is when the first byte of a client that had to wait for its handshake would arrive.

mod link;
mod pipe;
mod relay_loop;
mod side;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use crate::config::MAX_DELAY_NS;
use crate::error::SinkError;
use crate::sink::StopHandle;
use crate::socket;
use relay_loop::RelayLoop;

/// Connections relayed at once unless the configuration says otherwise: what a relay holds of them
/// while nobody reads is bounded by this times half a mebibyte.
pub const MAX_RELAYED: usize = 10_000;

/// A relay to be.
#[derive(Clone, Copy, Debug)]
pub struct RelayConfig {
    /// Where to listen; port 0 lets the kernel choose.
    pub listen: SocketAddr,
    /// Where every connection is relayed to.
    pub target: SocketAddr,
    /// How long each byte is held, in each direction; at most 60 s.
    pub delay: Duration,
    /// Connections relayed at once; also bounded by half the process's limit of descriptors.
    pub max_connections: usize,
}

/// A relay that listens: clients may connect before it runs, and wait in the kernel.
#[derive(Debug)]
pub struct Relay {
    listener: TcpListener,
    local_addr: SocketAddr,
    target: SocketAddr,
    delay_ns: u64,
    max_connections: usize,
}

/// What a relay did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelayReport {
    /// Connections accepted and relayed.
    pub connections: u64,
    /// Connections reset at once, because there were as many as allowed.
    pub refused: u64,
    /// Relayed connections whose target could not be reached; their clients were reset.
    pub unreachable: u64,
    /// Bytes handed on to the target.
    pub bytes_there: u64,
    /// Bytes handed on to clients.
    pub bytes_back: u64,
}

impl RelayConfig {
    /// A relay with the usual limit of connections.
    pub fn new(listen: SocketAddr, target: SocketAddr, delay: Duration) -> Self {
        Self { listen, target, delay, max_connections: MAX_RELAYED }
    }
}

impl Relay {
    /// Listens, raises the process's soft limit of descriptors to the hard one, and waits until the
    /// kernel stamps what it receives: bytes are held from then, not from when the relay reads them.
    pub fn bind(config: RelayConfig) -> Result<Self, SinkError> {
        let delay_ns = u64::try_from(config.delay.as_nanos()).unwrap_or(u64::MAX);
        if delay_ns > MAX_DELAY_NS {
            return Err(SinkError::Behaviour("the delay of a relay is at most 60 s"));
        }
        let max_connections = config.max_connections.min(socket::connections_allowed()? / 2);
        let listener = socket::listen_on(config.listen)?;
        socket::await_stamps();
        let local_addr = listener
            .local_addr()
            .map_err(|source| SinkError::Listen { address: config.listen, source })?;
        if local_addr == config.target {
            return Err(SinkError::Behaviour("a relay cannot forward to itself"));
        }
        Ok(Self { listener, local_addr, target: config.target, delay_ns, max_connections })
    }

    /// Where it listens, with the port that the kernel chose.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Relays on this thread until `stop` is used; then every connection ends and what was held is lost.
    pub fn run(self, stop: &StopHandle) -> Result<RelayReport, SinkError> {
        RelayLoop::new(&self, stop.event())?.run()
    }
}
