//! The calculation table on redb: a write of up to 25 messages is one write of a shared transaction.

use chat_domain::{MessageId, OrgId};
use redb::ReadableDatabase;

use super::{
    RedbStore,
    errors::store_error,
    tables::{CALCULATED, message_id},
    write::{Batch, Write},
};
use crate::{CALCULATED_BATCH_MAX, CalculationTable, Page, StoreError};

struct Insert(OrgId, Vec<MessageId>);
struct Delete(OrgId, Vec<MessageId>);

impl CalculationTable for RedbStore {
    async fn insert_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        for batch in messages.chunks(CALCULATED_BATCH_MAX) {
            self.write(Insert(org, batch.to_vec())).await?;
        }
        Ok(())
    }

    async fn list_calculated(
        &self,
        org: OrgId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let transaction = self.database.begin_read().map_err(store_error)?;
        let table = transaction.open_table(CALCULATED).map_err(store_error)?;
        let end = before.map_or(u64::MAX, MessageId::number);
        let newest_first =
            table.range((org.number(), 0)..(org.number(), end)).map_err(store_error)?.rev();
        let ids = newest_first
            .take(limit + 1)
            .map(|entry| message_id(entry.map_err(store_error)?.0.value().1));
        Ok(Page::cut(ids.collect::<Result<_, _>>()?, limit))
    }

    async fn delete_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        for batch in messages.chunks(CALCULATED_BATCH_MAX) {
            self.write(Delete(org, batch.to_vec())).await?;
        }
        Ok(())
    }
}

impl Write for Insert {
    type Output = ();

    fn apply(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let mut table = batch.transaction.open_table(CALCULATED).map_err(store_error)?;
        for message in self.1 {
            table.insert((self.0.number(), message.number()), ()).map_err(store_error)?;
        }
        Ok(())
    }
}

impl Write for Delete {
    type Output = ();

    fn apply(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let mut table = batch.transaction.open_table(CALCULATED).map_err(store_error)?;
        for message in self.1 {
            table.remove((self.0.number(), message.number())).map_err(store_error)?;
        }
        Ok(())
    }
}
