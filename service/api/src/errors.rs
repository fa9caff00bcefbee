//! The only place where errors become HTTP: a status and `{"error": code, "message": text}`.
//!
//! Codes are stable and for programs, messages are for people. What happened inside is logged here,
//! once, and never told to the client.

use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    response::{IntoResponse, Response},
};
use chat_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{cases::CaseError, complaints::Complaint, hub::NoReader, token::InvalidToken};

/// When a client that was turned away for load may come again, in seconds.
const RETRY_AFTER_S: u16 = 1;

/// Everything that a request can end in other than its answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("a valid token is required")]
    Unauthenticated,
    #[error(transparent)]
    Case(#[from] CaseError),
    #[error("the path is not valid: {}", .0.body_text())]
    Path(#[from] PathRejection),
    #[error("the query is not valid: {}", .0.body_text())]
    Query(#[from] QueryRejection),
    #[error("the body is not valid: {}", .0.body_text())]
    Body(#[from] JsonRejection),
    #[error("there is no such address")]
    NoRoute,
    #[error("this address does not take this method")]
    NoMethod,
    #[error("too many requests are being answered")]
    Overloaded,
    #[error("the request took too long")]
    Deadline,
    #[error("something went wrong inside the service")]
    Panicked,
}

#[derive(Serialize)]
struct Problem {
    error: &'static str,
    message: String,
}

impl From<InvalidToken> for ApiError {
    fn from(_: InvalidToken) -> Self {
        Self::Unauthenticated
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Case(error.into())
    }
}

impl ApiError {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
            Self::Case(error) => case(error),
            Self::Path(_) => (StatusCode::BAD_REQUEST, "invalid_path"),
            Self::Query(_) => (StatusCode::BAD_REQUEST, "invalid_query"),
            Self::Body(rejection) => body(rejection),
            Self::NoRoute => (StatusCode::NOT_FOUND, "no_route"),
            Self::NoMethod => (StatusCode::METHOD_NOT_ALLOWED, "no_method"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            Self::Deadline => (StatusCode::SERVICE_UNAVAILABLE, "deadline"),
            Self::Panicked => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// What whoever runs the service must know, and the client not.
    fn complaint(&self) -> Option<Complaint> {
        match self {
            Self::Case(CaseError::Store(StoreError::Overloaded)) => None,
            Self::Case(CaseError::Store(error)) => Some(Complaint(error.to_string())),
            _ => None,
        }
    }

    /// What the client is told: nothing of the inside.
    fn message(&self, code: &str) -> String {
        match self {
            Self::Case(CaseError::Store(_)) => format!("the store did not answer: {code}"),
            other => other.to_string(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, error) = self.status_and_code();
        let complaint = self.complaint();
        let problem = Problem { error, message: self.message(error) };
        let mut response = (status, Json(problem)).into_response();
        if let Some(complaint) = complaint {
            response.extensions_mut().insert(complaint);
        }
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE) {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER_S.into());
        }
        response
    }
}

fn case(error: &CaseError) -> (StatusCode, &'static str) {
    match error {
        CaseError::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        CaseError::NotYours => (StatusCode::FORBIDDEN, "not_yours"),
        CaseError::OutOfRange { .. } | CaseError::RangeReversed => {
            (StatusCode::BAD_REQUEST, "invalid_query")
        }
        CaseError::Text(_) => (StatusCode::BAD_REQUEST, "invalid_body"),
        CaseError::NoReader(NoReader::TooMany) => {
            (StatusCode::SERVICE_UNAVAILABLE, "too_many_readers")
        }
        CaseError::NoReader(NoReader::Closed) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        CaseError::Store(error) => store(error),
    }
}

fn store(error: &StoreError) -> (StatusCode, &'static str) {
    match error {
        StoreError::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        StoreError::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
        StoreError::Throttled(_) => (StatusCode::SERVICE_UNAVAILABLE, "store_throttled"),
        StoreError::Full => (StatusCode::INSUFFICIENT_STORAGE, "store_full"),
        StoreError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
        StoreError::Clock(_) | StoreError::Corrupt(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    }
}

fn body(rejection: &JsonRejection) -> (StatusCode, &'static str) {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "body_is_not_json")
        }
        _ => (StatusCode::BAD_REQUEST, "invalid_body"),
    }
}
