//! A store with something around each of its calls; it keeps the same contract.
//!
//! What cuts across calls (a delay, a limit, a count) is written once and knows no call in particular.

use std::{future::Future, sync::Arc};

use chat_domain::{AccountId, Kind, MessageId, RoomId};

use crate::{
    Consumed, ListMessages, ListReactions, MessageReactions, MessageView, Operation, Post,
    ReactionKey, Store, StoreError, Written,
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

impl<S: Store, D: Decorator> Decorated<S, D> {
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
