//! `/v1/rooms/{room}/messages`.

use std::sync::Arc;

use axum::{Json, extract::State};
use chat_domain::{AccountId, MessageId, RoomId, Snowflake};
use chat_store::{MessageView, Store};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::reactions::{MineJson, TallyJson};
use crate::{
    app::App,
    caller::Caller,
    cases::{self, WantedPage},
    clock,
    errors::ApiError,
    extract::{Body, Path, Query},
    metered::Metered,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    before: Option<MessageId>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(crate) struct PageJson {
    messages: Vec<MessageJson>,
    next: Option<MessageId>,
}

#[derive(Serialize)]
struct MessageJson {
    id: MessageId,
    author: AccountId,
    posted_unix_ms: u64,
    text: String,
    reactions: TallyJson,
    mine: MineJson,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    text: String,
}

#[derive(Serialize)]
pub(crate) struct PostedJson {
    id: MessageId,
}

/// `GET`: a page of messages with reactions, newest first, down to where the caller's plan lets it look.
pub(crate) async fn list_messages<S: Store>(
    Caller(caller): Caller,
    store: Metered<S>,
    State(app): State<Arc<App<S>>>,
    Path(room): Path<RoomId>,
    Query(PageQuery { before, limit }): Query<PageQuery>,
) -> Result<Json<PageJson>, ApiError> {
    let wanted = WantedPage { room, before, limit };
    let page = cases::list_messages(&store, &app.views, caller, wanted, clock::unix_ms()).await?;
    let messages = page.messages.into_iter().map(message_json).collect();
    Ok(Json(PageJson { messages, next: page.next }))
}

/// `POST`: a new message.
pub(crate) async fn post_message<S: Store>(
    Caller(caller): Caller,
    store: Metered<S>,
    Path(room): Path<RoomId>,
    Body(Draft { text }): Body<Draft>,
) -> Result<(StatusCode, Json<PostedJson>), ApiError> {
    let id = cases::post_message(&store, caller, room, text, clock::unix_ms()).await?;
    Ok((StatusCode::CREATED, Json(PostedJson { id })))
}

fn message_json(view: MessageView) -> MessageJson {
    let id = view.reactions.message;
    MessageJson {
        id,
        author: view.author,
        posted_unix_ms: Snowflake::of(id).unix_ms,
        text: view.text,
        reactions: TallyJson(view.reactions.tally),
        mine: view.reactions.mine.into(),
    }
}
