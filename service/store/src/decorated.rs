//! A store with something around each of its calls; it keeps the same contract.
//!
//! What cuts across calls (a delay, a limit, a count) is written once and knows no call in particular.

use std::{future::Future, sync::Arc};

use chat_domain::{AccountId, Kind, MessageId, OrgId, RoomId};

use crate::{
    CalculationTable, Consumed, ListMessages, ListReactions, MessageReactions, MessageView,
    Operation, Org, OrgStore, Page, Post, ReactionKey, Store, StoreError, ViewLimit, Written,
};

/// What stands around a call.
pub trait Decorator: Send + Sync + 'static {
    /// Does the call, or refuses it.
    fn around<T: Send>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;
}

/// A store and what stands around its calls.
#[derive(Debug)]
pub struct Decorated<S, D> {
    pub(crate) store: Arc<S>,
    decorator: D,
}

impl<S: Send + Sync, D: Decorator> Decorated<S, D> {
    /// The store may be shared with others, whose calls are not decorated.
    pub fn new(store: Arc<S>, decorator: D) -> Self {
        Self { store, decorator }
    }

    async fn around<T: Send>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.decorator.around(operation, call).await
    }
}

impl<S: Store, D: Decorator> Store for Decorated<S, D> {
    async fn post_message(&self, post: Post) -> Result<MessageId, StoreError> {
        self.around(Operation::PostMessage, self.store.post_message(post)).await
    }

    async fn list_messages(&self, list: ListMessages) -> Result<Vec<MessageView>, StoreError> {
        self.around(Operation::ListMessages, self.store.list_messages(list)).await
    }

    async fn list_reactions(
        &self,
        list: ListReactions,
    ) -> Result<Vec<MessageReactions>, StoreError> {
        self.around(Operation::ListReactions, self.store.list_reactions(list)).await
    }

    async fn put_reaction(&self, key: ReactionKey, kind: Kind) -> Result<Written, StoreError> {
        self.around(Operation::PutReaction, self.store.put_reaction(key, kind)).await
    }

    async fn delete_reaction(&self, key: ReactionKey) -> Result<Written, StoreError> {
        self.around(Operation::DeleteReaction, self.store.delete_reaction(key)).await
    }

    async fn put_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        self.around(Operation::PutMember, self.store.put_member(room, account)).await
    }

    async fn delete_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        self.around(Operation::DeleteMember, self.store.delete_member(room, account)).await
    }

    async fn is_member(&self, room: RoomId, account: AccountId) -> Result<bool, StoreError> {
        self.around(Operation::IsMember, self.store.is_member(room, account)).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.around(Operation::Probe, self.store.probe()).await
    }

    fn consumed(&self) -> Vec<Consumed> {
        self.store.consumed()
    }
}

impl<S: OrgStore, D: Decorator> OrgStore for Decorated<S, D> {
    async fn put_org(&self, org: Org) -> Result<(), StoreError> {
        self.around(Operation::PutOrg, self.store.put_org(org)).await
    }

    async fn find_org(&self, org: OrgId) -> Result<Option<Org>, StoreError> {
        self.around(Operation::FindOrg, self.store.find_org(org)).await
    }

    async fn list_free_orgs(
        &self,
        after: Option<OrgId>,
        limit: usize,
    ) -> Result<Page<OrgId>, StoreError> {
        self.around(Operation::ListFreeOrgs, self.store.list_free_orgs(after, limit)).await
    }

    async fn put_account(&self, account: AccountId, org: OrgId) -> Result<(), StoreError> {
        self.around(Operation::PutAccount, self.store.put_account(account, org)).await
    }

    async fn find_account(&self, account: AccountId) -> Result<Option<OrgId>, StoreError> {
        self.around(Operation::FindAccount, self.store.find_account(account)).await
    }

    async fn list_accounts(
        &self,
        org: OrgId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountId>, StoreError> {
        self.around(Operation::ListAccounts, self.store.list_accounts(org, after, limit)).await
    }

    async fn list_joined_rooms(
        &self,
        account: AccountId,
        after: Option<RoomId>,
        limit: usize,
    ) -> Result<Page<RoomId>, StoreError> {
        self.around(Operation::ListJoinedRooms, self.store.list_joined_rooms(account, after, limit))
            .await
    }

    async fn list_message_ids(
        &self,
        room: RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        self.around(Operation::ListMessageIds, self.store.list_message_ids(room, before, limit))
            .await
    }

    async fn find_last_activity(&self, room: RoomId) -> Result<Option<MessageId>, StoreError> {
        self.around(Operation::FindLastActivity, self.store.find_last_activity(room)).await
    }

    async fn put_view_limit(&self, limit: ViewLimit) -> Result<bool, StoreError> {
        self.around(Operation::PutViewLimit, self.store.put_view_limit(limit)).await
    }

    async fn find_view_limit(&self, org: OrgId) -> Result<Option<ViewLimit>, StoreError> {
        self.around(Operation::FindViewLimit, self.store.find_view_limit(org)).await
    }
}

impl<S: CalculationTable, D: Decorator> CalculationTable for Decorated<S, D> {
    async fn insert_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        self.around(Operation::InsertCalculated, self.store.insert_calculated(org, messages)).await
    }

    async fn list_calculated(
        &self,
        org: OrgId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        self.around(Operation::ListCalculated, self.store.list_calculated(org, before, limit)).await
    }

    async fn delete_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        self.around(Operation::DeleteCalculated, self.store.delete_calculated(org, messages)).await
    }
}
