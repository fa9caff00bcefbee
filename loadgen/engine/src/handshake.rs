//! How long a connection with TLS takes to set up, by the HTTP client that requests over TLS are sent with.
//!
//! The client keeps its TLS to itself, but a layer sees its connections come up. This one times them and takes each
//! away before a request is sent.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::{Client, Url};
use tower::{Layer, Service};

use crate::clock::Stopwatch;
use crate::ranges::Ranges;

type BoxError = Box<dyn Error + Send + Sync>;

/// The times of some set-ups, one after another; of those that come up. None for a URL without TLS.
pub(crate) fn times_us(url: &Url, ranges: &Ranges, trials: usize, limit: Duration) -> Vec<u64> {
    if url.scheme() != "https" {
        return Vec::new();
    }
    let times = Times::default();
    if let Err(error) = set_up(url, ranges, trials, limit, &times) {
        tracing::debug!("no connection with TLS can be timed: {error}");
    }
    std::mem::take(&mut times.lock())
}

fn set_up(
    url: &Url,
    ranges: &Ranges,
    trials: usize,
    limit: Duration,
    times: &Times,
) -> Result<(), BoxError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = Client::builder()
        .http1_only()
        .no_proxy()
        .tcp_nodelay(true)
        .timeout(limit)
        .dns_resolver(ranges.clone())
        .connector_layer(times.clone())
        .build()?;
    for trial in 0..=trials {
        let before = times.lock().len();
        // Always an error: at the latest the layer's own.
        drop(runtime.block_on(async { client.get(url.clone()).send().await }));
        // What does not come up once is not waited for again.
        if times.lock().len() == before {
            break;
        }
        // The first also pays for the certificates that this machine trusts, which are read then.
        if trial == 0 {
            times.lock().clear();
        }
    }
    Ok(())
}

/// Of connections that came up, in microseconds.
#[derive(Clone, Debug, Default)]
struct Times(Arc<Mutex<Vec<u64>>>);

impl Times {
    fn lock(&self) -> MutexGuard<'_, Vec<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for Times {
    type Service = Timed<S>;

    fn layer(&self, connector: S) -> Timed<S> {
        Timed { connector, times: self.clone() }
    }
}

/// A connector that notes how long it takes, and gives nothing away.
#[derive(Clone, Debug)]
struct Timed<S> {
    connector: S,
    times: Times,
}

impl<S, Destination> Service<Destination> for Timed<S>
where
    S: Service<Destination, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, destination: Destination) -> Self::Future {
        let times = self.times.clone();
        let stopwatch = Stopwatch::start();
        let connecting = self.connector.call(destination);
        Box::pin(async move {
            drop(connecting.await?);
            let took_us = stopwatch.elapsed_us();
            times.lock().push(took_us);
            Err(io::Error::other("timed, and not needed any more").into())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn who_speaks_no_tls_is_not_timed_and_costs_nothing_but_a_try() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || listener.incoming().for_each(drop));
        for scheme in ["http", "https"] {
            let url = Url::parse(&format!("{scheme}://{address}")).unwrap();
            assert_eq!(
                times_us(&url, &Ranges::Loopback, 2, Duration::from_secs(2)),
                Vec::<u64>::new()
            );
        }
    }
}
