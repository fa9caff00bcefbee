//! A new message.

use chat_domain::{AccountId, MessageId, MessageText, RoomId};
use chat_store::{Post, Store};

use super::{CaseError, require_member};

pub(crate) async fn post_message(
    store: &impl Store,
    caller: AccountId,
    room: RoomId,
    text: String,
    unix_ms: u64,
) -> Result<MessageId, CaseError> {
    let text = MessageText::new(text)?;
    require_member(store, room, caller).await?;
    Ok(store.post_message(Post { room, author: caller, text, unix_ms }).await?)
}
