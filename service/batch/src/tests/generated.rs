//! An organisation whose messages are made as they are read, so that it may have any number of them; the answer is
//! known in closed form.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard},
};

use chat_domain::{AccountId, EPOCH_UNIX_MS, MessageId, OrgId, RoomId, newest::CutOff};
use chat_store::{CalculationTable, Org, OrgStore, Page, Plan, StoreError, ViewLimit};

use super::world::{AS_OF, DAY_MS};

/// Between two messages of the organisation.
const STEP_MS: u64 = 1000;

/// One account in all rooms, each with as many messages: every message goes to the next room, in turn.
#[derive(Debug, Default)]
pub(super) struct Generated {
    rooms: u64,
    /// Messages of each room.
    each: u64,
    /// Pages come the wrong way round, which the contract forbids.
    rising: bool,
    table: Mutex<BTreeSet<MessageId>>,
}

impl Generated {
    pub(super) fn new(rooms: u64, each: u64) -> Self {
        Self { rooms, each, ..Self::default() }
    }

    /// The same with pages the wrong way round.
    pub(super) fn rising(self) -> Self {
        Self { rising: true, ..self }
    }

    /// The n-th of the organisation from the newest on, n from 0, is of room `1 + n % rooms`.
    pub(super) fn expected(&self, limit: u32) -> CutOff {
        let young = (40 * DAY_MS - 1) / STEP_MS + 1;
        let visible = u64::from(limit).min(self.rooms * self.each).min(young);
        let oldest_visible = visible.checked_sub(1).map(message);
        CutOff { oldest_visible, visible: u32::try_from(visible).unwrap() }
    }

    /// The k-th message of a room from the newest on.
    fn message_of(&self, room: RoomId, k: u64) -> MessageId {
        message(k * self.rooms + room.number() - 1)
    }

    fn table(&self) -> MutexGuard<'_, BTreeSet<MessageId>> {
        self.table.lock().unwrap()
    }
}

fn message(n: u64) -> MessageId {
    MessageId::new((AS_OF - 1 - n * STEP_MS - EPOCH_UNIX_MS) << 22).unwrap()
}

/// A page of what is given in its order, and where the next begins.
fn cut<T: Copy>(mut items: Vec<T>, limit: usize) -> Page<T> {
    let follows = items.len() > limit;
    items.truncate(limit);
    let next = items.last().copied().filter(|_| follows);
    Page { items, next }
}

impl OrgStore for Generated {
    async fn put_org(&self, _: Org) -> Result<(), StoreError> {
        Ok(())
    }

    async fn find_org(&self, org: OrgId) -> Result<Option<Org>, StoreError> {
        Ok(Some(Org { org, plan: Plan::Free }))
    }

    async fn list_free_orgs(
        &self,
        _: Option<OrgId>,
        limit: usize,
    ) -> Result<Page<OrgId>, StoreError> {
        Ok(cut(vec![OrgId::MIN], limit))
    }

    async fn put_account(&self, _: AccountId, _: OrgId) -> Result<(), StoreError> {
        Ok(())
    }

    async fn find_account(&self, _: AccountId) -> Result<Option<OrgId>, StoreError> {
        Ok(Some(OrgId::MIN))
    }

    async fn list_accounts(
        &self,
        _: OrgId,
        _: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountId>, StoreError> {
        Ok(cut(vec![AccountId::MIN], limit))
    }

    async fn list_joined_rooms(
        &self,
        _: AccountId,
        after: Option<RoomId>,
        limit: usize,
    ) -> Result<Page<RoomId>, StoreError> {
        let first = after.map_or(1, |after| after.number() + 1);
        let rooms = (first..=self.rooms).map(|number| RoomId::new(number).unwrap());
        Ok(cut(rooms.take(limit + 1).collect(), limit))
    }

    async fn list_message_ids(
        &self,
        room: RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let (mut known, mut end) = (0, self.each);
        while known < end {
            let middle = known.midpoint(end);
            if before.is_some_and(|before| self.message_of(room, middle) >= before) {
                known = middle + 1;
            } else {
                end = middle;
            }
        }
        let ids = (known..self.each).map(|k| self.message_of(room, k));
        let mut page = cut(ids.take(limit + 1).collect(), limit);
        if self.rising {
            page.items.reverse();
        }
        Ok(page)
    }

    async fn find_last_activity(&self, room: RoomId) -> Result<Option<MessageId>, StoreError> {
        Ok((self.each > 0).then(|| self.message_of(room, 0)))
    }

    async fn put_view_limit(&self, _: ViewLimit) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn find_view_limit(&self, _: OrgId) -> Result<Option<ViewLimit>, StoreError> {
        Ok(None)
    }
}

impl CalculationTable for Generated {
    async fn insert_calculated(&self, _: OrgId, messages: &[MessageId]) -> Result<(), StoreError> {
        self.table().extend(messages.iter().copied());
        Ok(())
    }

    async fn list_calculated(
        &self,
        _: OrgId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let table = self.table();
        let here = table.iter().rev().copied();
        let here = here.filter(|id| before.is_none_or(|before| *id < before));
        Ok(cut(here.take(limit + 1).collect(), limit))
    }

    async fn delete_calculated(&self, _: OrgId, messages: &[MessageId]) -> Result<(), StoreError> {
        let mut table = self.table();
        for message in messages {
            table.remove(message);
        }
        Ok(())
    }
}
