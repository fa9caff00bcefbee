//! The one place that sends: HTTP/1.1 with keep-alive, bodies read to the end, no redirect, no proxy, no retry.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::ErrorKind;

use bytes::Bytes;
use futures_util::StreamExt;
use load_plan::plan::Endpoint;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, Method, Request, Response, Url};

use crate::clock::Clock;
use crate::connections::Connections;
use crate::exchange::{Exchange, Failure, Prepared, Reply};
use crate::server_timing;
use crate::targets::{LoopbackResolver, Target};
use crate::times::Times;

/// Largest body that is read; a longer one fails the step, so that a target cannot fill the memory of the generator's machine.
const BODY_MAX: u64 = 64 << 20;

/// Sends to the base URLs of one target.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    bases: BTreeMap<Endpoint, Url>,
    connections: Connections,
}

impl Http {
    /// A client of its own pool, for one run.
    ///
    /// # Errors
    /// When the TLS stack cannot be set up.
    pub(crate) fn new(target: &Target) -> Result<Self, reqwest::Error> {
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
            .user_agent(concat!("hanno/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(LoopbackResolver)
            .connector_layer(connections.clone())
            .build()?;
        Ok(Self { client, bases: target.bases.clone(), connections })
    }

    fn request(&self, prepared: Prepared) -> Result<Request, Failure> {
        let base = self.bases.get(&prepared.endpoint).ok_or(Failure("no_endpoint"))?;
        let url = join(base, &prepared.path).ok_or(Failure("bad_request"))?;
        let method =
            Method::from_bytes(prepared.method.as_bytes()).map_err(|_| Failure("bad_request"))?;
        let mut request = Request::new(method, url);
        for (name, value) in prepared.headers {
            let name = HeaderName::try_from(name).map_err(|_| Failure("bad_request"))?;
            let value = HeaderValue::try_from(value).map_err(|_| Failure("bad_request"))?;
            request.headers_mut().append(name, value);
        }
        if let Some((body, content_type)) = prepared.body {
            let headers = request.headers_mut();
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
            *request.body_mut() = Some(body.into());
        }
        Ok(request)
    }

    /// Opens a stream of events. Without time limit of its own.
    pub(crate) async fn open(&self, request: Prepared) -> Result<EventStream, Failure> {
        let response = self.client.execute(self.request(request)?).await;
        // Noted for requests, which ask for it; a stream does not.
        self.connections.opened_by_this_task();
        response.map(EventStream).map_err(|error| class(&error))
    }

    async fn exchange(
        &self,
        clock: &Clock,
        request: Request,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        times.sent_ns = Some(clock.now_ns());
        let response = self.client.execute(request).await.map_err(|error| class(&error))?;
        times.first_byte_ns = Some(clock.now_ns());
        let mut reply = head(&response);
        reply.bytes_in = drain(response).await?;
        times.done_ns = Some(clock.now_ns());
        Ok(reply)
    }
}

impl Exchange for Http {
    async fn send(
        &self,
        clock: &Clock,
        request: Prepared,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        let request = self.request(request)?;
        let result = self.exchange(clock, request, times).await;
        let opened = self.connections.opened_by_this_task();
        result.map(|reply| Reply {
            connect_us: opened.and_then(|opened| opened.connect_us),
            reused: opened.map(|opened| opened.reused),
            ..reply
        })
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
        self.0.chunk().await.map_err(|error| class(&error))
    }
}

/// Base and path one after the other: what a path holds must never become another host.
fn join(base: &Url, path: &str) -> Option<Url> {
    let joined =
        path.starts_with('/').then(|| base.as_str().trim_end_matches('/').to_owned() + path)?;
    Url::parse(&joined).ok().filter(|url| url.origin() == base.origin())
}

fn head(response: &Response) -> Reply {
    let timing = response
        .headers()
        .get("server-timing")
        // A name that is no UTF-8 must not cost the durations beside it.
        .map(|value| server_timing::parse(&String::from_utf8_lossy(value.as_bytes())))
        .unwrap_or_default();
    Reply {
        status: response.status().as_u16(),
        server_us: timing.app_us,
        store_us: timing.store_us,
        instance: timing.instance,
        ..Reply::default()
    }
}

/// Reads the body to its end: a connection with an unread body is closed instead of used again.
async fn drain(response: Response) -> Result<u64, Failure> {
    let mut chunks = response.bytes_stream();
    let mut bytes = 0;
    while let Some(chunk) = chunks.next().await {
        bytes += chunk.map_err(|error| class(&error))?.len() as u64;
        if bytes > BODY_MAX {
            return Err(Failure("body_too_large"));
        }
    }
    Ok(bytes)
}

/// The class of an error: what the operating system said if it spoke, else which part failed.
fn class(error: &reqwest::Error) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<std::io::Error>()
            && let Some(class) = io_class(io)
        {
            return Failure(class);
        }
        if let Some(hyper) = current.downcast_ref::<hyper::Error>()
            && (hyper.is_incomplete_message() || hyper.is_closed())
        {
            return Failure("closed");
        }
        cause = current.source();
    }
    Failure(match error {
        error if error.is_connect() => "connect",
        error if error.is_body() || error.is_decode() => "body",
        _ => "protocol",
    })
}

fn io_class(error: &std::io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::ConnectionRefused => "connect_refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "reset"
        }
        ErrorKind::AddrNotAvailable => "no_port_left",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "unreachable",
        ErrorKind::PermissionDenied => "not_allowed",
        // EMFILE and ENFILE have no kind of their own.
        _ if matches!(error.raw_os_error(), Some(23 | 24)) => "no_descriptor_left",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_to_another_host() {
        let base = Url::parse("http://127.0.0.1:80/base/").unwrap();
        let joined = |path| join(&base, path).map(|url| url.to_string());
        assert_eq!(joined("/v1?a=%2F").as_deref(), Some("http://127.0.0.1/base/v1?a=%2F"));
        assert_eq!(
            joined("//example.org/").as_deref(),
            Some("http://127.0.0.1/base//example.org/")
        );
        for path in ["example.org/", "@example.org/", "", "http://example.org/"] {
            assert_eq!(joined(path), None, "{path}");
        }
    }
}
