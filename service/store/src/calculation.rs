//! The calculation table: messages of an organisation sorted by the store, as the first version of
//! the batch had it.
//!
//! It is kept to show what it costs: the strategy `table` writes every message that may be visible into
//! it, and the store pays for each. Nothing of the service reads it.

use std::future::Future;

use chat_domain::{MessageId, OrgId};

use crate::{Page, StoreError};

/// The most messages in one request of a write; larger ones are cut into so many.
pub const CALCULATED_BATCH_MAX: usize = 25;

/// A table of (organisation; message), in the order of the messages.
pub trait CalculationTable: Send + Sync + 'static {
    /// Adds messages; those that are there stay. After an error a part of them may be there.
    fn insert_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Messages of an organisation, newest first, from before a message on.
    fn list_calculated(
        &self,
        org: OrgId,
        before: Option<MessageId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<MessageId>, StoreError>> + Send;

    /// Removes messages, whether or not they are there. After an error a part of them may be left.
    fn delete_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Removes what is older than `oldest`, or everything; in pages of `page`, so that the memory is
/// bounded. Returns how many were removed.
pub async fn clear_calculated<S: CalculationTable>(
    store: &S,
    org: OrgId,
    oldest: Option<MessageId>,
    page: usize,
) -> Result<u64, StoreError> {
    let (mut before, mut removed) = (oldest, 0);
    loop {
        let found = store.list_calculated(org, before, page).await?;
        store.delete_calculated(org, &found.items).await?;
        removed += found.items.len() as u64;
        before = found.next;
        if before.is_none() {
            return Ok(removed);
        }
    }
}
