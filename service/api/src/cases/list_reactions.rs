//! The reactions on consecutive messages of a room.

use chat_domain::{AccountId, MessageId, RoomId, limits::RANGE_MAX};
use chat_store::{ListReactions, MessageReactions, Store};

use super::{CaseError, require_member};

/// Reactions by message, oldest first.
pub(crate) struct ReactionRange {
    pub(crate) messages: Vec<MessageReactions>,
    /// What to pass as `first` to go on, if the range has more messages than one reply holds.
    pub(crate) next: Option<MessageId>,
}

pub(crate) async fn list_reactions(
    store: &impl Store,
    caller: AccountId,
    room: RoomId,
    first: MessageId,
    last: MessageId,
) -> Result<ReactionRange, CaseError> {
    if first > last {
        return Err(CaseError::RangeReversed);
    }
    require_member(store, room, caller).await?;
    let wanted = ListReactions { room, viewer: caller, first, last, limit: RANGE_MAX + 1 };
    let mut messages = store.list_reactions(wanted).await?;
    let next = messages.get(RANGE_MAX).map(|left_out| left_out.message);
    messages.truncate(RANGE_MAX);
    Ok(ReactionRange { messages, next })
}
