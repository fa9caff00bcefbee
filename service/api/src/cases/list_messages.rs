//! A page of messages with their reactions.

use chat_domain::{
    AccountId, MessageId, RoomId,
    limits::{PAGE_DEFAULT, PAGE_MAX},
};
use chat_store::{ListMessages, MessageView, Store};

use super::{CaseError, require_member};

/// Messages, newest first.
pub(crate) struct MessagePage {
    pub(crate) messages: Vec<MessageView>,
    /// What to pass as `before` for the next page, if there is one.
    pub(crate) next: Option<MessageId>,
}

pub(crate) async fn list_messages(
    store: &impl Store,
    caller: AccountId,
    room: RoomId,
    before: Option<MessageId>,
    limit: Option<usize>,
) -> Result<MessagePage, CaseError> {
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(CaseError::OutOfRange { what: "limit", least: 1, most: PAGE_MAX });
    }
    require_member(store, room, caller).await?;
    // One more than asked for tells whether there is a next page.
    let list = ListMessages { room, viewer: caller, before, limit: limit + 1 };
    let mut messages = store.list_messages(list).await?;
    let more = messages.len() > limit;
    messages.truncate(limit);
    let next = messages.last().filter(|_| more).map(|oldest| oldest.reactions.message);
    Ok(MessagePage { messages, next })
}
