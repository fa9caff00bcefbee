//! Requests and replies in the types of HTTP, whichever way they go.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use crate::exchange::{Failure, Prepared, Reply};
use crate::server_timing;

/// Largest body that is read; a longer one fails the step, so that a target cannot fill the memory of the generator's machine.
const BODY_MAX: u64 = 64 << 20;

/// A body that says what went wrong is short; of a longer one no word is taken.
const PROBLEM_MAX: usize = 4096;

/// A word that names an error is short.
const CODE_MAX: usize = 64;

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

/// The body of a reply as far as it is of use: how long it is, and what the target calls the error.
#[derive(Debug)]
pub(super) struct Drained {
    pub(super) bytes: u64,
    /// The beginning, of replies whose status tells of an error.
    beginning: Option<Vec<u8>>,
}

impl Drained {
    pub(super) fn of_status(status: StatusCode) -> Self {
        let tells = status.is_client_error() || status.is_server_error();
        Self { bytes: 0, beginning: tells.then(Vec::new) }
    }

    /// Takes the next part; refused when there is too much.
    pub(super) fn take(&mut self, part: &[u8]) -> Result<(), Failure> {
        self.bytes += part.len() as u64;
        if let Some(beginning) = &mut self.beginning {
            let room = PROBLEM_MAX.saturating_sub(beginning.len()).min(part.len());
            beginning.extend_from_slice(&part[..room]);
        }
        if self.bytes > BODY_MAX { Err(Failure("body_too_large")) } else { Ok(()) }
    }

    /// The word under `error` or `code` of a JSON body.
    pub(super) fn error_code(&self) -> Option<String> {
        let problem: Value = serde_json::from_slice(self.beginning.as_ref()?).ok()?;
        let word = ["error", "code"].iter().find_map(|name| problem.get(name)?.as_str());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let word = word.filter(|word| (1..=CODE_MAX).contains(&word.len()));
        word.filter(|word| word.bytes().all(plain)).map(str::to_owned)
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
    fn only_a_plain_word_of_an_error_is_taken() {
        let code = |status: u16, body: &str| {
            let mut drained = Drained::of_status(StatusCode::from_u16(status).unwrap());
            for part in body.as_bytes().chunks(7) {
                drained.take(part).unwrap();
            }
            assert_eq!(drained.bytes, body.len() as u64);
            drained.error_code()
        };
        let said = r#"{"error":"store_throttled","message":"more than 4 calls"}"#;
        assert_eq!(code(503, said).as_deref(), Some("store_throttled"));
        assert_eq!(code(404, r#"{"code":"E-1.2"}"#).as_deref(), Some("E-1.2"));
        assert_eq!(code(200, said), None);
        let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(65));
        let large = format!(r#"{{"error":"x","message":"{}"}}"#, "y".repeat(5_000));
        for body in
            ["", "no", "{}", "7", r#"{"error":{"a":1}}"#, r#"{"error":"<b>"}"#, &long, &large]
        {
            assert_eq!(code(500, body), None, "{body}");
        }
        let whole = vec![0; 1 << 20];
        let mut drained = Drained::of_status(StatusCode::OK);
        let refused = (0..100).find_map(|_| drained.take(&whole).err());
        assert_eq!(refused, Some(Failure("body_too_large")));
    }

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
