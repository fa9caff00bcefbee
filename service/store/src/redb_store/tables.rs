//! What lies in the file: keys, values and their bytes.
//!
//! Tallies are kept beside the messages and moved in the transaction of each change: a read of N
//! messages touches N tallies and N reactions of the viewer, whatever the number of people. They
//! are not inside the message's value, so that a reaction does not rewrite its text. Reactions are
//! keyed with the message before the account, so that the people of a message lie together.

use chat_domain::{AccountId, Kind, MessageId, ReactionRecord};
use redb::TableDefinition;

use crate::StoreError;

/// The layout below; a file with another number is refused.
pub(super) const LAYOUT: u64 = 1;

/// Room.
pub(super) const ROOMS: TableDefinition<u64, ()> = TableDefinition::new("rooms");
/// (Room, account).
pub(super) const MEMBERS: TableDefinition<(u64, u64), ()> = TableDefinition::new("members");
/// (Room, message) -> the author's 8 bytes, little end first, then the text.
pub(super) const MESSAGES: TableDefinition<(u64, u64), &[u8]> = TableDefinition::new("messages");
/// (Room, message) -> a tally; absent: nobody ever reacted.
pub(super) const TALLIES: TableDefinition<(u64, u64), &[u8]> = TableDefinition::new("tallies");
/// (Room, message, account) -> (kind's code + 1, or 0 once removed; version).
pub(super) const REACTIONS: TableDefinition<(u64, u64, u64), (u8, u64)> =
    TableDefinition::new("reactions");
/// Account -> organisation.
pub(super) const ACCOUNTS: TableDefinition<u64, u64> = TableDefinition::new("accounts");
/// Numbers about the file itself: `layout`, `newest_message`.
pub(super) const NUMBERS: TableDefinition<&str, u64> = TableDefinition::new("numbers");
/// Words about the file itself: `dataset`.
pub(super) const WORDS: TableDefinition<&str, &str> = TableDefinition::new("words");

/// In `NUMBERS`: the layout.
pub(super) const LAYOUT_KEY: &str = "layout";
/// In `NUMBERS`: the newest message id ever given out.
pub(super) const NEWEST_KEY: &str = "newest_message";
/// In `WORDS`: the hash of the data set that filled the store.
pub(super) const DATASET_KEY: &str = "dataset";

/// The bytes of a message.
pub(super) fn message_bytes(author: AccountId, text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + text.len());
    bytes.extend_from_slice(&author.number().to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Author and text of a message.
pub(super) fn message_of(bytes: &[u8]) -> Result<(AccountId, String), StoreError> {
    let (author, text) =
        bytes.split_first_chunk::<8>().ok_or_else(|| corrupt("a message without author"))?;
    let author = AccountId::new(u64::from_le_bytes(*author)).map_err(corrupt)?;
    let text = str::from_utf8(text).map_err(corrupt)?;
    Ok((author, text.to_owned()))
}

/// The value of a reaction.
pub(super) fn reaction_value(record: ReactionRecord) -> (u8, u64) {
    (record.kind.map_or(0, |kind| kind.code() + 1), record.version)
}

/// The reaction of a value.
pub(super) fn reaction_of((code, version): (u8, u64)) -> Result<ReactionRecord, StoreError> {
    let kind = code.checked_sub(1).map(Kind::from_code).transpose();
    Ok(ReactionRecord { kind: kind.map_err(corrupt)?, version })
}

/// An id that was read.
pub(super) fn message_id(number: u64) -> Result<MessageId, StoreError> {
    MessageId::new(number).map_err(corrupt)
}

/// What was read cannot have been written.
pub(super) fn corrupt(what: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(what.to_string())
}
