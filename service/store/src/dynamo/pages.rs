//! Pages and ranges of a room: two queries at once, the messages and the viewer's own reactions.
//!
//! The page is not known when the second query is sent, but of the `limit` newest messages at most
//! `limit` have a reaction of the viewer, and these are the viewer's newest. Only if a reaction was
//! added meanwhile can the page reach further back than they do; then the rest is read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use chat_domain::{AccountId, MessageId, ReactionRecord, RoomId};

use super::{
    DynamoStore,
    errors::store_error,
    items::{Item, message_of, number, person, reactions_of, stored_of, view_of},
    meter::Call,
};
use crate::{ListMessages, ListReactions, MessageReactions, MessageView, StoreError};

/// Consecutive messages, by their ids.
#[derive(Clone, Copy)]
struct Span {
    from: u64,
    to: u64,
    newest_first: bool,
}

/// A partition of a table, by the name and value of its key.
struct Partition<'a> {
    table: &'a str,
    name: &'static str,
    value: AttributeValue,
}

/// The items of a query that ended at a limit, or at the end of the span.
struct Found {
    items: Vec<Item>,
    complete: bool,
}

impl DynamoStore {
    /// `Store::list_messages`.
    pub(super) async fn page(
        &self,
        call: &Call,
        list: ListMessages,
    ) -> Result<Vec<MessageView>, StoreError> {
        let to = list.before.map_or(MessageId::MAX.number(), |before| before.number() - 1);
        let span = Span { from: MessageId::MIN.number(), to, newest_first: true };
        let (messages, own) = self.both(call, (list.room, list.viewer), span, list.limit).await?;
        let view = |item: &Item| view_of(item, mine(&own, item)?);
        messages.iter().map(view).collect()
    }

    /// `Store::list_reactions`.
    pub(super) async fn range(
        &self,
        call: &Call,
        list: ListReactions,
    ) -> Result<Vec<MessageReactions>, StoreError> {
        let (from, to) = (list.first.number(), list.last.number());
        let span = Span { from, to, newest_first: false };
        let (messages, own) = self.both(call, (list.room, list.viewer), span, list.limit).await?;
        let reactions = |item: &Item| reactions_of(item, mine(&own, item)?);
        messages.iter().map(reactions).collect()
    }

    /// The messages of a span and the viewer's reactions on them.
    async fn both(
        &self,
        call: &Call,
        (room, viewer): (RoomId, AccountId),
        span: Span,
        limit: usize,
    ) -> Result<(Vec<Item>, HashMap<MessageId, ReactionRecord>), StoreError> {
        if span.from > span.to || limit == 0 {
            return Ok((Vec::new(), HashMap::new()));
        }
        let room_key = number(room.number());
        let messages = Partition { table: &self.tables.messages, name: "r", value: room_key };
        let own =
            Partition { table: &self.tables.reactions, name: "p", value: person(room, viewer) };
        let (messages, first) = tokio::try_join!(
            self.query(call, &messages, span, limit),
            self.query(call, &own, span, limit),
        )?;
        let rest = match rest(&messages.items, &first, span)? {
            Some(rest) => self.query(call, &own, rest, usize::MAX).await?.items,
            None => Vec::new(),
        };
        let mut own = HashMap::new();
        for item in first.items.iter().chain(&rest) {
            own.insert(message_of(item)?, stored_of(item)?.record);
        }
        Ok((messages.items, own))
    }

    /// The items of a span, page by page. Strong, because the contract reads what it wrote.
    async fn query(
        &self,
        call: &Call,
        partition: &Partition<'_>,
        span: Span,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let wanted = i32::try_from(limit - items.len()).unwrap_or(i32::MAX);
            let output = self
                .reader()
                .query()
                .table_name(partition.table)
                .key_condition_expression("#p = :p AND m BETWEEN :from AND :to")
                .expression_attribute_names("#p", partition.name)
                .expression_attribute_values(":p", partition.value.clone())
                .expression_attribute_values(":from", number(span.from))
                .expression_attribute_values(":to", number(span.to))
                .scan_index_forward(!span.newest_first)
                .limit(wanted)
                .set_exclusive_start_key(start)
                .consistent_read(true)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .customize()
                .interceptor(call.clone())
                .send()
                .await
                .map_err(store_error)?;
            call.read(output.consumed_capacity());
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() || items.len() >= limit {
                return Ok(Found { items, complete: start.is_none() });
            }
        }
    }
}

/// What of the page the viewer's reactions found so far do not reach, if anything.
fn rest(messages: &[Item], own: &Found, span: Span) -> Result<Option<Span>, StoreError> {
    let (Some(last_message), Some(last_own)) = (messages.last(), own.items.last()) else {
        return Ok(None);
    };
    let (page, own_reach) = (message_of(last_message)?.number(), message_of(last_own)?.number());
    let rest = if span.newest_first {
        Span { from: page, to: own_reach - 1, ..span }
    } else {
        Span { from: own_reach + 1, to: page, ..span }
    };
    Ok(Some(rest).filter(|rest| !own.complete && rest.from <= rest.to))
}

fn mine(
    own: &HashMap<MessageId, ReactionRecord>,
    message: &Item,
) -> Result<ReactionRecord, StoreError> {
    Ok(own.get(&message_of(message)?).copied().unwrap_or_default())
}
