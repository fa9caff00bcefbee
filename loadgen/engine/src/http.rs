//! The one place that sends: HTTP/1.1 with keep-alive, bodies read to the end, no redirect, no proxy, no retry.
//!
//! Without TLS every user has a connection of its own; with TLS, and for streams of events, an HTTP client
//! keeps a pool. Which way it is shows in nothing but the time that it takes.

mod plain;
mod own;

mod pooled;
mod pooled_connections;

mod message;
mod errors;

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;

use crate::clock::Clock;
use crate::exchange::{Exchange, Failure, Prepared, Reply};
use crate::targets::Target;
use crate::times::Times;
pub(crate) use plain::Kept;
use plain::Plain;
use pooled::{Pooled, failure};

/// How requests name their sender.
const AGENT: &str = concat!("hanno/", env!("CARGO_PKG_VERSION"));

/// Sends to the base URLs of one target.
#[derive(Debug)]
pub(crate) struct Http {
    plain: Plain,
    pooled: Pooled,
}

impl Http {
    /// # Errors
    /// When the TLS stack cannot be set up.
    pub(crate) fn new(target: &Target) -> Result<Self, reqwest::Error> {
        Ok(Self { plain: Plain::new(&target.bases, &target.ranges), pooled: Pooled::new(target)? })
    }

    /// Opens a stream of events. Without time limit of its own.
    pub(crate) async fn open(&self, request: Prepared) -> Result<EventStream, Failure> {
        self.pooled.open(request).await.map(EventStream)
    }
}

impl Exchange for Http {
    type Kept = Kept;

    async fn send(
        &self,
        kept: &mut Kept,
        clock: &Clock,
        request: Prepared,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        if self.plain.serves(request.endpoint) {
            self.plain.exchange(kept, clock, request, times).await
        } else {
            // In memory of its own: it is large, and every user would carry it.
            Box::pin(self.pooled.exchange(clock, request, times)).await
        }
    }
}

/// A response whose body comes bit by bit, for as long as the target likes.
pub(crate) struct EventStream(Response);

impl EventStream {
    pub(crate) fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// Whether the target says that it is a stream of events.
    pub(crate) fn is_of_events(&self) -> bool {
        let kind = self.0.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next());
        kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
    }

    /// The next bytes; none at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        self.0.chunk().await.map_err(|error| failure(&error))
    }
}
