//! Requests over an HTTP client's pool of connections, which also speaks TLS.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use load_plan::plan::Endpoint;
use reqwest::{Client, Request, Response, Url};

use super::AGENT;
use super::errors::class;
use super::message::{Drained, Parts, head, join};
use super::pooled_connections::Connections;
use crate::clock::Clock;
use crate::exchange::{Failure, Prepared, Reply};
use crate::targets::Target;
use crate::times::Times;

/// A client of its own pool, for one run.
#[derive(Debug)]
pub(super) struct Pooled {
    client: Client,
    bases: BTreeMap<Endpoint, Url>,
    connections: Connections,
}

impl Pooled {
    /// # Errors
    /// When the TLS stack cannot be set up.
    pub(super) fn new(target: &Target) -> Result<Self, reqwest::Error> {
        let connections = Connections::default();
        let client = Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .tcp_nodelay(true)
            // An idle connection is closed by the target or at the end, never by us in mid-run.
            .pool_idle_timeout(None)
            .user_agent(AGENT)
            .dns_resolver(target.ranges.clone())
            .connector_layer(connections.clone())
            .build()?;
        Ok(Self { client, bases: target.bases.clone(), connections })
    }

    /// The head of a response, whose body is for the caller to read.
    pub(super) async fn open(&self, request: Prepared) -> Result<Response, Failure> {
        let response = self.client.execute(self.request(request)?).await;
        // Noted for requests, which ask for it; a stream does not.
        self.connections.opened_by_this_task();
        response.map_err(|error| failure(&error))
    }

    pub(super) async fn exchange(
        &self,
        clock: &Clock,
        prepared: Prepared,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        let request = self.request(prepared)?;
        let result = self.send(clock, request, times).await;
        let opened = self.connections.opened_by_this_task();
        result.map(|reply| Reply {
            connect_us: opened.and_then(|opened| opened.connect_us),
            reused: opened.map(|opened| opened.reused),
            ..reply
        })
    }

    fn request(&self, prepared: Prepared) -> Result<Request, Failure> {
        let base = self.bases.get(&prepared.endpoint).ok_or(Failure("no_endpoint"))?;
        let url = join(base, &prepared.path).ok_or(Failure("bad_request"))?;
        let Parts { method, headers, body } = Parts::of(prepared)?;
        let mut request = Request::new(method, url);
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(Into::into);
        Ok(request)
    }

    async fn send(
        &self,
        clock: &Clock,
        request: Request,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        times.sent_ns = Some(clock.now_ns());
        let response = self.client.execute(request).await.map_err(|error| failure(&error))?;
        times.first_byte_ns = Some(clock.now_ns());
        let mut reply = head(response.status(), response.headers());
        let drained = drain(response).await?;
        times.done_ns = Some(clock.now_ns());
        (reply.bytes_in, reply.error_code) = (drained.bytes, drained.error_code());
        Ok(reply)
    }
}

/// Reads the body to its end: a connection with an unread body is closed instead of used again.
async fn drain(response: Response) -> Result<Drained, Failure> {
    let mut drained = Drained::of_status(response.status());
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        drained.take(&chunk.map_err(|error| failure(&error))?)?;
    }
    Ok(drained)
}

/// What the client says of an error.
pub(super) fn failure(error: &reqwest::Error) -> Failure {
    let part = match error {
        error if error.is_connect() => "connect",
        error if error.is_body() || error.is_decode() => "body",
        _ => "protocol",
    };
    class(error, part)
}
