//! Organisations, who is in them and how far back they may look: `OrgStore` on DynamoDB.
//!
//! Two lists are of an index, which DynamoDB keeps up to date by itself and within moments; the others are
//! read strongly. A page is one request: what DynamoDB hands out at once is what the caller gets.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnConsumedCapacity},
};
use chat_domain::{AccountId, MessageId, OrgId, RoomId};

use super::{
    DynamoStore,
    errors::store_error,
    items::{
        Item, account_item, corrupt, item, number, number_of, org_item, org_key, org_of,
        view_limit_item, view_limit_of,
    },
    meter::Call,
    tables::{JOINED_INDEX, ORG_INDEX},
};
use crate::{Operation, Org, OrgStore, Page, Plan, StoreError, ViewLimit};

/// One past the largest id.
const BEYOND_IDS: u64 = MessageId::MAX.number() + 1;

/// A list of ids that lies in a partition of a table or an index, sorted.
pub(super) struct Sorted<'a> {
    pub(super) table: &'a str,
    pub(super) index: Option<&'static str>,
    /// Name and value of the partition key, and the name of the sort key.
    pub(super) keys: (&'static str, u64, &'static str),
    /// From after this, or from before it if the newest come first; neither includes it.
    pub(super) from: u64,
    pub(super) newest_first: bool,
}

impl OrgStore for DynamoStore {
    async fn put_org(&self, org: Org) -> Result<(), StoreError> {
        let call = self.meter.begin(Operation::PutOrg)?;
        self.in_time(self.put(&call, &self.tables.orgs, org_item(org))).await
    }

    async fn find_org(&self, org: OrgId) -> Result<Option<Org>, StoreError> {
        let call = self.meter.begin(Operation::FindOrg)?;
        let found = self.in_time(self.find(&call, &self.tables.orgs, org_key(org))).await?;
        let plan = |item: Item| if item.contains_key("p") { Plan::Paid } else { Plan::Free };
        Ok(found.map(|item| Org { org, plan: plan(item) }))
    }

    async fn list_free_orgs(
        &self,
        after: Option<OrgId>,
        limit: usize,
    ) -> Result<Page<OrgId>, StoreError> {
        let call = self.meter.begin(Operation::ListFreeOrgs)?;
        self.in_time(self.scan_free(&call, after, limit)).await
    }

    async fn put_account(&self, account: AccountId, org: OrgId) -> Result<(), StoreError> {
        let call = self.meter.begin(Operation::PutAccount)?;
        self.in_time(self.put(&call, &self.tables.accounts, account_item(account, org))).await
    }

    async fn find_account(&self, account: AccountId) -> Result<Option<OrgId>, StoreError> {
        let call = self.meter.begin(Operation::FindAccount)?;
        let key = item([("a", number(account.number()))]);
        let found = self.in_time(self.find(&call, &self.tables.accounts, key)).await?;
        found.map(|item| org_of(&item)).transpose()
    }

