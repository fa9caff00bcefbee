//! Protects the service from more than it can do: a cap on requests at once, and a deadline for each.
//!
//! A request over the cap is turned away at once, because a queue in front of a full service only
//! makes every answer late. A request over its deadline is dropped; a write of it that still waits in
//! the store is then not done.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use chat_store::Store;

use crate::{app::App, errors::ApiError};

pub(crate) async fn guard<S: Store>(
    State(app): State<Arc<App<S>>>,
    request: Request,
    next: Next,
) -> Response {
    let Ok(_permit) = app.in_flight.try_acquire() else {
        app.metrics.request_shed();
        return ApiError::Overloaded.into_response();
    };
    let answer = tokio::time::timeout(app.deadline, next.run(request)).await;
    answer.unwrap_or_else(|_| ApiError::Deadline.into_response())
}
