//! What the view-limit batch asks of a store, and where its result is kept: small required methods.
//!
//! It is a trait of its own, because the batch reads from stores that hold nothing but this: data that
//! is generated as it is read stands in for an organisation too large to be kept.

use std::future::Future;

use chat_domain::{AccountId, MessageId, OrgId, RoomId};

use crate::StoreError;

/// Organisations, who is in them, what they have joined, and how far back they may look. A write is
/// durable when its future is ready; lists by organisation or account may lag behind it by a moment.
pub trait OrgStore: Send + Sync + 'static {
    /// Makes an organisation, or changes its plan.
    fn put_org(&self, org: Org) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// An organisation; none if there is no such.
    fn find_org(&self, org: OrgId) -> impl Future<Output = Result<Option<Org>, StoreError>> + Send;

    /// Organisations on the free plan, each once, in an order that is the store's own.
    fn list_free_orgs(
        &self,
        after: Option<OrgId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<OrgId>, StoreError>> + Send;

    /// Puts an account into an organisation; it leaves the one that it was in.
    fn put_account(
        &self,
        account: AccountId,
        org: OrgId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The organisation of an account; none if there is no such account.
    fn find_account(
        &self,
        account: AccountId,
    ) -> impl Future<Output = Result<Option<OrgId>, StoreError>> + Send;

    /// Accounts of an organisation, in rising order.
    fn list_accounts(
        &self,
        org: OrgId,
        after: Option<AccountId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<AccountId>, StoreError>> + Send;

    /// Rooms that an account is a member of, in rising order.
    fn list_joined_rooms(
        &self,
        account: AccountId,
        after: Option<RoomId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<RoomId>, StoreError>> + Send;

    /// Messages of a room, newest first, from before a message on; none if there is no such room.
    fn list_message_ids(
        &self,
        room: RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<MessageId>, StoreError>> + Send;

    /// The newest message of a room: when it was last active. None if it has no message or is not
    /// there.
    fn find_last_activity(
        &self,
        room: RoomId,
    ) -> impl Future<Output = Result<Option<MessageId>, StoreError>> + Send;

    /// Keeps a view limit, unless one of a newer snapshot is kept already: then nothing changes and
    /// the answer is `false`. The same again changes nothing and is `true`.
    fn put_view_limit(
        &self,
        limit: ViewLimit,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The view limit of an organisation; none if none was ever kept.
    fn find_view_limit(
        &self,
        org: OrgId,
    ) -> impl Future<Output = Result<Option<ViewLimit>, StoreError>> + Send;
}

/// What an organisation pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: it sees its newest messages only.
    Free,
    /// To see all of them.
    Paid,
}

/// An organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Org {
    /// Which.
    pub org: OrgId,
    /// On this plan.
    pub plan: Plan,
}

/// A part of a list, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as were asked for. Fewer, even none, does not mean that nothing follows.
    pub items: Vec<T>,
    /// Where the next page begins (`after`, or `before` where the newest come first); none: nothing
    /// follows. Any list can be taken up again from here, by another process as well.
    pub next: Option<T>,
}

impl<T: Copy> Page<T> {
    /// Of `limit` and the one that follows, if any does.
    pub(crate) fn cut(mut items: Vec<T>, limit: usize) -> Self {
        let follows = items.len() > limit;
        items.truncate(limit);
        let next = items.last().copied().filter(|_| follows);
        Self { items, next }
    }

    /// Nothing, and nothing follows.
    pub(crate) const fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// How far back an organisation may look, as it was computed at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewLimit {
    /// Whose.
    pub org: OrgId,
    /// The oldest message that it sees; none: it sees no message.
    pub cut_off: Option<MessageId>,
    /// How many messages it sees.
    pub count: u64,
    /// Messages after this one were left out of the count; a limit of an older snapshot never
    /// replaces one of a newer.
    pub snapshot: MessageId,
    /// When it was computed, in milliseconds since 1970.
    pub as_of_unix_ms: u64,
}
