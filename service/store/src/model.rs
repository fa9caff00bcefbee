//! The contracts in two hundred lines of ordered maps: slow, obvious, and the oracle of every other store.
//!
//! It keeps no tallies (it counts people each time) and makes ids by its own arithmetic, so that it
//! shares no decision with the stores that it judges.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard},
};

use chat_domain::{
    AccountId, Change, EPOCH_UNIX_MS, Kind, MessageId, OrgId, ReactionRecord, RoomId, Tally,
};

use crate::{
    CalculationTable, ListMessages, ListReactions, MessageReactions, MessageView, Org, OrgStore,
    Page, Plan, Post, ReactionKey, Store, StoreError, ViewLimit, Written,
};

/// Everything in memory, gone with the process.
#[derive(Debug, Default)]
pub struct ModelStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    newest: u64,
    rooms: BTreeSet<RoomId>,
    members: BTreeSet<(RoomId, AccountId)>,
    messages: BTreeMap<(RoomId, MessageId), (AccountId, String)>,
    reactions: BTreeMap<ReactionKey, (Option<Kind>, u64)>,
    orgs: BTreeMap<OrgId, Plan>,
    accounts: BTreeMap<AccountId, OrgId>,
    view_limits: BTreeMap<OrgId, ViewLimit>,
    calculated: BTreeSet<(OrgId, MessageId)>,
}

impl State {
    fn view(&self, room: RoomId, viewer: AccountId, message: MessageId) -> MessageReactions {
        let mut tally = Tally::default();
        let here = self.reactions.iter().filter(|(k, _)| (k.room, k.message) == (room, message));
        for (_, (kind, _)) in here {
            let change = Change::Changed { from: None, to: *kind };
            tally = tally.after(change).expect("counting up from nothing cannot fail");
        }
        let mine = self.reactions.get(&ReactionKey { room, message, account: viewer });
        let (kind, version) = mine.copied().unwrap_or_default();
        MessageReactions { message, tally, mine: ReactionRecord { kind, version } }
    }

    fn set(&mut self, key: ReactionKey, kind: Option<Kind>) -> Result<Written, StoreError> {
        if !self.messages.contains_key(&(key.room, key.message)) {
            return Err(StoreError::NotFound);
        }
        let (stored, version) = self.reactions.entry(key).or_default();
        let changed = *stored != kind;
        if changed {
            (*stored, *version) = (kind, *version + 1);
        }
        Ok(Written { record: ReactionRecord { kind, version: *version }, changed })
    }
}

impl ModelStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder of the lock panics")
    }
}

impl Store for ModelStore {
    async fn post_message(&self, post: Post) -> Result<MessageId, StoreError> {
        let mut state = self.state();
        if !state.rooms.contains(&post.room) {
            return Err(StoreError::NotFound);
        }
        // Node 0: the first id of a millisecond is its number shifted by 22 bits.
        state.newest = (state.newest + 1).max((post.unix_ms - EPOCH_UNIX_MS) << 22);
        let id = MessageId::new(state.newest).expect("the model is used below 2079");
        state.messages.insert((post.room, id), (post.author, post.text.to_string()));
        Ok(id)
    }

    async fn list_messages(&self, list: ListMessages) -> Result<Vec<MessageView>, StoreError> {
        let state = self.state();
        let here = state.messages.iter().rev().filter(|((room, message), _)| {
            *room == list.room && list.before.is_none_or(|before| *message < before)
        });
        let view = |((_, message), (author, text)): ((_, &MessageId), &(AccountId, String))| {
            let reactions = state.view(list.room, list.viewer, *message);
            MessageView { author: *author, text: text.clone(), reactions }
        };
        Ok(here.take(list.limit).map(|((r, m), value)| view(((r, m), value))).collect())
    }

    async fn list_reactions(
        &self,
        list: ListReactions,
    ) -> Result<Vec<MessageReactions>, StoreError> {
        let state = self.state();
        let here = state.messages.keys().filter(|(room, message)| {
            *room == list.room && list.first <= *message && *message <= list.last
        });
        let views = here.map(|(room, message)| state.view(*room, list.viewer, *message));
        Ok(views.take(list.limit).collect())
    }

    async fn put_reaction(&self, key: ReactionKey, kind: Kind) -> Result<Written, StoreError> {
        self.state().set(key, Some(kind))
    }

    async fn delete_reaction(&self, key: ReactionKey) -> Result<Written, StoreError> {
        self.state().set(key, None)
    }

