//! Requests without TLS, each over a connection of its user's own.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use load_plan::plan::Endpoint;
use url::{Host, Url};

use super::AGENT;
use super::errors::class;
use super::message::{Drained, Parts, head, join};
use super::own::{Body, OpenError, Own};
use crate::clock::{Clock, Stopwatch};
use crate::exchange::{Failure, Prepared, Reply};
use crate::ranges::Ranges;
use crate::times::Times;

/// What a user keeps: a connection for each origin that it has sent to.
#[derive(Default)]
pub(crate) struct Kept(Vec<Option<Own>>);

/// Base URLs that are plain HTTP.
#[derive(Debug)]
pub(super) struct Plain {
    origins: BTreeMap<Endpoint, Origin>,
}

/// Where requests of a role go.
#[derive(Debug)]
struct Origin {
    base: Url,
    /// Of the base URL, without a slash at its end.
    base_path: String,
    authority: HeaderValue,
    host: Host,
    port: u16,
    /// In which its name must lie.
    ranges: Ranges,
    /// Roles with the same host and port have the same number.
    number: usize,
}

/// How a connection came to be there.
struct Checked {
    own: Own,
    /// How long it took to open, if it was opened now.
    connect_us: Option<u64>,
}

impl Plain {
    pub(super) fn new(bases: &BTreeMap<Endpoint, Url>, ranges: &Ranges) -> Self {
        let mut known: Vec<(Host, u16)> = Vec::new();
        let origin = |(endpoint, base): (&Endpoint, &Url)| {
            let (host, port) = (base.host()?.to_owned(), base.port_or_known_default()?);
            let authority = base.as_str().split('/').nth(2)?;
            let place = (host.clone(), port);
            let number = known.iter().position(|one| *one == place).unwrap_or_else(|| {
                known.push(place);
                known.len() - 1
            });
            let origin = Origin {
                base: base.clone(),
                base_path: base.path().trim_end_matches('/').to_owned(),
                authority: HeaderValue::from_str(authority).ok()?,
                host,
                port,
                ranges: ranges.clone(),
                number,
            };
            (base.scheme() == "http").then_some((*endpoint, origin))
        };
        Self { origins: bases.iter().filter_map(origin).collect() }
    }

    pub(super) fn serves(&self, endpoint: Endpoint) -> bool {
        self.origins.contains_key(&endpoint)
    }

    /// Sends and reads the whole reply. A connection that was idle and turns out to be closed before
    /// anything was sent on it is replaced, as a pool would; nothing that was sent is sent again.
    pub(super) async fn exchange(
        &self,
        Kept(kept): &mut Kept,
        clock: &Clock,
        prepared: Prepared,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        let origin = self.origins.get(&prepared.endpoint).ok_or(Failure("no_endpoint"))?;
        let request = origin.request(prepared)?;
        if kept.len() <= origin.number {
            kept.resize_with(origin.number + 1, || None);
        }
        // Out of its place while in use: a request that is given up takes its connection with it.
        let idle = kept[origin.number].take();
        times.sent_ns = Some(clock.now_ns());
        let (mut checked, response) = origin.send(idle, request).await?;
        times.first_byte_ns = Some(clock.now_ns());
        let mut reply = head(response.status(), response.headers());
        let drained = drain(&mut checked.own, response).await?;
        times.done_ns = Some(clock.now_ns());
        (reply.bytes_in, reply.error_code) = (drained.bytes, drained.error_code());
        kept[origin.number] = Some(checked.own);
        let reused = Some(checked.connect_us.is_none());
        Ok(Reply { connect_us: checked.connect_us, reused, ..reply })
    }
}

