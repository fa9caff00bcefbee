//! The caller's reaction on a message, removed.

use chat_domain::ReactionRecord;
use chat_store::{ReactionKey, Store};

use super::{CaseError, require_member};

pub(crate) async fn delete_reaction(
    store: &impl Store,
    mine: ReactionKey,
) -> Result<ReactionRecord, CaseError> {
    require_member(store, mine.room, mine.account).await?;
    Ok(store.delete_reaction(mine).await?)
}
