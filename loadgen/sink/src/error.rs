//! What can go wrong, in the words of whoever starts a sink.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

/// Why a sink cannot start or go on.
#[derive(Debug, Error)]
pub enum SinkError {
    /// A behaviour that contradicts itself or passes a limit.
    #[error("{0}")]
    Behaviour(&'static str),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// As asked for.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The process may not open enough descriptors to serve anyone.
    #[error("the limit of {limit} open descriptors leaves none for connections (ulimit -n)")]
    Descriptors {
        /// The limit after raising it as far as allowed.
        limit: u64,
    },
    /// The kernel refused something that the event loop needs.
    #[error("cannot {doing}: {source}")]
    Kernel {
        /// What was attempted.
        doing: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// The log cannot be written; what was not written is lost, so the sink stops.
    #[error("cannot write the log of arrivals: {0}")]
    Log(#[source] io::Error),
}

impl SinkError {
    /// Says what was being done when the kernel refused, for `map_err`.
    pub(crate) fn kernel<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Kernel { doing, source: source.into() }
    }
}
