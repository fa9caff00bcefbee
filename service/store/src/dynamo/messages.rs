//! Posting: an id of this instance, and an item that must not be there yet.
//!
//! Ids of one instance rise whatever its clock does. Over several instances they rise as their
//! clocks do: two posts closer together than the clocks agree may get ids in the other order, and a
//! post that is stored before another with a smaller id is read before it.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure},
};
use chat_domain::{IdState, MessageId, next_id};

use super::{
    DynamoStore,
    errors::store_error,
    items::{author_and_text, message_item},
    meter::Call,
};
use crate::{Post, StoreError};

/// An id can be taken only after a restart with a clock that went back, or by a second instance
/// with the same node number; one that takes three in a row is the latter.
const IDS_MAX: u32 = 3;

impl DynamoStore {
    /// `Store::post_message`.
    pub(super) async fn post(&self, call: &Call, post: &Post) -> Result<MessageId, StoreError> {
        if !self.room_exists(call, post.room).await? {
            return Err(StoreError::NotFound);
        }
        for _ in 0..IDS_MAX {
            let message = self.next_message(post.unix_ms)?;
            if self.put_message(call, message, post).await? {
                return Ok(message);
            }
        }
        let node = self.node.number();
        Err(StoreError::Unavailable(format!("another instance makes ids as node {node}")))
    }

    /// After this, ids are above `newest`.
    pub(super) fn continue_after(&self, newest: MessageId) {
        *self.newest.lock().expect("no holder of the lock panics") = IdState::after(newest);
    }

    fn next_message(&self, unix_ms: u64) -> Result<MessageId, StoreError> {
        let mut newest = self.newest.lock().expect("no holder of the lock panics");
        let (message, next) = next_id(*newest, self.node, unix_ms)?;
        *newest = next;
        Ok(message)
    }

    /// Whether the id was free, or holds this very post: then an earlier attempt wrote it, and only
    /// its reply was lost.
    async fn put_message(
        &self,
        call: &Call,
        message: MessageId,
        post: &Post,
    ) -> Result<bool, StoreError> {
        let sent = self
            .writer()
            .put_item()
            .table_name(&self.tables.messages)
            .set_item(Some(message_item(post.room, message, post.author, post.text.as_str())))
            .condition_expression("attribute_not_exists(r)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await;
        match sent {
            Ok(output) => {
                call.wrote(output.consumed_capacity());
                Ok(true)
            }
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let held = failed.item().map(author_and_text).transpose()?;
                    Ok(held == Some((post.author, post.text.as_str())))
                }
                _ => Err(store_error(error)),
            },
        }
    }
}
