//! Outermost on every request: `Server-Timing`, metrics, and headers that every reply has.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use chat_store::Store;
use http::{HeaderName, HeaderValue, header};

use crate::{app::App, clock, complaints::Complaint, metered::StoreTime, metrics::UNMATCHED};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

pub(crate) async fn observe<S: Store>(
    State(app): State<Arc<App<S>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = clock::monotonic();
    let spent = StoreTime::default();
    request.extensions_mut().insert(spent.clone());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();

    let mut response = next.run(request).await;

    let took = started.elapsed();
    let route = path.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
    app.metrics.answered(route, &method, response.status(), took);
    if let Some(Complaint(error)) = response.extensions_mut().remove()
        && let Some(left_out) = app.complaints.admit(clock::monotonic())
    {
        let status = response.status().as_u16();
        tracing::error!(status, error, left_out, "the store did not answer a request");
    }
    let headers = response.headers_mut();
    headers.insert(SERVER_TIMING, app.server_timing(took, spent.total()));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
