//! `/v1/rooms/{room}/reactions` and `/v1/rooms/{room}/messages/{message}/reaction`.

use axum::Json;
use chat_domain::{Kind, MessageId, ReactionRecord, RoomId, Tally};
use chat_store::{MessageReactions, ReactionKey, Store};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    announce::Announce,
    caller::Caller,
    cases,
    errors::ApiError,
    extract::{Body, Path, Query},
    metered::Metered,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RangeQuery {
    first: MessageId,
    last: MessageId,
}

#[derive(Serialize)]
pub(crate) struct RangeJson {
    messages: Vec<ReactionsJson>,
    next: Option<MessageId>,
}

#[derive(Serialize)]
struct ReactionsJson {
    id: MessageId,
    reactions: TallyJson,
    mine: MineJson,
}

/// How many people, by kind: `{"roger": 2}`.
pub(super) struct TallyJson(pub(super) Tally);

/// The caller's own reaction: `{"reaction": "roger" | null, "version": 3}`.
#[derive(Serialize)]
pub(crate) struct MineJson {
    reaction: Option<Kind>,
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reaction {
    kind: Kind,
}

/// `GET`: the reactions on consecutive messages, oldest first.
pub(crate) async fn list_reactions<S: Store>(
    Caller(caller): Caller,
    store: Metered<S>,
    Path(room): Path<RoomId>,
    Query(RangeQuery { first, last }): Query<RangeQuery>,
) -> Result<Json<RangeJson>, ApiError> {
    let range = cases::list_reactions(&store, caller, room, first, last).await?;
    let messages = range.messages.into_iter().map(ReactionsJson::from).collect();
    Ok(Json(RangeJson { messages, next: range.next }))
}

/// `PUT`: my reaction.
pub(crate) async fn put_reaction<S: Store>(
    Caller(account): Caller,
    store: Metered<S>,
    announce: Announce,
    Path((room, message)): Path<(RoomId, MessageId)>,
    Body(Reaction { kind }): Body<Reaction>,
) -> Result<Json<MineJson>, ApiError> {
    let mine = ReactionKey { room, message, account };
    Ok(Json(cases::put_reaction(&store, &announce, mine, kind).await?.into()))
}

/// `DELETE`: no reaction of mine.
pub(crate) async fn delete_reaction<S: Store>(
    Caller(account): Caller,
    store: Metered<S>,
    announce: Announce,
    Path((room, message)): Path<(RoomId, MessageId)>,
) -> Result<Json<MineJson>, ApiError> {
    let mine = ReactionKey { room, message, account };
    Ok(Json(cases::delete_reaction(&store, &announce, mine).await?.into()))
}

impl Serialize for TallyJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

impl From<ReactionRecord> for MineJson {
    fn from(record: ReactionRecord) -> Self {
        Self { reaction: record.kind, version: record.version }
    }
}

impl From<MessageReactions> for ReactionsJson {
    fn from(of: MessageReactions) -> Self {
        Self { id: of.message, reactions: TallyJson(of.tally), mine: of.mine.into() }
    }
}
