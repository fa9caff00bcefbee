//! Rooms as they are before any store holds them: what a data set fills a store with.

use chat_domain::{AccountId, Change, Kind, MessageId, ReactionRecord, RoomId, Tally};

use crate::StoreError;

/// A room, its members and its messages, both in rising order.
pub(crate) struct BulkRoom {
    pub(crate) room: RoomId,
    pub(crate) members: Vec<AccountId>,
    pub(crate) messages: Vec<BulkMessage>,
}

/// A message and who reacted to it, in rising order.
pub(crate) struct BulkMessage {
    pub(crate) message: MessageId,
    pub(crate) author: AccountId,
    pub(crate) text: String,
    pub(crate) reactions: Vec<(AccountId, Kind)>,
}

impl BulkMessage {
    /// What each person's reaction is once put, in the order given.
    pub(crate) fn records(&self) -> impl Iterator<Item = (AccountId, ReactionRecord, Change)> {
        self.reactions.iter().map(|(account, kind)| {
            let (record, change) = ReactionRecord::default().put(*kind);
            (*account, record, change)
        })
    }

    /// How many people put which kind.
    pub(crate) fn tally(&self) -> Result<Tally, StoreError> {
        self.records().try_fold(Tally::default(), |tally, (_, _, change)| {
            tally.after(change).map_err(|error| StoreError::Corrupt(error.to_string()))
        })
    }
}

/// The newest message of all rooms.
pub(crate) fn newest(rooms: &[BulkRoom]) -> Option<MessageId> {
    rooms.iter().filter_map(|room| room.messages.last()).map(|message| message.message).max()
}
