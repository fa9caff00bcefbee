//! Organisations and rooms as they are before any store holds them: what a data set fills a store with.
//!
//! A data set comes in parts, so that no more of it than a part is ever in memory.

use chat_domain::{AccountId, Change, Kind, MessageId, OrgId, ReactionRecord, RoomId, Tally};

use crate::{Org, StoreError};

/// A part of a data set. A room may come in several parts, its members with the first of them.
#[derive(Default)]
pub(crate) struct BulkPart {
    pub(crate) orgs: Vec<Org>,
    pub(crate) accounts: Vec<(AccountId, OrgId)>,
    pub(crate) rooms: Vec<BulkRoom>,
}

/// Which data set is in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// Nothing is in it.
    Empty,
    /// Rooms that no data set filled.
    Unknown,
    /// This one, of which a part may be missing.
    Partly(String),
    /// This one.
    Whole(String),
}

/// What a store keeps of a data set as a whole.
#[derive(Clone, Copy)]
pub(crate) struct Label<'a> {
    /// The hash that names it.
    pub(crate) dataset: &'a str,
    /// Ids of later posts are above this one.
    pub(crate) newest: MessageId,
}

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
