//! The caller's reaction on a message, removed, and told to those who read the room.

use chat_domain::ReactionRecord;
use chat_store::{ReactionKey, Store};

use super::{CaseError, require_member};
use crate::announce::Announce;

pub(crate) async fn delete_reaction(
    store: &impl Store,
    announce: &Announce,
    mine: ReactionKey,
) -> Result<ReactionRecord, CaseError> {
    require_member(store, mine.room, mine.account).await?;
    let written = store.delete_reaction(mine).await?;
    announce.change(mine, written);
    Ok(written.record)
}
