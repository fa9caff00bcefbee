//! Fills an empty store part by part, each a transaction; the last one says that the data set is whole.
//!
//! A fill that was interrupted is begun again with the same data set, and with no other.

use redb::{ReadableDatabase, ReadableTableMetadata, WriteTransaction};

use super::{
    RedbStore,
    errors::store_error,
    tables::{
        ACCOUNTS, DATASET_KEY, FILLING_KEY, JOINED, MEMBERS, MESSAGES, NEWEST_KEY, NUMBERS,
        ORG_ACCOUNTS, ORGS, REACTIONS, ROOMS, TALLIES, WORDS, message_bytes, paid, reaction_value,
    },
};
use crate::{
    StoreError,
    bulk::{BulkPart, BulkRoom, Filled, Label},
};

impl RedbStore {
    /// Which data set is in it.
    pub(crate) fn filled(&self) -> Result<Filled, StoreError> {
        let transaction = self.database.begin_read().map_err(store_error)?;
        let words = transaction.open_table(WORDS).map_err(store_error)?;
        let word = |key| -> Result<Option<String>, StoreError> {
            let word = words.get(key).map_err(store_error)?;
            Ok(word.map(|word| word.value().to_owned()))
        };
        if let Some(dataset) = word(DATASET_KEY)? {
            return Ok(Filled::Whole(dataset));
        }
        if let Some(dataset) = word(FILLING_KEY)? {
            return Ok(Filled::Partly(dataset));
        }
        let rooms = transaction.open_table(ROOMS).map_err(store_error)?;
        let accounts = transaction.open_table(ACCOUNTS).map_err(store_error)?;
        let orgs = transaction.open_table(ORGS).map_err(store_error)?;
        let empty = rooms.is_empty().map_err(store_error)?
            && accounts.is_empty().map_err(store_error)?
            && orgs.is_empty().map_err(store_error)?;
        Ok(if empty { Filled::Empty } else { Filled::Unknown })
    }

    /// Fills it; whole and durable when it returns.
    pub(crate) fn fill(
        &self,
        parts: impl Iterator<Item = BulkPart>,
        label: Label<'_>,
    ) -> Result<(), StoreError> {
        self.transact(|transaction| {
            let mut words = transaction.open_table(WORDS).map_err(store_error)?;
            words.insert(FILLING_KEY, label.dataset).map_err(store_error)?;
            Ok(())
        })?;
        for part in parts {
            self.transact(|transaction| fill_part(transaction, &part))?;
        }
        self.transact(|transaction| {
            let mut words = transaction.open_table(WORDS).map_err(store_error)?;
            words.remove(FILLING_KEY).map_err(store_error)?;
            words.insert(DATASET_KEY, label.dataset).map_err(store_error)?;
            let mut numbers = transaction.open_table(NUMBERS).map_err(store_error)?;
            numbers.insert(NEWEST_KEY, label.newest.number()).map_err(store_error)?;
            Ok(())
        })
    }

    fn transact(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let transaction = self.database.begin_write().map_err(store_error)?;
        write(&transaction)?;
        transaction.commit().map_err(store_error)
    }
}

fn fill_part(transaction: &WriteTransaction, part: &BulkPart) -> Result<(), StoreError> {
    fill_orgs(transaction, part)?;
    fill_rooms(transaction, &part.rooms)?;
    fill_messages(transaction, &part.rooms)?;
    fill_reactions(transaction, &part.rooms)
}

fn fill_orgs(transaction: &WriteTransaction, part: &BulkPart) -> Result<(), StoreError> {
    let mut orgs = transaction.open_table(ORGS).map_err(store_error)?;
    for org in &part.orgs {
        orgs.insert(org.org.number(), paid(org.plan)).map_err(store_error)?;
    }
    let mut accounts = transaction.open_table(ACCOUNTS).map_err(store_error)?;
    let mut listed = transaction.open_table(ORG_ACCOUNTS).map_err(store_error)?;
    for (account, org) in &part.accounts {
        accounts.insert(account.number(), org.number()).map_err(store_error)?;
        listed.insert((org.number(), account.number()), ()).map_err(store_error)?;
    }
    Ok(())
}

fn fill_rooms(transaction: &WriteTransaction, rooms: &[BulkRoom]) -> Result<(), StoreError> {
    let mut table = transaction.open_table(ROOMS).map_err(store_error)?;
    let mut members = transaction.open_table(MEMBERS).map_err(store_error)?;
    let mut joined = transaction.open_table(JOINED).map_err(store_error)?;
    for room in rooms {
        table.insert(room.room.number(), ()).map_err(store_error)?;
        for account in &room.members {
            members.insert((room.room.number(), account.number()), ()).map_err(store_error)?;
            joined.insert((account.number(), room.room.number()), ()).map_err(store_error)?;
        }
    }
    Ok(())
}

fn fill_messages(transaction: &WriteTransaction, rooms: &[BulkRoom]) -> Result<(), StoreError> {
    let mut messages = transaction.open_table(MESSAGES).map_err(store_error)?;
    for room in rooms {
        for message in &room.messages {
            let key = (room.room.number(), message.message.number());
            let value = message_bytes(message.author, &message.text);
            messages.insert(key, value.as_slice()).map_err(store_error)?;
        }
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
