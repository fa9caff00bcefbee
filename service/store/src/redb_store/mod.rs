//! redb behind the contract: reads on the calling thread, writes through one thread that commits many at once.
//!
//! A read takes tens of microseconds from the cache (`docs/measured/redb.md`), less than handing it
//! to a blocking pool costs, so reads run where they are called. A durable commit waits for the
//! disk; the writer thread takes all waiting writes into one transaction, so that the wait is shared.

mod open;
mod tables;

mod read;

mod write;
mod writer;

mod calculation;
mod organisations;

mod bulk;
mod errors;

use std::{future::Future, path::Path, sync::Arc};

use chat_domain::{AccountId, Kind, MessageId, Node, RoomId};
use redb::Database;

use crate::{
    ListMessages, ListReactions, MessageReactions, MessageView, Post, ReactionKey, Store,
    StoreError, Written,
};

pub use errors::OpenError;
#[cfg(test)]
pub(crate) use open::open_backend;
use write::{DeleteMember, DeleteReaction, PostMessage, PutMember, PutReaction, Write};
use writer::Writer;

/// How a transaction is committed; every one of them is durable before the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitMode {
    /// One sync per commit; an unclean stop is repaired at the next open by reading the whole file.
    OnePhase,
    /// Two syncs per commit, so that the newest commit needs no checksums to be believed.
    TwoPhase,
    /// Two phases, and each commit saves what a repair would have to work out: opening after an
    /// unclean stop takes the same time whatever the size.
    QuickRepair,
    /// No sync at all: the control that must lose data when the power goes.
    #[cfg(test)]
    NotDurable,
}

/// How the store runs.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Memory for cached pages, in bytes.
    pub cache_bytes: usize,
    /// The number of this instance in message ids.
    pub node: Node,
    /// How commits are made; see ADR 0006.
    pub commit: CommitMode,
    /// The most writes in one transaction; 1 commits each alone.
    pub batch_max: usize,
    /// The most writes that wait; one more is refused as `Overloaded`.
    pub queue_max: usize,
}

impl Default for Options {
    /// 64 MiB of cache hold the hot rooms of a data set a hundred times the default one. 256 writes
    /// keep a transaction to a few milliseconds of work; 1024 waiting ones are four such, a wait
    /// that still fits the 50 ms objective of a PUT.
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            node: Node::FIRST,
            commit: CommitMode::OnePhase,
            batch_max: 256,
            queue_max: 1024,
        }
    }
}

/// The embedded store: one file, `chat.redb`, in a directory that one process has open at a time.
#[derive(Debug)]
pub struct RedbStore {
    // The writer is dropped first: it finishes what waits before the file is closed.
    writer: Writer,
    database: Arc<Database>,
}

impl RedbStore {
    /// The file in the data directory.
    pub const FILE: &str = "chat.redb";

    /// Opens the store of a directory, and makes both if they are not there.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        open::open(dir, options)
    }

    fn start(database: Database, options: Options) -> Result<Self, OpenError> {
        let database = Arc::new(database);
        let writer = Writer::start(Arc::clone(&database), options)?;
        Ok(Self { writer, database })
    }

    async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        self.writer.write(write).await
    }
}

impl Store for RedbStore {
    fn post_message(
        &self,
        post: Post,
    ) -> impl Future<Output = Result<MessageId, StoreError>> + Send {
        self.write(PostMessage(post))
    }

    async fn list_messages(&self, list: ListMessages) -> Result<Vec<MessageView>, StoreError> {
        read::list_messages(&self.database, list)
    }

    async fn list_reactions(
        &self,
        list: ListReactions,
    ) -> Result<Vec<MessageReactions>, StoreError> {
        read::list_reactions(&self.database, list)
    }

    fn put_reaction(
        &self,
        key: ReactionKey,
        kind: Kind,
    ) -> impl Future<Output = Result<Written, StoreError>> + Send {
        self.write(PutReaction(key, kind))
    }

    fn delete_reaction(
        &self,
        key: ReactionKey,
    ) -> impl Future<Output = Result<Written, StoreError>> + Send {
        self.write(DeleteReaction(key))
    }

    fn put_member(
        &self,
        room: RoomId,
        account: AccountId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.write(PutMember(room, account))
    }

    fn delete_member(
        &self,
        room: RoomId,
        account: AccountId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.write(DeleteMember(room, account))
    }

    async fn is_member(&self, room: RoomId, account: AccountId) -> Result<bool, StoreError> {
        read::is_member(&self.database, room, account)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.writer.probe()?;
        read::probe(&self.database)
    }
}

#[cfg(test)]
mod tests;
