//! The rooms of an organisation: those that its accounts have joined, each once.

use std::collections::BTreeSet;

use chat_domain::{AccountId, OrgId, RoomId};
use chat_store::{OrgStore, StoreError};

use crate::{bounded::Bounded, calls::Calls};

/// Accounts or rooms in a page: some kilobytes, so that most organisations are one page of accounts.
const PAGE: usize = 1000;

/// Accounts are read page by page, and the rooms of several accounts at once.
pub(crate) async fn rooms<S: OrgStore>(
    store: &S,
    calls: &Calls,
    org: OrgId,
) -> Result<BTreeSet<RoomId>, StoreError> {
    let mut rooms = BTreeSet::new();
    let mut under_way = Bounded::new(calls.in_flight_max);
    let mut after = None;
    loop {
        let page = calls.insist(|| store.list_accounts(org, after, PAGE)).await?;
        for account in page.items {
            if let Some(joined) = under_way.add(joined_rooms(store, calls, account)).await {
                rooms.extend(joined?);
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    while let Some(joined) = under_way.next().await {
        rooms.extend(joined?);
    }
    Ok(rooms)
}

async fn joined_rooms<S: OrgStore>(
    store: &S,
    calls: &Calls,
    account: AccountId,
) -> Result<Vec<RoomId>, StoreError> {
    let mut rooms = Vec::new();
    let mut after = None;
    loop {
        let page = calls.insist(|| store.list_joined_rooms(account, after, PAGE)).await?;
        rooms.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(rooms);
        }
    }
}
