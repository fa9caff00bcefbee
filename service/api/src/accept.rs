//! The accept loop: connections with limits, and an end that is bounded in time.
//!
//! axum's own server sets no timer, which switches off hyper's time-outs, and waits for ever for the
//! last connection when it stops.

use std::{io, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{hub::Hub, metrics::Metrics, patience::Patient};

/// A request, from its first byte to its answer: 5 s for a slow client to send it, and the deadline.
const REQUEST_MAX: Duration = Duration::from_secs(7);

/// A reply of which nothing can be sent on for so long has no reader.
const WRITE_MAX: Duration = Duration::from_secs(10);

/// A connection without a request is closed after this; longer than the idle time of usual clients,
/// so that they close first and never send on a connection that is being closed.
const IDLE_MAX: Duration = Duration::from_secs(100);

/// The head of a request, and what hyper reads ahead: its default would be 400 KiB a connection.
const READ_BUFFER_BYTES: usize = 16 * 1024;

/// Fields in the head of a request.
const HEADERS_MAX: usize = 64;

/// How long requests in flight may go on when the service stops.
pub(crate) const DRAIN_MAX: Duration = Duration::from_secs(5);

/// How long to wait when no descriptor is left; one may be free by then.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// One listener and what its connections share.
pub(crate) struct Acceptor {
    pub(crate) listener: TcpListener,
    pub(crate) router: Router,
    pub(crate) metrics: Arc<Metrics>,
    /// Its streams end with the listener; they would hold their connections for ever.
    pub(crate) hub: Arc<Hub>,
    /// One more waits in the backlog of the system.
    pub(crate) connections_max: usize,
}

/// Serves until `stop`, then ends event streams and lets requests in flight finish. Returns how many
/// connections were cut because their request did not within `DRAIN_MAX`; a stream whose reader takes
/// nothing more is cut as well, but it has no answer to lose.
pub(crate) async fn serve(acceptor: Acceptor, stop: CancellationToken) -> usize {
    let Acceptor { listener, router, metrics, hub, connections_max } = acceptor;
    let permits = Arc::new(Semaphore::new(connections_max));
    let (graceful, cut, tasks) =
        (GracefulShutdown::new(), CancellationToken::new(), TaskTracker::new());
    let http = http();
    while let Some(stream) = stop.run_until_cancelled(accept(&listener)).await {
        let permit = Arc::clone(&permits).acquire_owned();
        let Some(Ok(permit)) = stop.run_until_cancelled(permit).await else { break };
        let io = TokioIo::new(Patient::new(stream, REQUEST_MAX, WRITE_MAX));
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(http.serve_connection(io, service));
        let (cut, metrics) = (cut.clone(), Arc::clone(&metrics));
        tasks.spawn(async move {
            metrics.connection_opened();
            if let Some(Err(error)) = cut.run_until_cancelled(connection).await {
                tracing::debug!(%error, "a connection ended early");
            }
            metrics.connection_closed();
            drop(permit);
        });
    }
    drop(listener);
    hub.close();
    tasks.close();
    if tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await.is_ok() {
        tasks.wait().await;
        return 0;
    }
    let left = tasks.len().saturating_sub(hub.readers());
    cut.cancel();
    tasks.wait().await;
    left
}

fn http() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_MAX)
        .max_buf_size(READ_BUFFER_BYTES)
        .max_headers(HEADERS_MAX);
    builder
}

/// The next connection, whatever it takes: an error is of one connection, or passes.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps its delay");
                }
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}
