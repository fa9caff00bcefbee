//! `readyz` for whoever sends requests here; `livez` and `metrics` for whoever runs the service.

use std::sync::Arc;

use axum::{Json, extract::State};
use chat_store::Store;
use http::{HeaderName, header};
use serde::Serialize;

use crate::{app::App, errors::ApiError, metered::Metered};

#[derive(Serialize)]
pub(crate) struct Ready {
    ready: bool,
}

/// Whether requests would be answered: the store takes reads and writes. A service that stops closes
/// its listener first, so that the answer is then a refused connection.
pub(crate) async fn readyz<S: Store>(store: Metered<S>) -> Result<Json<Ready>, ApiError> {
    store.probe().await?;
    Ok(Json(Ready { ready: true }))
}

/// Whether the process answers at all; a store that fails is no reason to restart it.
pub(crate) async fn livez() -> &'static str {
    "alive\n"
}

/// The metrics as `OpenMetrics` text.
pub(crate) async fn metrics<S: Store>(
    State(app): State<Arc<App<S>>>,
) -> ([(HeaderName, &'static str); 1], String) {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text())
}
