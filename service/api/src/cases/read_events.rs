//! The changes of a room as they happen, from now on.

use std::sync::Arc;

use chat_domain::{AccountId, RoomId};
use chat_store::Store;

use super::{CaseError, require_member};
use crate::hub::{Hub, Reader};

pub(crate) async fn read_events(
    store: &impl Store,
    hub: &Arc<Hub>,
    caller: AccountId,
    room: RoomId,
) -> Result<Reader, CaseError> {
    require_member(store, room, caller).await?;
    Ok(hub.read(room)?)
}
