//! Requests and replies in the types of HTTP, whichever way they go.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use url::Url;

use crate::exchange::{Failure, Prepared, Reply};
use crate::server_timing;

/// Largest body that is read; a longer one fails the step, so that a target cannot fill the memory of the generator's machine.
pub(super) const BODY_MAX: u64 = 64 << 20;

/// A prepared request, all parts but its place.
pub(super) struct Parts {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Parts {
    pub(super) fn of(prepared: Prepared) -> Result<Self, Failure> {
        let bad = Failure("bad_request");
        let method = Method::from_bytes(prepared.method.as_bytes()).map_err(|_| bad)?;
        let mut headers = HeaderMap::with_capacity(prepared.headers.len() + 4);
        for (name, value) in prepared.headers {
            let name = HeaderName::try_from(name).map_err(|_| bad)?;
            headers.append(name, HeaderValue::try_from(value).map_err(|_| bad)?);
        }
        let body = prepared.body.map(|(body, content_type)| {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
            Bytes::from(body)
        });
        Ok(Self { method, headers, body })
    }
}

/// What the head of a response says.
pub(super) fn head(status: StatusCode, headers: &HeaderMap) -> Reply {
    let timing = headers
        .get("server-timing")
        // A name that is no UTF-8 must not cost the durations beside it.
        .map(|value| server_timing::parse(&String::from_utf8_lossy(value.as_bytes())))
        .unwrap_or_default();
    Reply {
        status: status.as_u16(),
        server_us: timing.app_us,
        store_us: timing.store_us,
        instance: timing.instance,
        ..Reply::default()
    }
}

/// Base and path one after the other: what a path holds must never become another host.
pub(super) fn join(base: &Url, path: &str) -> Option<Url> {
    let joined =
        path.starts_with('/').then(|| base.as_str().trim_end_matches('/').to_owned() + path)?;
    Url::parse(&joined).ok().filter(|url| url.origin() == base.origin())
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
