//! Many items in one request, and what the request leaves undone.
//!
//! A batch succeeds even if DynamoDB has done only a part of it; the rest is handed back, and the SDK
//! does not send it again. Here it is, with growing pauses, for a bounded number of rounds.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, WriteRequest},
};

use super::{
    DynamoStore,
    errors::store_error,
    items::{Item, item, number},
    meter::Call,
};
use crate::StoreError;

/// The most items that a batch of writes may have.
pub(super) const WRITES_MAX: usize = 25;
/// Rounds in a row in which nothing got done: with pauses of up to a second, about ten seconds.
const IDLE_ROUNDS_MAX: u32 = 16;

/// Items by table.
type Found = HashMap<String, Vec<Item>>;

impl DynamoStore {
    /// The sentinels of all tables: that they are answered for proves that the tables are there.
    pub(super) async fn read_sentinels(
        &self,
        client: &Client,
        call: &Call,
    ) -> Result<Found, StoreError> {
        let messages = item([("r", number(0)), ("m", number(0))]);
        let reactions = item([("p", AttributeValue::S("0".to_owned())), ("m", number(0))]);
        let org = item([("o", number(0))]);
        let keys = [
            (&self.tables.messages, messages),
            (&self.tables.reactions, reactions),
            (&self.tables.members, member_sentinel()),
            (&self.tables.orgs, org.clone()),
            (&self.tables.accounts, item([("a", number(0))])),
            (&self.tables.view_limits, org),
        ];
        let wanted = keys.map(|(table, key)| {
            let keys = KeysAndAttributes::builder().keys(key).consistent_read(true).build();
            (table.clone(), keys.expect("keys are set"))
        });
        self.read_batch(client, call, wanted.into()).await
    }

    /// Reads all of them.
    async fn read_batch(
        &self,
        client: &Client,
        call: &Call,
        mut wanted: HashMap<String, KeysAndAttributes>,
    ) -> Result<Found, StoreError> {
        let mut found = Found::new();
        for round in 0..IDLE_ROUNDS_MAX {
            let output = client
                .batch_get_item()
                .set_request_items(Some(wanted))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .customize()
                .interceptor(call.clone())
                .send()
                .await
                .map_err(store_error)?;
            call.read(output.consumed_capacity());
            for (table, items) in output.responses.unwrap_or_default() {
                found.entry(table).or_default().extend(items);
            }
            wanted = output.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(found);
            }
            tokio::time::sleep(self.draws.pause(round)).await;
        }
        Err(unprocessed())
    }

    /// Writes all of them, at most `WRITES_MAX`, each whole and in no order.
    pub(super) async fn write_batch(
        &self,
        call: &Call,
        table: &str,
        mut writes: Vec<WriteRequest>,
    ) -> Result<(), StoreError> {
        let mut idle_rounds = 0;
        while idle_rounds < IDLE_ROUNDS_MAX {
            let before = writes.len();
            if self.meter.has_units() {
                writes = self.write_part(call, table, writes).await?;
            }
            if writes.is_empty() {
                return Ok(());
            }
            idle_rounds = if writes.len() < before { 0 } else { idle_rounds + 1 };
            tokio::time::sleep(self.draws.pause(idle_rounds)).await;
        }
        Err(unprocessed())
    }

    /// One request; returns what it left undone, which is all of it where DynamoDB throttles.
    async fn write_part(
        &self,
        call: &Call,
        table: &str,
        writes: Vec<WriteRequest>,
    ) -> Result<Vec<WriteRequest>, StoreError> {
        let sent = self
            .patient()
            .batch_write_item()
            .request_items(table, writes.clone())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error);
        match sent {
            Ok(output) => {
                call.wrote(output.consumed_capacity());
                Ok(output.unprocessed_items.unwrap_or_default().remove(table).unwrap_or_default())
            }
            Err(StoreError::Throttled(_)) => Ok(writes),
            Err(error) => Err(error),
        }
    }
}

/// The key of the item of `members` that belongs to the store itself.
pub(super) fn member_sentinel() -> Item {
    item([("r", number(0)), ("a", number(0))])
}

fn unprocessed() -> StoreError {
    StoreError::Throttled("DynamoDB keeps handing a batch back".to_owned())
}