impl Origin {
    fn request(&self, prepared: Prepared) -> Result<Request<Body>, Failure> {
        let uri = self.uri(&prepared.path).ok_or(Failure("bad_request"))?;
        let Parts { method, mut headers, body } = Parts::of(prepared)?;
        headers.entry(HOST).or_insert_with(|| self.authority.clone());
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let mut request = Request::new(Body::new(body.unwrap_or_else(Bytes::new)));
        (*request.method_mut(), *request.uri_mut()) = (method, uri);
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Path and query as a URL would have them; most paths are so already.
    fn uri(&self, path: &str) -> Option<Uri> {
        let whole = if is_normal(path) {
            format!("{}{path}", self.base_path)
        } else {
            let url = join(&self.base, path)?;
            let query = url.query().map(|query| format!("?{query}"));
            format!("{}{}", url.path(), query.unwrap_or_default())
        };
        PathAndQuery::try_from(whole).ok().map(Uri::from)
    }

    async fn send(
        &self,
        idle: Option<Own>,
        mut request: Request<Body>,
    ) -> Result<(Checked, Response<Incoming>), Failure> {
        let mut idle = match idle {
            Some(mut own) => own.is_usable().await.then_some(own),
            None => None,
        };
        loop {
            let mut checked = match idle.take() {
                Some(own) => Checked { own, connect_us: None },
                // Seldom, and large: in memory of its own, so that every request has less to carry.
                None => Box::pin(self.open()).await?,
            };
            match checked.own.send(request).await {
                Ok(response) => return Ok((checked, response)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) if checked.connect_us.is_none() => request = unsent,
                    _ => return Err(class(&error.into_error(), "protocol")),
                },
            }
        }
    }

    async fn open(&self) -> Result<Checked, Failure> {
        let stopwatch = Stopwatch::start();
        let connect = |error: &io::Error| class(error, "connect");
        let addresses = self.addresses().await.map_err(|error| connect(&error))?;
        let own = Own::open(&addresses).await.map_err(|error| match error {
            OpenError::Io(error) => connect(&error),
            OpenError::Protocol(error) => class(&error, "connect"),
        })?;
        Ok(Checked { own, connect_us: Some(stopwatch.elapsed_us()) })
    }

    /// A name is resolved for each connection anew.
    async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        match &self.host {
            Host::Ipv4(address) => Ok(vec![(IpAddr::from(*address), self.port).into()]),
            Host::Ipv6(address) => Ok(vec![(IpAddr::from(*address), self.port).into()]),
            Host::Domain(name) => self.ranges.resolve(name.clone(), self.port).await,
        }
    }
}

/// Whether a URL would have the path just as it is.
fn is_normal(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~!$&()*+,;=:@%/?.".contains(&byte);
    path.starts_with('/')
        && path.bytes().all(plain)
        && !path.contains("/.")
        && !path.contains("/%2")
}

/// Reads the body to its end: a connection with an unread body cannot be used again.
async fn drain(own: &mut Own, response: Response<Incoming>) -> Result<Drained, Failure> {
    let mut drained = Drained::of_status(response.status());
    let mut body = response.into_body();
    while let Some(frame) = own.frame(&mut body).await {
        let frame = frame.map_err(|error| class(&error, "body"))?;
        if let Some(data) = frame.data_ref() {
            drained.take(data)?;
        }
    }
    Ok(drained)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origin(base: &str) -> Origin {
        let base = Url::parse(base).unwrap();
        let plain = Plain::new(&BTreeMap::from([(Endpoint::Read, base)]), &Ranges::Loopback);
        plain.origins.into_values().next().unwrap()
    }

    #[test]
    fn roles_of_one_place_share_a_connection() {
        let url = |text| Url::parse(text).unwrap();
        let bases = BTreeMap::from([
            (Endpoint::Read, url("http://127.0.0.1:1/a")),
            (Endpoint::Write, url("http://127.0.0.1:1/b/")),
            (Endpoint::Admin, url("http://127.0.0.1:2")),
        ]);
        let plain = Plain::new(&bases, &Ranges::Loopback);
        let numbers: Vec<_> = plain.origins.values().map(|origin| origin.number).collect();
        assert_eq!(numbers, [0, 0, 1]);
        assert!(
            !Plain::new(
                &BTreeMap::from([(Endpoint::Read, url("https://localhost"))]),
                &Ranges::Loopback
            )
            .serves(Endpoint::Read)
        );
        assert_eq!(origin("http://[::1]:80/x/").authority, "[::1]");
        assert_eq!(origin("http://127.0.0.1:81/x/").authority, "127.0.0.1:81");
    }

    proptest! {
        /// The short way and the URL library agree, so that a path is the same with and without TLS.
        #[test]
        fn a_path_is_as_a_url_has_it(path in "/[a-z0-9-_~!$&()*+,;=:@%/?.#' \"<>\\\\^`{}|é\\[\\]]{0,20}") {
            let origin = origin("http://127.0.0.1:80/base/");
            let short = origin.uri(&path).map(|uri| uri.to_string());
            let long = join(&origin.base, &path).map(|url| {
                let query = url.query().map(|query| format!("?{query}"));
                format!("{}{}", url.path(), query.unwrap_or_default())
            });
            prop_assert_eq!(short, long);
        }
    }
}
