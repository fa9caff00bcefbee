//! How a request tells others of what it changed, and passes on its mark.
//!
//! A load generator marks its requests with `hanno-arrival`, so that it finds its own change in an
//! event. What a client writes there reaches other clients: only what can be such a mark is passed on.

use std::{convert::Infallible, sync::Arc};

use axum::extract::FromRequestParts;
use chat_store::{ReactionKey, Store, Written};
use http::request::Parts;

use crate::{app::App, hub::Hub};

const MARK_HEADER: &str = "hanno-arrival";

/// The longest mark: three numbers of 64 bits and two slashes fit.
const MARK_BYTES_MAX: usize = 64;

/// The hub, and the mark of the request.
pub(crate) struct Announce {
    hub: Arc<Hub>,
    mark: Option<String>,
}

impl Announce {
    /// Tells the readers of the room, unless nothing changed.
    pub(crate) fn change(&self, of: ReactionKey, written: Written) {
        self.hub.publish(of, written, self.mark.as_deref());
    }
}

impl<S: Store> FromRequestParts<Arc<App<S>>> for Announce {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App<S>>) -> Result<Self, Infallible> {
        let field = parts.headers.get(MARK_HEADER).and_then(|field| field.to_str().ok());
        let mark = field.filter(|field| is_mark(field)).map(str::to_owned);
        Ok(Self { hub: Arc::clone(&app.hub), mark })
    }
}

/// Lower-case hexadecimal digits and slashes, as in `18c3f5a2b4d6e8f0/1234/0`.
fn is_mark(field: &str) -> bool {
    let allowed = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'/');
    (1..=MARK_BYTES_MAX).contains(&field.len()) && field.bytes().all(allowed)
}
