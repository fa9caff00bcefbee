//! What the service asks of a store: small required methods, errors in the caller's terms.
//!
//! Who may do what is decided by the caller, which asks `is_member` first; the store keeps the rules
//! that need one transaction: one reaction per person and message, versions that only grow, tallies
//! that agree with the reactions, ids in the order of posting.

use std::future::Future;

use chat_domain::{
    AccountId, Change, IdError, Kind, MessageId, MessageText, ReactionRecord, RoomId, Tally,
};

use crate::{Consumed, OrgStore};

/// A store of rooms, messages and reactions, and of the organisations that see them. A write is durable
/// when its future is ready.
pub trait Store: OrgStore {
    /// Adds a message and gives it an id above all ids given before. `NotFound`: no such room.
    fn post_message(
        &self,
        post: Post,
    ) -> impl Future<Output = Result<MessageId, StoreError>> + Send;

    /// Messages of a room, newest first; none if there is no such room.
    fn list_messages(
        &self,
        list: ListMessages,
    ) -> impl Future<Output = Result<Vec<MessageView>, StoreError>> + Send;

    /// Reactions on consecutive messages of a room, oldest first; none if there is no such room.
    fn list_reactions(
        &self,
        list: ListReactions,
    ) -> impl Future<Output = Result<Vec<MessageReactions>, StoreError>> + Send;

    /// Sets one person's reaction on one message. The same kind again changes nothing, another
    /// replaces it and raises the version. `NotFound`: no such message in the room.
    fn put_reaction(
        &self,
        key: ReactionKey,
        kind: Kind,
    ) -> impl Future<Output = Result<Written, StoreError>> + Send;

    /// Removes it and keeps its version; removing what is absent changes nothing. `NotFound`: no
    /// such message in the room.
    fn delete_reaction(
        &self,
        key: ReactionKey,
    ) -> impl Future<Output = Result<Written, StoreError>> + Send;

    /// Makes an account a member; a room exists from its first member on. Again changes nothing.
    fn put_member(
        &self,
        room: RoomId,
        account: AccountId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends a membership; the room and its messages stay. Again changes nothing.
    fn delete_member(
        &self,
        room: RoomId,
        account: AccountId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether an account is a member; `false` if there is no such room.
    fn is_member(
        &self,
        room: RoomId,
        account: AccountId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Whether reads are answered and writes are taken.
    fn probe(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What each operation used up since the store was opened; nothing where nothing is metered.
    fn consumed(&self) -> Vec<Consumed> {
        Vec::new()
    }
}

/// A message to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Where.
    pub room: RoomId,
    /// By whom.
    pub author: AccountId,
    /// What.
    pub text: MessageText,
    /// When, in milliseconds since 1970; becomes part of the id.
    pub unix_ms: u64,
}

/// Which messages of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListMessages {
    /// Of this room.
    pub room: RoomId,
    /// Whose reactions are returned as `mine`.
    pub viewer: AccountId,
    /// Only messages older than this one.
    pub before: Option<MessageId>,
    /// At most so many.
    pub limit: usize,
}

/// Which consecutive messages of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListReactions {
    /// Of this room.
    pub room: RoomId,
    /// Whose reactions are returned as `mine`.
    pub viewer: AccountId,
    /// From this message, or the next newer one …
    pub first: MessageId,
    /// … to this one, or the next older one.
    pub last: MessageId,
    /// At most so many, the oldest ones.
    pub limit: usize,
}

/// One person's reaction on one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReactionKey {
    /// Of the message.
    pub room: RoomId,
    /// On this message.
    pub message: MessageId,
    /// By this person.
    pub account: AccountId,
}

/// What a write of a reaction left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The reaction as it is now.
    pub record: ReactionRecord,
    /// Whether this write changed it, and others are to be told. A store that tries again after a
    /// lost reply and finds its own write there says yes.
    pub changed: bool,
}

impl From<(ReactionRecord, Change)> for Written {
    fn from((record, change): (ReactionRecord, Change)) -> Self {
        Self { record, changed: change != Change::Unchanged }
    }
}

/// A message and its reactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Who posted it.
    pub author: AccountId,
    /// What it says.
    pub text: String,
    /// Its id and its reactions.
    pub reactions: MessageReactions,
}

/// The reactions on a message: bounded, however many people reacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageReactions {
    /// On this message.
    pub message: MessageId,
    /// How many people, by kind.
    pub tally: Tally,
    /// The viewer's own.
    pub mine: ReactionRecord,
}

/// Why a store did not do it. Nothing was written, except after `Unavailable` on a write: then the
/// caller cannot know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such room or message.
    #[error("no such room or message")]
    NotFound,
    /// No id can be made for the time that was given.
    #[error("no message id: {0}")]
    Clock(#[from] IdError),
    /// More writes are waiting than the store lets wait; try again later.
    #[error("more writes are waiting than the store takes")]
    Overloaded,
    /// The store is asked for more than it was given capacity for; the reason says which capacity.
    #[error("the store throttles: {0}")]
    Throttled(String),
    /// The disk or the quota is full; reads go on.
    #[error("the store is full")]
    Full,
    /// The store cannot be reached, failed, or was stopped.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What was read cannot have been written.
    #[error("the store is corrupt: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether it is about this request alone and says nothing of the store's health.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotFound | Self::Clock(_))
    }
}
