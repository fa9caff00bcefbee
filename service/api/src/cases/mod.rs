//! Use cases: who may do what, and within which limits; over any store, knowing no HTTP.
//!
//! The rule of every case: the caller must be a member of the room. A room that is not there has no
//! members, so that a caller cannot tell one it may not see from one that does not exist. How far back
//! a plan lets its members look is a rule of reading messages only.

mod list_messages;
mod post_message;

mod list_reactions;

mod put_reaction;

mod delete_reaction;

mod read_events;

mod put_member;

mod delete_member;

pub(crate) use delete_member::delete_member;
pub(crate) use delete_reaction::delete_reaction;
pub(crate) use list_messages::{WantedPage, list_messages};
pub(crate) use list_reactions::list_reactions;
pub(crate) use post_message::post_message;
pub(crate) use put_member::put_member;
pub(crate) use put_reaction::put_reaction;
pub(crate) use read_events::read_events;

use chat_domain::{AccountId, InvalidText, RoomId};
use chat_store::{Store, StoreError};

use crate::hub::NoReader;

/// Why a case was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CaseError {
    /// No such room or message, or the caller is not a member.
    #[error("no such room or message")]
    NotFound,
    /// Only the person itself may.
    #[error("only a member itself may leave a room")]
    NotYours,
    /// A number that the client chose is out of its range.
    #[error("{what} must be from {least} to {most}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// The least.
        least: usize,
        /// The most.
        most: usize,
    },
    /// `first` is newer than `last`.
    #[error("first must not be greater than last")]
    RangeReversed,
    /// The text of a message.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// Live events cannot be read just now.
    #[error(transparent)]
    NoReader(#[from] NoReader),
    /// The store did not.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CaseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

/// Refuses callers who are not members of the room.
async fn require_member(
    store: &impl Store,
    room: RoomId,
    caller: AccountId,
) -> Result<(), CaseError> {
    if store.is_member(room, caller).await? { Ok(()) } else { Err(CaseError::NotFound) }
}
