//! The caller's reaction on a message, set, and told to those who read the room.

use chat_domain::{Kind, ReactionRecord};
use chat_store::{ReactionKey, Store};

use super::{CaseError, require_member};
use crate::announce::Announce;

pub(crate) async fn put_reaction(
    store: &impl Store,
    announce: &Announce,
    mine: ReactionKey,
    kind: Kind,
) -> Result<ReactionRecord, CaseError> {
    require_member(store, mine.room, mine.account).await?;
    let written = store.put_reaction(mine, kind).await?;
    announce.change(mine, written);
    Ok(written.record)
}
