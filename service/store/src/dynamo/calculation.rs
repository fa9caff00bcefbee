//! The calculation table on DynamoDB: all messages of an organisation in one partition, which is what
//! made it throttle.
//!
//! A write waits out what DynamoDB hands back, as filling does, so it has no limit of a request's time.

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use chat_domain::{MessageId, OrgId};

use super::{
    DynamoStore,
    items::{Item, item, number},
    organisations::Sorted,
};
use crate::{CALCULATED_BATCH_MAX, CalculationTable, Operation, Page, StoreError};

impl CalculationTable for DynamoStore {
    async fn insert_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        let put = |key| {
            let put = PutRequest::builder().set_item(Some(key)).build().expect("an item is set");
            WriteRequest::builder().put_request(put).build()
        };
        Box::pin(self.write_calculated(Operation::InsertCalculated, org, messages, put)).await
    }

    async fn list_calculated(
        &self,
        org: OrgId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let call = self.meter.begin(Operation::ListCalculated)?;
        let sorted = Sorted {
            table: &self.tables.calculation,
            index: None,
            keys: ("o", org.number(), "m"),
            from: before.map_or(MessageId::MAX.number() + 1, MessageId::number),
            newest_first: true,
        };
        self.in_time(self.list_sorted(&call, sorted, limit, MessageId::new)).await
    }

    async fn delete_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        let delete = |key| {
            let delete = DeleteRequest::builder().set_key(Some(key)).build();
            WriteRequest::builder().delete_request(delete.expect("a key is set")).build()
        };
        Box::pin(self.write_calculated(Operation::DeleteCalculated, org, messages, delete)).await
    }
}

impl DynamoStore {
    /// A batch may name a key once only, so repeats are left out.
    async fn write_calculated(
        &self,
        operation: Operation,
        org: OrgId,
        messages: &[MessageId],
        write: impl Fn(Item) -> WriteRequest + Send,
    ) -> Result<(), StoreError> {
        let call = self.meter.begin(operation)?;
        for batch in messages.chunks(CALCULATED_BATCH_MAX) {
            let mut batch = batch.to_vec();
            batch.sort_unstable();
            batch.dedup();
            let key = |message: MessageId| {
                item([("o", number(org.number())), ("m", number(message.number()))])
            };
            let writes = batch.into_iter().map(|message| write(key(message))).collect();
            self.write_batch(&call, &self.tables.calculation, writes).await?;
        }
        Ok(())
    }
}
