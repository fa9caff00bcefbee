//! Leaving a room: a member may end its own membership and nobody else's.

use chat_domain::{AccountId, RoomId};
use chat_store::Store;

use super::{CaseError, require_member};

pub(crate) async fn delete_member(
    store: &impl Store,
    caller: AccountId,
    room: RoomId,
    account: AccountId,
) -> Result<(), CaseError> {
    require_member(store, room, caller).await?;
    if caller != account {
        return Err(CaseError::NotYours);
    }
    Ok(store.delete_member(room, account).await?)
}