    async fn list_accounts(
        &self,
        org: OrgId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountId>, StoreError> {
        let call = self.meter.begin(Operation::ListAccounts)?;
        let sorted = Sorted {
            table: &self.tables.accounts,
            index: Some(ORG_INDEX),
            keys: ("o", org.number(), "a"),
            from: after.map_or(0, AccountId::number),
            newest_first: false,
        };
        self.in_time(self.list_sorted(&call, sorted, limit, AccountId::new)).await
    }

    async fn list_joined_rooms(
        &self,
        account: AccountId,
        after: Option<RoomId>,
        limit: usize,
    ) -> Result<Page<RoomId>, StoreError> {
        let call = self.meter.begin(Operation::ListJoinedRooms)?;
        let sorted = Sorted {
            table: &self.tables.members,
            index: Some(JOINED_INDEX),
            keys: ("j", account.number(), "r"),
            from: after.map_or(0, RoomId::number),
            newest_first: false,
        };
        self.in_time(self.list_sorted(&call, sorted, limit, RoomId::new)).await
    }

    async fn list_message_ids(
        &self,
        room: RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let call = self.meter.begin(Operation::ListMessageIds)?;
        let sorted = self.messages_of(room, before);
        self.in_time(self.list_sorted(&call, sorted, limit, MessageId::new)).await
    }

    async fn find_last_activity(&self, room: RoomId) -> Result<Option<MessageId>, StoreError> {
        let call = self.meter.begin(Operation::FindLastActivity)?;
        let newest = self.list_sorted(&call, self.messages_of(room, None), 1, MessageId::new);
        Ok(self.in_time(newest).await?.items.pop())
    }

    async fn put_view_limit(&self, limit: ViewLimit) -> Result<bool, StoreError> {
        let call = self.meter.begin(Operation::PutViewLimit)?;
        self.in_time(self.publish(&call, limit)).await
    }

    async fn find_view_limit(&self, org: OrgId) -> Result<Option<ViewLimit>, StoreError> {
        let call = self.meter.begin(Operation::FindViewLimit)?;
        let found = self.in_time(self.find(&call, &self.tables.view_limits, org_key(org))).await?;
        found.map(|item| view_limit_of(&item)).transpose()
    }
}

impl DynamoStore {
    /// One page of a list of ids; `id` makes one of a number.
    pub(super) async fn list_sorted<T: Copy, E: ToString>(
        &self,
        call: &Call,
        sorted: Sorted<'_>,
        limit: usize,
        id: impl Fn(u64) -> Result<T, E> + Send,
    ) -> Result<Page<T>, StoreError> {
        if limit == 0 {
            return Ok(Page::empty());
        }
        let (partition, of, sort) = sorted.keys;
        let side = if sorted.newest_first { "<" } else { ">" };
        let output = self
            .reader()
            .query()
            .table_name(sorted.table)
            .set_index_name(sorted.index.map(str::to_owned))
            .key_condition_expression(format!("#p = :p AND #s {side} :from"))
            .projection_expression("#s")
            .expression_attribute_names("#p", partition)
            .expression_attribute_names("#s", sort)
            .expression_attribute_values(":p", number(of))
            .expression_attribute_values(":from", number(sorted.from))
            .scan_index_forward(!sorted.newest_first)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .consistent_read(sorted.index.is_none())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        let follows = output.last_evaluated_key.is_some();
        let ids = output.items.unwrap_or_default();
        let ids = ids.iter().map(|item| id(number_of(item, sort)?).map_err(|e| corrupt(&e)));
        let items = ids.collect::<Result<Vec<_>, _>>()?;
        let next = items.last().copied().filter(|_| follows);
        Ok(Page { items, next })
    }

    fn messages_of(&self, room: RoomId, before: Option<MessageId>) -> Sorted<'_> {
        Sorted {
            table: &self.tables.messages,
            index: None,
            keys: ("r", room.number(), "m"),
            from: before.map_or(BEYOND_IDS, MessageId::number),
            newest_first: true,
        }
    }

    async fn put(&self, call: &Call, table: &str, item: Item) -> Result<(), StoreError> {
        let output = self
            .writer()
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.wrote(output.consumed_capacity());
        Ok(())
    }

    async fn find(&self, call: &Call, table: &str, key: Item) -> Result<Option<Item>, StoreError> {
        let output = self
            .reader()
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        Ok(output.item)
    }

    /// Paid organisations are read and left out; a page looks at `limit` organisations.
    async fn scan_free(
        &self,
        call: &Call,
        after: Option<OrgId>,
        limit: usize,
    ) -> Result<Page<OrgId>, StoreError> {
        if limit == 0 {
            return Ok(Page::empty());
        }
        let output = self
            .reader()
            .scan()
            .table_name(&self.tables.orgs)
            .filter_expression("attribute_not_exists(p)")
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(after.map(org_key))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        let items =
            output.items.unwrap_or_default().iter().map(org_of).collect::<Result<_, _>>()?;
        let next = output.last_evaluated_key.map(|key| org_of(&key)).transpose()?;
        Ok(Page { items, next })
    }

    /// One write, which DynamoDB refuses if a newer snapshot is kept: two runs that end in the wrong
    /// order leave what the later one found.
    async fn publish(&self, call: &Call, limit: ViewLimit) -> Result<bool, StoreError> {
        let sent = self
            .writer()
            .put_item()
            .table_name(&self.tables.view_limits)
            .set_item(Some(view_limit_item(limit)))
            .condition_expression("attribute_not_exists(o) OR s <= :s")
            .expression_attribute_values(":s", AttributeValue::N(limit.snapshot.to_string()))
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
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(store_error(error)),
        }
    }
}
