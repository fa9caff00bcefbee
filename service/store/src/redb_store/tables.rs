//! What lies in the file: keys, values and their bytes.
//!
//! Tallies are kept beside the messages and moved in the transaction of each change: a read of N
//! messages touches N tallies and N reactions of the viewer, whatever the number of people. They
//! are not inside the message's value, so that a reaction does not rewrite its text. Reactions are
//! keyed with the message before the account, so that the people of a message lie together. What is
//! listed from both sides has a table for each; a transaction keeps them in agreement. When a room was
//! last active is not kept: its newest message lies at the end of its range.

use chat_domain::{AccountId, Kind, MessageId, OrgId, ReactionRecord};
use redb::TableDefinition;

use crate::{Plan, StoreError, ViewLimit};

/// The layout below; a file with another number is refused.
pub(super) const LAYOUT: u64 = 2;

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
/// (Account, room): the members the other way round.
pub(super) const JOINED: TableDefinition<(u64, u64), ()> = TableDefinition::new("joined");
/// Organisation -> whether its plan is paid.
pub(super) const ORGS: TableDefinition<u64, bool> = TableDefinition::new("orgs");
/// Account -> organisation.
pub(super) const ACCOUNTS: TableDefinition<u64, u64> = TableDefinition::new("accounts");
/// (Organisation, account): the accounts the other way round.
pub(super) const ORG_ACCOUNTS: TableDefinition<(u64, u64), ()> =
    TableDefinition::new("org_accounts");
/// Organisation -> (cut-off, or 0 if it sees nothing; count; snapshot; as of, in ms since 1970).
pub(super) const VIEW_LIMITS: TableDefinition<u64, (u64, u64, u64, u64)> =
    TableDefinition::new("view_limits");
/// (Organisation, message): the calculation table.
pub(super) const CALCULATED: TableDefinition<(u64, u64), ()> = TableDefinition::new("calculated");
/// Numbers about the file itself: `layout`, `newest_message`.
pub(super) const NUMBERS: TableDefinition<&str, u64> = TableDefinition::new("numbers");
/// Words about the file itself: `dataset`, `filling`.
pub(super) const WORDS: TableDefinition<&str, &str> = TableDefinition::new("words");

/// In `NUMBERS`: the layout.
pub(super) const LAYOUT_KEY: &str = "layout";
/// In `NUMBERS`: the newest message id ever given out.
pub(super) const NEWEST_KEY: &str = "newest_message";
/// In `WORDS`: the hash of the data set that filled the store.
pub(super) const DATASET_KEY: &str = "dataset";
/// In `WORDS`: the hash of a data set that began to fill the store and is not whole.
pub(super) const FILLING_KEY: &str = "filling";

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

/// A plan as it is kept.
pub(super) const fn paid(plan: Plan) -> bool {
    matches!(plan, Plan::Paid)
}

/// The plan that is kept.
pub(super) const fn plan_of(paid: bool) -> Plan {
    if paid { Plan::Paid } else { Plan::Free }
}

/// The value of a view limit.
pub(super) fn view_limit_value(limit: ViewLimit) -> (u64, u64, u64, u64) {
    let cut_off = limit.cut_off.map_or(0, MessageId::number);
    (cut_off, limit.count, limit.snapshot.number(), limit.as_of_unix_ms)
}

/// The view limit of a value.
pub(super) fn view_limit_of(
    org: OrgId,
    (cut_off, count, snapshot, as_of_unix_ms): (u64, u64, u64, u64),
) -> Result<ViewLimit, StoreError> {
    let cut_off = Some(cut_off).filter(|number| *number > 0).map(message_id).transpose()?;
    Ok(ViewLimit { org, cut_off, count, snapshot: message_id(snapshot)?, as_of_unix_ms })
}

/// An id that was read.
pub(super) fn message_id(number: u64) -> Result<MessageId, StoreError> {
    MessageId::new(number).map_err(corrupt)
}

/// What was read cannot have been written.
pub(super) fn corrupt(what: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(what.to_string())
}
