//! Fills empty tables with a data set, in batches, many at once.
//!
//! There is no transaction over so much, so the sentinel of `members` says when it began and when it
//! is whole: a fill that was interrupted is begun again with the same data set, and with no other.

use aws_sdk_dynamodb::types::{
    AttributeValue, PutRequest, ReturnConsumedCapacity, Select, WriteRequest,
};
use futures_util::{TryStreamExt as _, stream};

use super::{
    DynamoStore,
    batch::{WRITES_MAX, member_sentinel},
    errors::store_error,
    items::{Item, Stored, account_item, bulk_item, member_item, org_item, reaction_item},
    meter::Call,
};
use crate::{
    ReactionKey, StoreError,
    bulk::{BulkPart, BulkRoom, Filled, Label},
};

/// Batches at once: 200 items on the way, which a new table (4000 write units a second) takes.
const BATCHES_AT_ONCE: usize = 8;

impl DynamoStore {
    /// Asks the tables.
    pub(crate) async fn filled(&self) -> Result<Filled, StoreError> {
        let call = self.meter.aside();
        let found = self.read_sentinels(self.patient(), &call).await?;
        let sentinel = found.get(&self.tables.members).and_then(|items| items.first());
        let text = |item: &Item| item.get("d").and_then(|hash| hash.as_s().ok()).cloned();
        match sentinel.map(|item| (text(item), item.contains_key("w"))) {
            Some((Some(hash), true)) => Ok(Filled::Whole(hash)),
            Some((Some(hash), false)) => Ok(Filled::Partly(hash)),
            Some((None, _)) => Err(StoreError::Corrupt("the sentinel names no data set".into())),
            None if self.is_empty(&call).await? => Ok(Filled::Empty),
            None => Ok(Filled::Unknown),
        }
    }

    /// Fills them; whole when it returns.
    pub(crate) async fn fill(
        &self,
        parts: impl Iterator<Item = BulkPart>,
        label: Label<'_>,
    ) -> Result<(), StoreError> {
        let call = self.meter.aside();
        self.mark(&call, label.dataset, false).await?;
        for part in parts {
            self.fill_part(&call, &part).await?;
        }
        self.mark(&call, label.dataset, true).await?;
        self.continue_after(label.newest);
        Ok(())
    }

    async fn fill_part(&self, call: &Call, part: &BulkPart) -> Result<(), StoreError> {
        let orgs = part.orgs.iter().map(|org| Ok(org_item(*org)));
        self.write_all(call, &self.tables.orgs, orgs).await?;
        let accounts = part.accounts.iter().map(|(account, org)| Ok(account_item(*account, *org)));
        self.write_all(call, &self.tables.accounts, accounts).await?;
        let rooms = &part.rooms;
        let members = rooms.iter().flat_map(|room| {
            room.members.iter().map(|account| Ok(member_item(room.room, *account)))
        });
        self.write_all(call, &self.tables.members, members).await?;
        let messages = rooms
            .iter()
            .flat_map(|room| room.messages.iter().map(|message| bulk_item(room.room, message)));
        self.write_all(call, &self.tables.messages, messages).await?;
        self.write_all(call, &self.tables.reactions, rooms.iter().flat_map(reactions)).await
    }

    async fn is_empty(&self, call: &Call) -> Result<bool, StoreError> {
        let output = self
            .patient()
            .scan()
            .table_name(&self.tables.members)
            .limit(1)
            .select(Select::Count)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        Ok(output.count() == 0)
    }

    async fn mark(&self, call: &Call, dataset: &str, whole: bool) -> Result<(), StoreError> {
        let mut sentinel = member_sentinel();
        sentinel.insert("d".to_owned(), AttributeValue::S(dataset.to_owned()));
        if whole {
            sentinel.insert("w".to_owned(), AttributeValue::Bool(true));
        }
        self.write_batch(call, &self.tables.members, vec![write(sentinel)]).await
    }

    async fn write_all(
        &self,
        call: &Call,
        table: &str,
        items: impl Iterator<Item = Result<Item, StoreError>>,
    ) -> Result<(), StoreError> {
        let writes = items.map(|item| item.map(write)).collect::<Result<Vec<_>, _>>()?;
        stream::iter(writes.chunks(WRITES_MAX).map(Ok))
            .try_for_each_concurrent(BATCHES_AT_ONCE, |batch| {
                self.write_batch(call, table, batch.to_vec())
            })
            .await
    }
}

fn write(item: Item) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(item)).build().expect("an item is set");
    WriteRequest::builder().put_request(put).build()
}

fn reactions(room: &BulkRoom) -> impl Iterator<Item = Result<Item, StoreError>> {
    room.messages.iter().flat_map(|message| {
        message.records().map(|(account, record, _)| {
            let key = ReactionKey { room: room.room, message: message.message, account };
            Ok(reaction_item(key, Stored { record, ..Stored::default() }))
        })
    })
}
