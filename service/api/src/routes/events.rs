//! `/v1/rooms/{room}/events`: server-sent events.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse as _, Response},
};
use chat_domain::RoomId;
use chat_store::Store;
use futures_util::stream::unfold;
use http::header;
use tokio::time::timeout;

use crate::{
    app::App, caller::Caller, cases, errors::ApiError, extract::Path, hub::Reader, metered::Metered,
};

/// How long a stream may be silent: proxies cut what is silent for a minute or less, and a reader that
/// is gone is noticed when it is written to.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `GET`: every change of the room from now on, until the client leaves or the service stops.
///
/// The stream is no request in flight: the permit and the deadline of the guard end with its head.
pub(crate) async fn read_events<S: Store>(
    Caller(caller): Caller,
    store: Metered<S>,
    State(app): State<Arc<App<S>>>,
    Path(room): Path<RoomId>,
) -> Result<Response, ApiError> {
    let reader = cases::read_events(&store, &app.hub, caller, room).await?;
    let body = Body::from_stream(unfold(reader, next));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

async fn next(mut reader: Reader) -> Option<(Result<Bytes, Infallible>, Reader)> {
    let frame = match timeout(HEARTBEAT, reader.next()).await {
        Ok(event) => event?,
        Err(_) => Bytes::from_static(b":\n\n"),
    };
    Some((Ok(frame), reader))
}
