//! Reads: one transaction each, so that a message, its tally and the viewer's reaction agree.

use std::ops::RangeInclusive;

use chat_domain::{AccountId, MessageId, ReactionRecord, RoomId, Tally};
use redb::{Database, ReadTransaction, ReadableDatabase};

use super::{
    errors::store_error,
    tables::{
        MEMBERS, MESSAGES, NUMBERS, REACTIONS, TALLIES, corrupt, message_id, message_of,
        reaction_of,
    },
};
use crate::{ListMessages, ListReactions, MessageReactions, MessageView, StoreError};

pub(super) fn list_messages(
    database: &Database,
    list: ListMessages,
) -> Result<Vec<MessageView>, StoreError> {
    let ListMessages { room, viewer, before, limit } = list;
    let transaction = database.begin_read().map_err(store_error)?;
    let messages = transaction.open_table(MESSAGES).map_err(store_error)?;
    let end = before.map_or(u64::MAX, MessageId::number);
    let keys = (room.number(), 0)..(room.number(), end);
    let mut page = Vec::with_capacity(limit);
    for entry in messages.range(keys).map_err(store_error)?.rev().take(limit) {
        let (key, value) = entry.map_err(store_error)?;
        let (author, text) = message_of(value.value())?;
        page.push((message_id(key.value().1)?, author, text));
    }
    let ids = page.iter().map(|(message, ..)| *message);
    let reactions = reactions_of(&transaction, room, viewer, ids)?;
    let views = page.into_iter().zip(reactions);
    Ok(views
        .map(|((_, author, text), reactions)| MessageView { author, text, reactions })
        .collect())
}

pub(super) fn list_reactions(
    database: &Database,
    list: ListReactions,
) -> Result<Vec<MessageReactions>, StoreError> {
    let ListReactions { room, viewer, first, last, limit } = list;
    let transaction = database.begin_read().map_err(store_error)?;
    let messages = transaction.open_table(MESSAGES).map_err(store_error)?;
    let mut ids = Vec::with_capacity(limit);
    for entry in messages.range(keys(room, first, last)).map_err(store_error)?.take(limit) {
        ids.push(message_id(entry.map_err(store_error)?.0.value().1)?);
    }
    reactions_of(&transaction, room, viewer, ids.into_iter())
}

pub(super) fn is_member(
    database: &Database,
    room: RoomId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let transaction = database.begin_read().map_err(store_error)?;
    let members = transaction.open_table(MEMBERS).map_err(store_error)?;
    let member = members.get((room.number(), account.number())).map_err(store_error)?;
    Ok(member.is_some())
}

pub(super) fn probe(database: &Database) -> Result<(), StoreError> {
    let transaction = database.begin_read().map_err(store_error)?;
    transaction.open_table(NUMBERS).map_err(store_error)?;
    Ok(())
}

/// Keys of messages from `first` to `last`; empty if they are the wrong way round.
fn keys(room: RoomId, first: MessageId, last: MessageId) -> RangeInclusive<(u64, u64)> {
    (room.number(), first.number())..=(room.number(), last.number())
}

/// Tally and own reaction of each message, in the order given.
///
/// A message without a tally has no reactions, and its own is not looked for: most messages are so.
fn reactions_of(
    transaction: &ReadTransaction,
    room: RoomId,
    viewer: AccountId,
    messages: impl Iterator<Item = MessageId>,
) -> Result<Vec<MessageReactions>, StoreError> {
    let tallies = transaction.open_table(TALLIES).map_err(store_error)?;
    let reactions = transaction.open_table(REACTIONS).map_err(store_error)?;
    let mut list = Vec::new();
    for message in messages {
        let key = (room.number(), message.number());
        let Some(tally) = tallies.get(key).map_err(store_error)? else {
            let (tally, mine) = (Tally::default(), ReactionRecord::default());
            list.push(MessageReactions { message, tally, mine });
            continue;
        };
        let tally = Tally::from_bytes(tally.value()).map_err(corrupt)?;
        let mine = reactions.get((key.0, key.1, viewer.number())).map_err(store_error)?;
        let mine = mine.map_or(Ok(ReactionRecord::default()), |mine| reaction_of(mine.value()))?;
        list.push(MessageReactions { message, tally, mine });
    }
    Ok(list)
}