    async fn put_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        let mut state = self.state();
        state.rooms.insert(room);
        state.members.insert((room, account));
        Ok(())
    }

    async fn delete_member(&self, room: RoomId, account: AccountId) -> Result<(), StoreError> {
        self.state().members.remove(&(room, account));
        Ok(())
    }

    async fn is_member(&self, room: RoomId, account: AccountId) -> Result<bool, StoreError> {
        Ok(self.state().members.contains(&(room, account)))
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl OrgStore for ModelStore {
    async fn put_org(&self, org: Org) -> Result<(), StoreError> {
        self.state().orgs.insert(org.org, org.plan);
        Ok(())
    }

    async fn find_org(&self, org: OrgId) -> Result<Option<Org>, StoreError> {
        Ok(self.state().orgs.get(&org).map(|plan| Org { org, plan: *plan }))
    }

    async fn list_free_orgs(
        &self,
        after: Option<OrgId>,
        limit: usize,
    ) -> Result<Page<OrgId>, StoreError> {
        let state = self.state();
        let free = state.orgs.iter().filter(|(_, plan)| **plan == Plan::Free).map(|(org, _)| *org);
        Ok(rising(free, after, limit))
    }

    async fn put_account(&self, account: AccountId, org: OrgId) -> Result<(), StoreError> {
        self.state().accounts.insert(account, org);
        Ok(())
    }

    async fn find_account(&self, account: AccountId) -> Result<Option<OrgId>, StoreError> {
        Ok(self.state().accounts.get(&account).copied())
    }

    async fn list_accounts(
        &self,
        org: OrgId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountId>, StoreError> {
        let state = self.state();
        let here = state.accounts.iter().filter(|(_, of)| **of == org).map(|(account, _)| *account);
        Ok(rising(here, after, limit))
    }

    async fn list_joined_rooms(
        &self,
        account: AccountId,
        after: Option<RoomId>,
        limit: usize,
    ) -> Result<Page<RoomId>, StoreError> {
        let state = self.state();
        let joined = state.members.iter().filter(|(_, member)| *member == account);
        Ok(rising(joined.map(|(room, _)| *room), after, limit))
    }

    async fn list_message_ids(
        &self,
        room: RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let state = self.state();
        let here = state.messages.keys().filter(|(of, _)| *of == room).map(|(_, message)| *message);
        Ok(falling(here, before, limit))
    }

    async fn find_last_activity(&self, room: RoomId) -> Result<Option<MessageId>, StoreError> {
        let state = self.state();
        let here = state.messages.keys().filter(|(of, _)| *of == room).map(|(_, message)| *message);
        Ok(here.max())
    }

    async fn put_view_limit(&self, limit: ViewLimit) -> Result<bool, StoreError> {
        let mut state = self.state();
        let kept = state.view_limits.get(&limit.org);
        let newest = kept.is_none_or(|kept| kept.snapshot <= limit.snapshot);
        if newest {
            state.view_limits.insert(limit.org, limit);
        }
        Ok(newest)
    }

    async fn find_view_limit(&self, org: OrgId) -> Result<Option<ViewLimit>, StoreError> {
        Ok(self.state().view_limits.get(&org).copied())
    }
}

impl CalculationTable for ModelStore {
    async fn insert_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        self.state().calculated.extend(messages.iter().map(|message| (org, *message)));
        Ok(())
    }

    async fn list_calculated(
        &self,
        org: OrgId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageId>, StoreError> {
        let state = self.state();
        let here =
            state.calculated.iter().filter(|(of, _)| *of == org).map(|(_, message)| *message);
        Ok(falling(here, before, limit))
    }

    async fn delete_calculated(
        &self,
        org: OrgId,
        messages: &[MessageId],
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        for message in messages {
            state.calculated.remove(&(org, *message));
        }
        Ok(())
    }
}

/// A page of a list in rising order.
fn rising<T: Copy + Ord>(all: impl Iterator<Item = T>, after: Option<T>, limit: usize) -> Page<T> {
    let rest: Vec<T> = all.filter(|item| after.is_none_or(|after| *item > after)).collect();
    if limit == 0 { Page::empty() } else { Page::cut(rest, limit) }
}

/// The same with the newest first.
fn falling<T: Copy + Ord>(
    all: impl Iterator<Item = T>,
    before: Option<T>,
    limit: usize,
) -> Page<T> {
    let mut rest: Vec<T> = all.filter(|item| before.is_none_or(|before| *item < before)).collect();
    rest.reverse();
    if limit == 0 { Page::empty() } else { Page::cut(rest, limit) }
}
