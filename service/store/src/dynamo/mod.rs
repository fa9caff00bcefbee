//! DynamoDB behind the contract: keys, units and their limits are in ADR 0008.
//!
//! Each file holds what one kind of call does; the SDK is known here and in `credentials` only.

mod options;

mod connection;
mod meter;

mod items;
mod pages;

mod members;
mod messages;
mod reactions;
mod turns;

mod calculation;
mod organisations;

mod batch;
mod fill;
mod tables;

mod draws;
mod errors;

mod throttle;

use std::{
    future::Future,
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::{Client, config::SharedHttpClient};
use chat_domain::{AccountId, IdState, Kind, MessageId, Node, ReactionRecord, RoomId};

use self::{
    connection::Connection, draws::Draws, members::KnownRooms, meter::Meter, tables::Tables,
    turns::Turns,
};
use crate::{
    Consumed, ListMessages, ListReactions, MessageReactions, MessageView, Operation, Post,
    ReactionKey, Store, StoreError, Written,
};

pub use errors::{OpenError, TableError};
pub use options::{Endpoint, Options, Timeouts};
pub use throttle::{Throttled, Throughput};

/// The store on DynamoDB, or on a local engine that speaks its protocol.
#[derive(Debug)]
pub struct DynamoStore {
    connection: Connection,
    tables: Tables,
    meter: Arc<Meter>,
    timeouts: Timeouts,
    node: Node,
    newest: Mutex<IdState>,
    rooms: KnownRooms,
    turns: Turns,
    draws: Draws,
}

impl DynamoStore {
    /// Connects, with credentials in hand and the account checked if one was named. The tables
    /// need not be there: `probe` says whether they are.
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        let http = connection::http_client(&options.endpoint);
        Self::open_through(options, http).await
    }

    async fn open_through(options: Options, http: SharedHttpClient) -> Result<Self, OpenError> {
        let tables = Tables::new(&options.table_prefix)?;
        let connection = Connection::open(&options, http).await?;
        Ok(Self {
            connection,
            tables,
            meter: Arc::new(Meter::new(options.units_per_s_max)),
            timeouts: options.timeouts,
            node: options.node,
            newest: Mutex::new(IdState::default()),
            rooms: KnownRooms::default(),
            // The rest of the time is left for the change itself.
            turns: Turns::new(options.timeouts.operation / 3),
            draws: Draws::default(),
        })
    }

    fn reader(&self) -> &Client {
        &self.connection.reader
    }

    fn writer(&self) -> &Client {
        &self.connection.writer
    }

    fn patient(&self) -> &Client {
        &self.connection.patient
    }

    /// A call of the contract as a whole ends in time, however many requests it makes. Futures of the
    /// SDK are tens of kilobytes, so they are kept apart from those of the callers.
    fn in_time<'a, T: 'a>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send + 'a,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'a {
        let (call, limit) = (Box::pin(call), self.timeouts.operation);
        async move {
            tokio::time::timeout(limit, call).await.unwrap_or_else(|_| {
                let ms = limit.as_millis();
                Err(StoreError::Unavailable(format!("DynamoDB has not answered within {ms} ms")))
            })
        }
    }
}

impl Store for DynamoStore {
    async fn post_message(&self, post: Post) -> Result<MessageId, StoreError> {
        let call = self.meter.begin(Operation::PostMessage)?;
        self.in_time(self.post(&call, &post)).await
    }

    async fn list_messages(&self, list: ListMessages) -> Result<Vec<MessageView>, StoreError> {
        let call = self.meter.begin(Operation::ListMessages)?;
        self.in_time(self.page(&call, list)).await
    }

    async fn list_reactions(
        &self,
        list: ListReactions,
    ) -> Result<Vec<MessageReactions>, StoreError> {
        let call = self.meter.begin(Operation::ListReactions)?;
        self.in_time(self.range(&call, list)).await
    }

    async fn put_reaction(&self, key: ReactionKey, kind: Kind) -> Result<Written, StoreError> {
        let call = self.meter.begin(Operation::PutReaction)?;
        self.in_time(self.change_reaction(&call, key, |record| record.put(kind))).await
    }

    async fn delete_reaction(&self, key: ReactionKey) -> Result<Written, StoreError> {
        let call = self.meter.begin(Operation::DeleteReaction)?;
        self.in_time(self.change_reaction(&call, key, ReactionRecord::delete)).await
    }

    async fn put_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        let call = self.meter.begin(Operation::PutMember)?;
        self.in_time(self.join(&call, room, account)).await
    }

    async fn delete_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        let call = self.meter.begin(Operation::DeleteMember)?;
        self.in_time(self.leave(&call, room, account)).await
    }

    async fn is_member(&self, room: RoomId, account: AccountId) -> Result<bool, StoreError> {
        let call = self.meter.begin(Operation::IsMember)?;
        self.in_time(self.belongs(&call, room, account)).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.connection.check_credentials()?;
        let call = self.meter.begin(Operation::Probe)?;
        self.in_time(self.read_sentinels(self.reader(), &call)).await.map(drop)
    }

    fn consumed(&self) -> Vec<Consumed> {
        self.meter.consumed()
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::TestTables;
