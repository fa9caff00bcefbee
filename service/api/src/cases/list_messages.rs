//! A page of messages with their reactions, as far back as the caller may look.

use chat_domain::{
    AccountId, MessageId, RoomId,
    limits::{PAGE_DEFAULT, PAGE_MAX},
};
use chat_store::{ListMessages, MessageView, Store};

use super::{CaseError, require_member};
use crate::views::Views;

/// What a client asks for.
pub(crate) struct WantedPage {
    pub(crate) room: RoomId,
    /// Only messages older than this one.
    pub(crate) before: Option<MessageId>,
    /// How many.
    pub(crate) limit: Option<usize>,
}

/// Messages, newest first.
pub(crate) struct MessagePage {
    pub(crate) messages: Vec<MessageView>,
    /// What to pass as `before` for the next page, if there is one.
    pub(crate) next: Option<MessageId>,
}

pub(crate) async fn list_messages(
    store: &impl Store,
    views: &Views,
    caller: AccountId,
    wanted: WantedPage,
    now_unix_ms: u64,
) -> Result<MessagePage, CaseError> {
    let WantedPage { room, before, limit } = wanted;
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(CaseError::OutOfRange { what: "limit", least: 1, most: PAGE_MAX });
    }
    require_member(store, room, caller).await?;
    let oldest = views.find(store, caller, now_unix_ms).await?.oldest(now_unix_ms);
    let is_visible = |id: MessageId| oldest.is_none_or(|oldest| id >= oldest);
    // All that follows is older still.
    if before.is_some_and(|before| !is_visible(before)) {
        return Ok(MessagePage { messages: Vec::new(), next: None });
    }
    // One more than asked for tells whether there is a next page.
    let list = ListMessages { room, viewer: caller, before, limit: limit + 1 };
    let mut messages = store.list_messages(list).await?;
    messages.truncate(messages.partition_point(|view| is_visible(view.reactions.message)));
    let more = messages.len() > limit;
    messages.truncate(limit);
    let next = messages.last().filter(|_| more).map(|oldest| oldest.reactions.message);
    Ok(MessagePage { messages, next })
}
