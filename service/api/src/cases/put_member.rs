//! A new member of a room: any member may add anyone.

use chat_domain::{AccountId, RoomId};
use chat_store::Store;

use super::{CaseError, require_member};

pub(crate) async fn put_member(
    store: &impl Store,
    caller: AccountId,
    room: RoomId,
    account: AccountId,
) -> Result<(), CaseError> {
    require_member(store, room, caller).await?;
    Ok(store.put_member(room, account).await?)
}
