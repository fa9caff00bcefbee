//! What a sink is asked to be, and the limits that it sets itself.

use std::net::SocketAddr;
use std::time::Duration;

use crate::freeze::Freeze;
use crate::latency::Latency;

/// Connections served at once unless the configuration says otherwise: twice the largest default
/// pool of users of a stream; further ones are closed at once and counted.
pub const MAX_CONNECTIONS: usize = 20_000;

/// Request line and header fields together; common servers stop at 8 to 16 KiB. More is answered 431.
pub(crate) const MAX_HEAD_BYTES: usize = 16 * 1024;

/// A body is read and thrown away, so this bounds time, not memory. More is answered 413.
pub(crate) const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Pipelined requests of one connection that wait for their reply; beyond it the connection is not
/// read, so that the client is slowed by TCP and memory is bounded by the number of connections.
pub(crate) const MAX_PENDING: usize = 16;

/// What a connection that is being closed may still send before it is cut: reading it lets the
/// client see the last reply instead of a reset.
pub(crate) const MAX_DRAINED_BYTES: usize = 2 * 1024 * 1024;

/// Longer replies than this mean a dead server, and due replies of closed connections stay in
/// memory until they are due.
pub(crate) const MAX_DELAY_NS: u64 = 60_000_000_000;

/// A sink to be.
#[derive(Clone, Copy, Debug)]
pub struct SinkConfig {
    /// Where to listen; port 0 lets the kernel choose.
    pub listen: SocketAddr,
    /// How long after its arrival a request is answered. Replies of one connection keep the order of
    /// its requests, so one that is pipelined behind a slower one waits for that.
    pub latency: Latency,
    /// What latencies are drawn with.
    pub seed: u64,
    /// When it stands still.
    pub freeze: Option<Freeze>,
    /// Connections served at once; also bounded by the process's limit of descriptors.
    pub max_connections: usize,
}

impl SinkConfig {
    /// A sink that replies at once.
    pub fn new(listen: SocketAddr) -> Self {
        let latency = Latency::Constant(Duration::ZERO);
        Self { listen, latency, seed: 0, freeze: None, max_connections: MAX_CONNECTIONS }
    }
}
