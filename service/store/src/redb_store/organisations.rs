//! Organisations, who is in them and how far back they may look: `OrgStore` on redb.
//!
//! Its writes are rare, so each opens the tables that it needs in the transaction it shares with others.

use std::ops::Bound;

use chat_domain::{AccountId, MessageId, OrgId, RoomId};
use redb::{ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition};

use super::{
    RedbStore,
    errors::store_error,
    tables::{
        ACCOUNTS, JOINED, MESSAGES, ORG_ACCOUNTS, ORGS, VIEW_LIMITS, corrupt, message_id, paid,
        plan_of, view_limit_of, view_limit_value,
    },
    write::{Batch, Write},
};
use crate::{Org, OrgStore, Page, Plan, StoreError, ViewLimit};

/// A table of pairs: what lies under the first.
type Pairs = TableDefinition<'static, (u64, u64), ()>;

struct PutOrg(Org);
struct PutAccount(AccountId, OrgId);
struct PutViewLimit(ViewLimit);

impl RedbStore {
    fn begin_read(&self) -> Result<ReadTransaction, StoreError> {
        self.database.begin_read().map_err(store_error)
    }

    /// What lies under `first`, in rising order after `after`.
    fn list_pairs(
        &self,
        table: Pairs,
        first: u64,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, StoreError> {
        let table = self.begin_read()?.open_table(table).map_err(store_error)?;
        let keys = (Bound::Excluded((first, after)), Bound::Included((first, u64::MAX)));
        let range = table.range::<(u64, u64)>(keys).map_err(store_error)?;
        range.take(limit).map(|entry| Ok(entry.map_err(store_error)?.0.value().1)).collect()
    }
}

impl OrgStore for RedbStore {
    async fn put_org(&self, org: Org) -> Result<(), StoreError> {
        self.write(PutOrg(org)).await
    }

    async fn find_org(&self, org: OrgId) -> Result<Option<Org>, StoreError> {
        let orgs = self.begin_read()?.open_table(ORGS).map_err(store_error)?;
        let found = orgs.get(org.number()).map_err(store_error)?;
        Ok(found.map(|paid| Org { org, plan: plan_of(paid.value()) }))
    }

    async fn list_free_orgs(
        &self,
        after: Option<OrgId>,
        limit: usize,
    ) -> Result<Page<OrgId>, StoreError> {
        let orgs = self.begin_read()?.open_table(ORGS).map_err(store_error)?;
        let after = after.map_or(0, OrgId::number);
        let keys = (Bound::Excluded(after), Bound::Included(u64::MAX));
        let mut free = Vec::new();
        for entry in orgs.range::<u64>(keys).map_err(store_error)? {
            let (org, paid) = entry.map_err(store_error)?;
            if plan_of(paid.value()) == Plan::Free {
                free.push(OrgId::new(org.value()).map_err(corrupt)?);
            }
            if free.len() > limit {
                break;
            }
        }
        Ok(Page::cut(free, limit))
    }

    async fn put_account(&self, account: AccountId, org: OrgId) -> Result<(), StoreError> {
        self.write(PutAccount(account, org)).await
    }

    async fn find_account(&self, account: AccountId) -> Result<Option<OrgId>, StoreError> {
        let accounts = self.begin_read()?.open_table(ACCOUNTS).map_err(store_error)?;
        let found = accounts.get(account.number()).map_err(store_error)?;
        found.map(|org| OrgId::new(org.value()).map_err(corrupt)).transpose()
    }

    async fn list_accounts(
        &self,
        org: OrgId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountId>, StoreError> {
        let after = after.map_or(0, AccountId::number);
        let found = self.list_pairs(ORG_ACCOUNTS, org.number(), after, limit + 1)?;
        let accounts = found.into_iter().map(|number| AccountId::new(number).map_err(corrupt));
        Ok(Page::cut(accounts.collect::<Result<_, _>>()?, limit))
    }

    async fn list_joined_rooms(
        &self,
        account: AccountId,
        after: Option<RoomId>,
        limit: usize,
    ) -> Result<Page<RoomId>, StoreError> {
        let after = after.map_or(0, RoomId::number);
        let found = self.list_pairs(JOINED, account.number(), after, limit + 1)?;
        let rooms = found.into_iter().map(|number| RoomId::new(number).map_err(corrupt));
        Ok(Page::cut(rooms.collect::<Result<_, _>>()?, limit))
    }

    async fn list_message_ids(
        &self,
        room: RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let messages = self.begin_read()?.open_table(MESSAGES).map_err(store_error)?;
        let end = before.map_or(u64::MAX, MessageId::number);
        let newest_first =
            messages.range((room.number(), 0)..(room.number(), end)).map_err(store_error)?.rev();
        let ids = newest_first
            .take(limit + 1)
            .map(|entry| message_id(entry.map_err(store_error)?.0.value().1));
        Ok(Page::cut(ids.collect::<Result<_, _>>()?, limit))
    }

    async fn find_last_activity(&self, room: RoomId) -> Result<Option<MessageId>, StoreError> {
        let messages = self.begin_read()?.open_table(MESSAGES).map_err(store_error)?;
        let keys = (room.number(), 0)..=(room.number(), u64::MAX);
        let newest = messages.range(keys).map_err(store_error)?.next_back();
        newest.map(|entry| message_id(entry.map_err(store_error)?.0.value().1)).transpose()
    }

    async fn put_view_limit(&self, limit: ViewLimit) -> Result<bool, StoreError> {
        self.write(PutViewLimit(limit)).await
    }

    async fn find_view_limit(&self, org: OrgId) -> Result<Option<ViewLimit>, StoreError> {
        let limits = self.begin_read()?.open_table(VIEW_LIMITS).map_err(store_error)?;
        let found = limits.get(org.number()).map_err(store_error)?;
        found.map(|value| view_limit_of(org, value.value())).transpose()
    }
}

impl Write for PutOrg {
    type Output = ();

    fn apply(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let mut orgs = batch.transaction.open_table(ORGS).map_err(store_error)?;
        orgs.insert(self.0.org.number(), paid(self.0.plan)).map_err(store_error)?;
        Ok(())
    }
}

impl Write for PutAccount {
    type Output = ();

    fn apply(self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let (account, org) = (self.0.number(), self.1.number());
        let mut accounts = batch.transaction.open_table(ACCOUNTS).map_err(store_error)?;
        let mut listed = batch.transaction.open_table(ORG_ACCOUNTS).map_err(store_error)?;
        if let Some(left) = accounts.insert(account, org).map_err(store_error)? {
            listed.remove((left.value(), account)).map_err(store_error)?;
        }
        listed.insert((org, account), ()).map_err(store_error)?;
        Ok(())
    }
}

impl Write for PutViewLimit {
    type Output = bool;

    fn apply(self, batch: &mut Batch<'_>) -> Result<bool, StoreError> {
        let (org, value) = (self.0.org.number(), view_limit_value(self.0));
        let mut limits = batch.transaction.open_table(VIEW_LIMITS).map_err(store_error)?;
        let (_, _, snapshot, _) = value;
        let kept = limits.get(org).map_err(store_error)?.map(|kept| kept.value());
        let newest = kept.is_none_or(|(_, _, kept, _)| kept <= snapshot);
        if newest {
            limits.insert(org, value).map_err(store_error)?;
        }
        Ok(newest)
    }
}
