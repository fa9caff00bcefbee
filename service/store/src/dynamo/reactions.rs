//! Changing a reaction: read, decide, and write record and tally in one transaction.
//!
//! The record must be as it was read, or nothing is written and the decision is made again. Each
//! call has a request id that the record keeps, also through the next change: whoever finds its own
//! there has written it, whatever became of the reply, and must not write it again.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Put, ReturnConsumedCapacity,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};
use chat_domain::{Change, Kind, ReactionRecord};

use super::{
    DynamoStore,
    errors::store_error,
    items::{Stored, count_name, message_key, number, reaction_item, reaction_key, stored_of},
    meter::Call,
};
use crate::{ReactionKey, StoreError, Written};

/// Rounds lost in a row to writers of other instances; within an instance there is one at a time.
const ROUNDS_MAX: u32 = 6;

/// What became of a transaction.
enum Attempt {
    /// It is done.
    Done,
    /// There is no such message.
    NoMessage,
    /// The record is another by now.
    Found(Stored),
    /// Somebody else's transaction was there first.
    Conflict,
}

impl DynamoStore {
    /// `Store::put_reaction` and `Store::delete_reaction`.
    pub(super) async fn change_reaction(
        &self,
        call: &Call,
        key: ReactionKey,
        decide: impl Fn(ReactionRecord) -> (ReactionRecord, Change),
    ) -> Result<Written, StoreError> {
        let _turn = self.turns.wait(key.message).await?;
        let request = self.draws.next();
        let mut stored = self.read_record(call, key).await?;
        for round in 0..ROUNDS_MAX {
            let (record, change) = decide(stored.record);
            if change == Change::Unchanged {
                return self.unchanged(call, key, record).await;
            }
            let written = Written { record, changed: true };
            let next = Stored { record, request, request_before: stored.request };
            stored = match self.write_change(call, key, next, change).await? {
                Attempt::Done => return Ok(written),
                Attempt::NoMessage => return Err(StoreError::NotFound),
                Attempt::Found(found) => found,
                Attempt::Conflict => {
                    tokio::time::sleep(self.draws.pause(round)).await;
                    self.read_record(call, key).await?
                }
            };
            if stored.was_written_by(request) {
                return Ok(written);
            }
        }
        Err(StoreError::Throttled("other instances keep changing the same message".to_owned()))
    }

    /// The record, and the request that wrote it; the default if there is none.
    async fn read_record(&self, call: &Call, key: ReactionKey) -> Result<Stored, StoreError> {
        let output = self
            .reader()
            .get_item()
            .table_name(&self.tables.reactions)
            .set_key(Some(reaction_key(key)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        output.item.map_or(Ok(Stored::default()), |item| stored_of(&item))
    }

    /// Nothing to write. A record proves that its message is there; without one it must be looked for.
    async fn unchanged(
        &self,
        call: &Call,
        key: ReactionKey,
        record: ReactionRecord,
    ) -> Result<Written, StoreError> {
        let unchanged = Written { record, changed: false };
        if record.version > 0 {
            return Ok(unchanged);
        }
        let output = self
            .reader()
            .get_item()
            .table_name(&self.tables.messages)
            .set_key(Some(message_key(key.room, key.message)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        output.item.map(|_| unchanged).ok_or(StoreError::NotFound)
    }

    async fn write_change(
        &self,
        call: &Call,
        key: ReactionKey,
        next: Stored,
        change: Change,
    ) -> Result<Attempt, StoreError> {
        let sent = self
            .writer()
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(self.record_put(key, next)).build())
            .transact_items(
                TransactWriteItem::builder().update(self.tally_update(key, change)).build(),
            )
            // The same for each attempt of this write and for no other: at most 33 of 36 characters.
            .client_request_token(format!("{:016x}-{:x}", next.request, next.record.version))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await;
        match sent {
            Ok(output) => {
                call.wrote(output.consumed_capacity());
                Ok(Attempt::Done)
            }
            Err(error) => not_written(error),
        }
    }

    /// The record in place of the one it was decided from.
    fn record_put(&self, key: ReactionKey, next: Stored) -> Put {
        let put = Put::builder()
            .table_name(&self.tables.reactions)
            .set_item(Some(reaction_item(key, next)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match next.record.version - 1 {
            0 => put.condition_expression("attribute_not_exists(p)"),
            read => put
                .condition_expression("v = :read")
                .expression_attribute_values(":read", number(read)),
        };
        put.build().expect("table and item are set")
    }

    /// The counts of the message moved as the record moves.
    fn tally_update(&self, key: ReactionKey, change: Change) -> Update {
        let (from, to) = match change {
            Change::Changed { from, to } => (from, to),
            Change::Unchanged => (None, None),
        };
        let step = |kind: Kind, step: &str| format!("{} {step}", count_name(kind));
        let steps: Vec<_> = from
            .map(|kind| step(kind, ":down"))
            .into_iter()
            .chain(to.map(|kind| step(kind, ":up")))
            .collect();
        let update = Update::builder()
            .table_name(&self.tables.messages)
            .set_key(Some(message_key(key.room, key.message)))
            .update_expression(format!("ADD {}", steps.join(", ")))
            .condition_expression("attribute_exists(r)");
        let update = match from {
            Some(_) => {
                update.expression_attribute_values(":down", AttributeValue::N("-1".to_owned()))
            }
            None => update,
        };
        let update = match to {
            Some(_) => update.expression_attribute_values(":up", number(1)),
            None => update,
        };
        update.build().expect("table, key and expression are set")
    }
}

/// Why a transaction was not done, where that is no failure of the store.
fn not_written(error: SdkError<TransactWriteItemsError>) -> Result<Attempt, StoreError> {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            canceled.cancellation_reasons()
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
            return Ok(Attempt::Conflict);
        }
        _ => return Err(store_error(error)),
    };
    let failed = |reason: &CancellationReason, code| reason.code() == Some(code);
    match reasons {
        [record, _] if failed(record, "ConditionalCheckFailed") => match record.item() {
            Some(item) => Ok(Attempt::Found(stored_of(item)?)),
            None => Ok(Attempt::Conflict),
        },
        [_, tally] if failed(tally, "ConditionalCheckFailed") => Ok(Attempt::NoMessage),
        reasons if reasons.iter().any(|reason| failed(reason, "TransactionConflict")) => {
            Ok(Attempt::Conflict)
        }
        _ => Err(store_error(error)),
    }
}
