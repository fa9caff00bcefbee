//! Fills an empty store in one transaction, so that a data set is there whole or not at all.

use chat_domain::{AccountId, OrgId};
use redb::{ReadableDatabase, ReadableTableMetadata, WriteTransaction};

use super::{
    RedbStore,
    errors::store_error,
    tables::{
        ACCOUNTS, DATASET_KEY, MEMBERS, MESSAGES, NEWEST_KEY, NUMBERS, REACTIONS, ROOMS, TALLIES,
        WORDS, message_bytes, reaction_value,
    },
};
use crate::{
    StoreError,
    bulk::{BulkRoom, newest},
};

impl RedbStore {
    /// The hash of the data set that filled the store.
    pub(crate) fn dataset(&self) -> Result<Option<String>, StoreError> {
        let transaction = self.database.begin_read().map_err(store_error)?;
        let words = transaction.open_table(WORDS).map_err(store_error)?;
        let word = words.get(DATASET_KEY).map_err(store_error)?;
        Ok(word.map(|word| word.value().to_owned()))
    }

    /// Whether no room and no account was ever there.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        let transaction = self.database.begin_read().map_err(store_error)?;
        let rooms = transaction.open_table(ROOMS).map_err(store_error)?;
        let accounts = transaction.open_table(ACCOUNTS).map_err(store_error)?;
        Ok(rooms.is_empty().map_err(store_error)? && accounts.is_empty().map_err(store_error)?)
    }

    /// Fills it; durable when it returns.
    pub(crate) fn fill(
        &self,
        accounts: &[(AccountId, OrgId)],
        rooms: &[BulkRoom],
        dataset: &str,
    ) -> Result<(), StoreError> {
        let transaction = self.database.begin_write().map_err(store_error)?;
        fill_accounts(&transaction, accounts)?;
        fill_rooms(&transaction, rooms)?;
        fill_messages(&transaction, rooms)?;
        fill_reactions(&transaction, rooms)?;
        {
            let mut words = transaction.open_table(WORDS).map_err(store_error)?;
            words.insert(DATASET_KEY, dataset).map_err(store_error)?;
        }
        transaction.commit().map_err(store_error)
    }
}

fn fill_accounts(
    transaction: &WriteTransaction,
    accounts: &[(AccountId, OrgId)],
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(ACCOUNTS).map_err(store_error)?;
    for (account, org) in accounts {
        table.insert(account.number(), org.number()).map_err(store_error)?;
    }
    Ok(())
}

fn fill_rooms(transaction: &WriteTransaction, rooms: &[BulkRoom]) -> Result<(), StoreError> {
    let mut table = transaction.open_table(ROOMS).map_err(store_error)?;
    let mut members = transaction.open_table(MEMBERS).map_err(store_error)?;
    for room in rooms {
        table.insert(room.room.number(), ()).map_err(store_error)?;
        for account in &room.members {
            members.insert((room.room.number(), account.number()), ()).map_err(store_error)?;
        }
    }
    Ok(())
}

fn fill_messages(transaction: &WriteTransaction, rooms: &[BulkRoom]) -> Result<(), StoreError> {
    let mut messages = transaction.open_table(MESSAGES).map_err(store_error)?;
    let mut numbers = transaction.open_table(NUMBERS).map_err(store_error)?;
    for room in rooms {
        for message in &room.messages {
            let key = (room.room.number(), message.message.number());
            let value = message_bytes(message.author, &message.text);
            messages.insert(key, value.as_slice()).map_err(store_error)?;
        }
    }
    if let Some(newest) = newest(rooms) {
        numbers.insert(NEWEST_KEY, newest.number()).map_err(store_error)?;
    }
    Ok(())
}

fn fill_reactions(transaction: &WriteTransaction, rooms: &[BulkRoom]) -> Result<(), StoreError> {
    let mut tallies = transaction.open_table(TALLIES).map_err(store_error)?;
    let mut reactions = transaction.open_table(REACTIONS).map_err(store_error)?;
    for room in rooms {
        for message in room.messages.iter().filter(|message| !message.reactions.is_empty()) {
            let key = (room.room.number(), message.message.number());
            for (account, record, _) in message.records() {
                reactions
                    .insert((key.0, key.1, account.number()), reaction_value(record))
                    .map_err(store_error)?;
            }
            let tally = message.tally()?;
            tallies.insert(key, tally.to_bytes().as_slice()).map_err(store_error)?;
        }
    }
    Ok(())
}
