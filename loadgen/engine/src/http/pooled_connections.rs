//! Which requests opened a connection, and how long setting it up took.
//!
//! The HTTP client keeps its pool to itself, but it opens a connection on the task of the request that
//! needs one. So each set-up is noted under the id of its task, and the request asks under its own.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use tokio::task::Id;
use tower::{Layer, Service};

use crate::clock::Stopwatch;

/// The set-ups that requests under way have started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    started: Arc<Mutex<HashMap<Id, Duration>>>,
}

/// In microseconds, once the connection stands.
type Duration = Arc<OnceLock<u64>>;

/// What the finished request learns of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    /// Whether none was opened for it.
    pub(crate) reused: bool,
    /// How long the set-up took, if one was opened and stands.
    pub(crate) connect_us: Option<u64>,
}

impl Connections {
    /// What the request on this task opened; forgets it.
    pub(crate) fn opened_by_this_task(&self) -> Option<Opened> {
        let id = tokio::task::try_id()?;
        let started = self.lock().remove(&id);
        Some(Opened {
            reused: started.is_none(),
            connect_us: started.and_then(|duration| duration.get().copied()),
        })
    }

    fn started_by_this_task(&self) -> Duration {
        let duration = Duration::default();
        if let Some(id) = tokio::task::try_id() {
            self.lock().insert(id, Arc::clone(&duration));
        }
        duration
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Id, Duration>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for Connections {
    type Service = Timed<S>;

    fn layer(&self, connector: S) -> Timed<S> {
        Timed { connector, connections: self.clone() }
    }
}

/// A connector that notes how long it takes.
#[derive(Clone, Debug)]
pub(crate) struct Timed<S> {
    connector: S,
    connections: Connections,
}

impl<S, Destination> Service<Destination> for Timed<S>
where
    S: Service<Destination>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, destination: Destination) -> Self::Future {
        let duration = self.connections.started_by_this_task();
        let stopwatch = Stopwatch::start();
        let connecting = self.connector.call(destination);
        Box::pin(async move {
            let connection = connecting.await?;
            // Set once: each call has a duration of its own.
            duration.get_or_init(|| stopwatch.elapsed_us());
            Ok(connection)
        })
    }
}
