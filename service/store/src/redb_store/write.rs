//! Writes: what each does to the tables of an open transaction.
//!
//! A write that is refused (`StoreError::is_refusal`) has touched nothing, so the others of its
//! transaction go on; after any other error the whole transaction is given up.

use chat_domain::{
    AccountId, Change, IdState, Kind, MessageId, Node, ReactionRecord, RoomId, Tally, next_id,
};
use redb::{ReadableTable, Table, WriteTransaction};

use super::{
    errors::store_error,
    tables::{
        JOINED, MEMBERS, MESSAGES, NEWEST_KEY, NUMBERS, REACTIONS, ROOMS, TALLIES, corrupt,
        message_bytes, message_id, reaction_of, reaction_value,
    },
};
use crate::{Post, ReactionKey, StoreError, Written};

/// One write of the contract.
pub(super) trait Write: Send + 'static {
    /// What the caller is told once it is durable.
    type Output: Send;

    /// Does it.
    fn apply(self, batch: &mut Batch<'_>) -> Result<Self::Output, StoreError>;
}

/// `Store::post_message`.
pub(super) struct PostMessage(pub(super) Post);
/// `Store::put_reaction`.
pub(super) struct PutReaction(pub(super) ReactionKey, pub(super) Kind);
/// `Store::delete_reaction`.
pub(super) struct DeleteReaction(pub(super) ReactionKey);
/// `Store::put_member`.
pub(super) struct PutMember(pub(super) RoomId, pub(super) AccountId);
/// `Store::delete_member`.
pub(super) struct DeleteMember(pub(super) RoomId, pub(super) AccountId);

/// A transaction, and those of its tables that are written all the time.
pub(super) struct Batch<'txn> {
    pub(super) transaction: &'txn WriteTransaction,
    rooms: Table<'txn, u64, ()>,
    members: Table<'txn, (u64, u64), ()>,
    joined: Table<'txn, (u64, u64), ()>,
    messages: Table<'txn, (u64, u64), &'static [u8]>,
    tallies: Table<'txn, (u64, u64), &'static [u8]>,
    reactions: Table<'txn, (u64, u64, u64), (u8, u64)>,
    numbers: Table<'txn, &'static str, u64>,
    node: Node,
}

impl<'txn> Batch<'txn> {
    /// Opens them.
    pub(super) fn open(
        transaction: &'txn WriteTransaction,
        node: Node,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            transaction,
            rooms: transaction.open_table(ROOMS).map_err(store_error)?,
            members: transaction.open_table(MEMBERS).map_err(store_error)?,
            joined: transaction.open_table(JOINED).map_err(store_error)?,
            messages: transaction.open_table(MESSAGES).map_err(store_error)?,
            tallies: transaction.open_table(TALLIES).map_err(store_error)?,
            reactions: transaction.open_table(REACTIONS).map_err(store_error)?,
            numbers: transaction.open_table(NUMBERS).map_err(store_error)?,
            node,
        })
    }

    /// The next id. Made here, where writes are in order, so that no reader sees a newer message
    /// before an older one.
    fn next_message(&mut self, unix_ms: u64) -> Result<MessageId, StoreError> {
        let newest = self.numbers.get(NEWEST_KEY).map_err(store_error)?.map(|id| id.value());
        let state = match newest {
            Some(number) => IdState::after(message_id(number)?),
            None => IdState::default(),
        };
        let (id, _) = next_id(state, self.node, unix_ms)?;
        self.numbers.insert(NEWEST_KEY, id.number()).map_err(store_error)?;
        Ok(id)
    }

    fn change_reaction(
        &mut self,
        key: ReactionKey,
        change: impl FnOnce(ReactionRecord) -> (ReactionRecord, Change),
    ) -> Result<Written, StoreError> {
        let (room, message, account) =
            (key.room.number(), key.message.number(), key.account.number());
        if self.messages.get((room, message)).map_err(store_error)?.is_none() {
            return Err(StoreError::NotFound);
        }
        let stored = self.reactions.get((room, message, account)).map_err(store_error)?;
        let stored = stored.map(|stored| reaction_of(stored.value())).transpose()?;
        let (record, change) = change(stored.unwrap_or_default());
        if change != Change::Unchanged {
            self.reactions
                .insert((room, message, account), reaction_value(record))
                .map_err(store_error)?;
            let tally = self.tally(room, message)?.after(change).map_err(corrupt)?;
            self.tallies
                .insert((room, message), tally.to_bytes().as_slice())
                .map_err(store_error)?;
        }
        Ok((record, change).into())
    }

    fn tally(&self, room: u64, message: u64) -> Result<Tally, StoreError> {
        let tally = self.tallies.get((room, message)).map_err(store_error)?;
        tally
            .map_or(Ok(Tally::default()), |tally| Tally::from_bytes(tally.value()).map_err(corrupt))
    }
}

impl Write for PostMessage {
    type Output = MessageId;

    fn apply(self, batch: &mut Batch<'_>) -> Result<MessageId, StoreError> {
        let Post { room, author, text, unix_ms } = self.0;
        if batch.rooms.get(room.number()).map_err(store_error)?.is_none() {
            return Err(StoreError::NotFound);
        }
        let id = batch.next_message(unix_ms)?;
        batch
            .messages
            .insert((room.number(), id.number()), message_bytes(author, text.as_str()).as_slice())
            .map_err(store_error)?;
        Ok(id)
    }
}

impl Write for PutReaction {
    type Output = Written;

    fn apply(self, batch: &mut Batch<'_>) -> Result<Written, StoreError> {
        batch.change_reaction(self.0, |record| record.put(self.1))
    }
}

impl Write for DeleteReaction {
    type Output = Written;

    fn apply(self, batch: &mut Batch<'_>) -> Result<Written, StoreError> {
        batch.change_reaction(self.0, ReactionRecord::delete)
    }
}

impl Write for PutMember {
    type Output = ();

    fn apply(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let (room, account) = (self.0.number(), self.1.number());
        batch.rooms.insert(room, ()).map_err(store_error)?;
        batch.members.insert((room, account), ()).map_err(store_error)?;
        batch.joined.insert((account, room), ()).map_err(store_error)?;
        Ok(())
    }
}

impl Write for DeleteMember {
    type Output = ();

    fn apply(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let (room, account) = (self.0.number(), self.1.number());
        batch.members.remove((room, account)).map_err(store_error)?;
        batch.joined.remove((account, room)).map_err(store_error)?;
        Ok(())
    }
}
