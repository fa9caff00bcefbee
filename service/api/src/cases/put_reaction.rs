//! The caller's reaction on a message, set.

use chat_domain::{Kind, ReactionRecord};
use chat_store::{ReactionKey, Store};

use super::{CaseError, require_member};

pub(crate) async fn put_reaction(
    store: &impl Store,
    mine: ReactionKey,
    kind: Kind,
) -> Result<ReactionRecord, CaseError> {
    require_member(store, mine.room, mine.account).await?;
    Ok(store.put_reaction(mine, kind).await?)
}
