//! The store of one request: the same contract, with the time of each call measured.
//!
//! It is a wrapper, so that use cases know nothing of timing and none can forget it.

use std::{
    convert::Infallible,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::extract::FromRequestParts;
use chat_domain::{AccountId, Kind, MessageId, OrgId, RoomId};
use chat_store::{
    Consumed, ListMessages, ListReactions, MessageReactions, MessageView, Org, OrgStore, Page,
    Post, ReactionKey, Store, StoreError, ViewLimit, Written,
};
use http::request::Parts;

use crate::{app::App, clock, metrics::Metrics};

/// How long the calls of one request have taken; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoreTime(Arc<AtomicU64>);

impl StoreTime {
    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// A store and where its time is noted.
pub(crate) struct Metered<S> {
    store: Arc<S>,
    spent: StoreTime,
    metrics: Arc<Metrics>,
}

impl<S> Metered<S> {
    async fn call<T>(&self, name: &'static str, call: impl Future<Output = T>) -> T {
        let started = clock::monotonic();
        let output = call.await;
        let took = started.elapsed();
        self.spent.add(took);
        self.metrics.store_called(name, took);
        output
    }
}

impl<S: Store> FromRequestParts<Arc<App<S>>> for Metered<S> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App<S>>) -> Result<Self, Infallible> {
        // Put there by `observe`; a request without it has its time counted in the metrics only.
        let spent = parts.extensions.get::<StoreTime>().cloned().unwrap_or_default();
        let (store, metrics) = (Arc::clone(&app.store), Arc::clone(&app.metrics));
        Ok(Self { store, spent, metrics })
    }
}

impl<S: Store> Store for Metered<S> {
    async fn post_message(&self, post: Post) -> Result<MessageId, StoreError> {
        self.call("post_message", self.store.post_message(post)).await
    }

    async fn list_messages(&self, list: ListMessages) -> Result<Vec<MessageView>, StoreError> {
        self.call("list_messages", self.store.list_messages(list)).await
    }

    async fn list_reactions(
        &self,
        list: ListReactions,
    ) -> Result<Vec<MessageReactions>, StoreError> {
        self.call("list_reactions", self.store.list_reactions(list)).await
    }

    async fn put_reaction(&self, key: ReactionKey, kind: Kind) -> Result<Written, StoreError> {
        self.call("put_reaction", self.store.put_reaction(key, kind)).await
    }

    async fn delete_reaction(&self, key: ReactionKey) -> Result<Written, StoreError> {
        self.call("delete_reaction", self.store.delete_reaction(key)).await
    }

    async fn put_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        self.call("put_member", self.store.put_member(room, account)).await
    }

    async fn delete_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        self.call("delete_member", self.store.delete_member(room, account)).await
    }

    async fn is_member(&self, room: RoomId, account: AccountId) -> Result<bool, StoreError> {
        self.call("is_member", self.store.is_member(room, account)).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.call("probe", self.store.probe()).await
    }

    fn consumed(&self) -> Vec<Consumed> {
        self.store.consumed()
    }
}

impl<S: Store> OrgStore for Metered<S> {
    async fn put_org(&self, org: Org) -> Result<(), StoreError> {
        self.call("put_org", self.store.put_org(org)).await
    }

    async fn find_org(&self, org: OrgId) -> Result<Option<Org>, StoreError> {
        self.call("find_org", self.store.find_org(org)).await
    }

    async fn list_free_orgs(
        &self,
        after: Option<OrgId>,
        limit: usize,
    ) -> Result<Page<OrgId>, StoreError> {
        self.call("list_free_orgs", self.store.list_free_orgs(after, limit)).await
    }

    async fn put_account(&self, account: AccountId, org: OrgId) -> Result<(), StoreError> {
        self.call("put_account", self.store.put_account(account, org)).await
    }

    async fn find_account(&self, account: AccountId) -> Result<Option<OrgId>, StoreError> {
        self.call("find_account", self.store.find_account(account)).await
    }

    async fn list_accounts(
        &self,
        org: OrgId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountId>, StoreError> {
        self.call("list_accounts", self.store.list_accounts(org, after, limit)).await
    }

    async fn list_joined_rooms(
        &self,
        account: AccountId,
        after: Option<RoomId>,
        limit: usize,
    ) -> Result<Page<RoomId>, StoreError> {
        self.call("list_joined_rooms", self.store.list_joined_rooms(account, after, limit)).await
    }

    async fn list_message_ids(
        &self,
        room: RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        self.call("list_message_ids", self.store.list_message_ids(room, before, limit)).await
    }

    async fn find_last_activity(&self, room: RoomId) -> Result<Option<MessageId>, StoreError> {
        self.call("find_last_activity", self.store.find_last_activity(room)).await
    }

    async fn put_view_limit(&self, limit: ViewLimit) -> Result<bool, StoreError> {
        self.call("put_view_limit", self.store.put_view_limit(limit)).await
    }

    async fn find_view_limit(&self, org: OrgId) -> Result<Option<ViewLimit>, StoreError> {
        self.call("find_view_limit", self.store.find_view_limit(org)).await
    }
}
