//! Takes the caller out of the `Authorization` field of a request, or refuses it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use chat_domain::AccountId;
use chat_store::Store;
use http::{HeaderMap, header, request::Parts};

use crate::{app::App, errors::ApiError};

/// Who calls. First among a handler's parameters, so that strangers learn nothing of the rest.
pub(crate) struct Caller(pub(crate) AccountId);

impl<S: Store> FromRequestParts<Arc<App<S>>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App<S>>) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(ApiError::Unauthenticated)?;
        Ok(Self(app.verifier.verify(token)?))
    }
}

/// The token of the one `Authorization` field; of two, a proxy before us may have meant the other.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let (field, None) = (fields.next()?, fields.next()) else { return None };
    let (scheme, token) = field.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
