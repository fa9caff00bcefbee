//! `/v1/rooms/{room}/members/{account}`: any member may add anyone, and only remove itself.

use chat_domain::{AccountId, RoomId};
use chat_store::Store;
use http::StatusCode;

use crate::{caller::Caller, cases, errors::ApiError, extract::Path, metered::Metered};

/// `PUT`: is a member from now on.
pub(crate) async fn put_member<S: Store>(
    Caller(caller): Caller,
    store: Metered<S>,
    Path((room, account)): Path<(RoomId, AccountId)>,
) -> Result<StatusCode, ApiError> {
    cases::put_member(&store, caller, room, account).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE`: is no member any more.
pub(crate) async fn delete_member<S: Store>(
    Caller(caller): Caller,
    store: Metered<S>,
    Path((room, account)): Path<(RoomId, AccountId)>,
) -> Result<StatusCode, ApiError> {
    cases::delete_member(&store, caller, room, account).await?;
    Ok(StatusCode::NO_CONTENT)
}
