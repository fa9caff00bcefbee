//! Which address leads where, and in which order a request passes the layers.
//!
//! From outside in: observe, catch panics, guard, body limit, then token, path and body of the route
//! itself. Health is outside the guard: a service that is full is still alive and says so.

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::{get, put},
};
use chat_store::Store;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    app::App,
    errors::ApiError,
    guard::guard,
    observe::observe,
    routes::{events, health, members, messages, reactions},
};

/// The largest body: a message of the greatest length, however its JSON is escaped.
pub(crate) const BODY_BYTES_MAX: usize = 16 * 1024;

/// For everybody.
pub(crate) fn public<S: Store>(app: &Arc<App<S>>) -> Router {
    finish(app, rooms())
}

/// For those who run the service.
pub(crate) fn admin<S: Store>(app: &Arc<App<S>>) -> Router {
    Router::new()
        .route("/livez", get(health::livez))
        .route("/metrics", get(health::metrics::<S>))
        .fallback(no_route)
        .with_state(Arc::clone(app))
}

/// The addresses under `/v1`.
pub(crate) fn rooms<S: Store>() -> Router<Arc<App<S>>> {
    Router::new()
        .route(
            "/v1/rooms/{room}/messages",
            get(messages::list_messages::<S>).post(messages::post_message::<S>),
        )
        .route("/v1/rooms/{room}/reactions", get(reactions::list_reactions::<S>))
        .route(
            "/v1/rooms/{room}/messages/{message}/reaction",
            put(reactions::put_reaction::<S>).delete(reactions::delete_reaction::<S>),
        )
        .route("/v1/rooms/{room}/events", get(events::read_events::<S>))
        .route(
            "/v1/rooms/{room}/members/{account}",
            put(members::put_member::<S>).delete(members::delete_member::<S>),
        )
}

/// The layers around them.
pub(crate) fn finish<S: Store>(app: &Arc<App<S>>, rooms: Router<Arc<App<S>>>) -> Router {
    rooms
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .route_layer(from_fn_with_state(Arc::clone(app), guard::<S>))
        .route("/readyz", get(health::readyz::<S>))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(app), observe::<S>))
        .with_state(Arc::clone(app))
}

async fn no_route() -> ApiError {
    ApiError::NoRoute
}

async fn no_method() -> ApiError {
    ApiError::NoMethod
}

#[expect(clippy::needless_pass_by_value, reason = "the layer calls it with an owned box")]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("of unknown kind"), "a request panicked");
    ApiError::Panicked.into_response()
}
