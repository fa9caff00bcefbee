//! Organisations on the model store, and what sorting everything says of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chat_domain::{
    AccountId, EPOCH_UNIX_MS, MessageId, MessageText, OrgId, RoomId, newest::CutOff,
};
use chat_store::{Org, OrgStore as _, Plan, Post, Store as _, model::ModelStore};

/// 2026-11-01T00:00:00Z.
pub(super) const AS_OF: u64 = 1_793_491_200_000;
pub(super) const DAY_MS: u64 = 86_400_000;

/// Organisations 1, 2 and 3 are free and have all there is; 4 pays, 5 has no account, 6 has no room.
pub(super) const FREE: [u64; 5] = [1, 2, 3, 5, 6];
pub(super) const PAID: u64 = 4;

pub(super) struct World {
    pub(super) store: Arc<ModelStore>,
    joined: BTreeMap<OrgId, BTreeSet<RoomId>>,
    posted: BTreeMap<RoomId, Vec<MessageId>>,
}

pub(super) fn org(number: u64) -> OrgId {
    OrgId::new(number).unwrap()
}

impl World {
    /// Twelve accounts of four organisations in fifteen rooms, which they share, and messages from 50 days before
    /// the time to a day after it.
    pub(super) async fn new(messages: u64) -> Self {
        let store = Arc::new(ModelStore::default());
        let mut world = Self { store, joined: BTreeMap::new(), posted: BTreeMap::new() };
        for number in 1..=6 {
            let plan = if number == PAID { Plan::Paid } else { Plan::Free };
            world.store.put_org(Org { org: org(number), plan }).await.unwrap();
        }
        let mut draw = Draw(7);
        for account in 1..=12 {
            world.account(account, 1 + account % 4).await;
            for _ in 0..4 {
                world.join(1 + account % 4, account, 1 + draw.below(15)).await;
            }
        }
        world.account(13, 6).await;
        let rooms: Vec<RoomId> = world.posted.keys().copied().collect();
        let (first, step) = (AS_OF - 50 * DAY_MS, 51 * DAY_MS / messages);
        for n in 0..messages {
            // Low numbers twice as often, so that rooms are not alike.
            let room = draw.below(rooms.len() as u64).min(draw.below(rooms.len() as u64));
            world.post(rooms[usize::try_from(room).unwrap()], first + n * step).await;
        }
        world
    }

    async fn account(&self, account: u64, of: u64) {
        self.store.put_account(AccountId::new(account).unwrap(), org(of)).await.unwrap();
    }

    async fn join(&mut self, of: u64, account: u64, room: u64) {
        let (account, room) = (AccountId::new(account).unwrap(), RoomId::new(room).unwrap());
        self.store.put_member(room, account).await.unwrap();
        self.joined.entry(org(of)).or_default().insert(room);
        self.posted.entry(room).or_default();
    }

    async fn post(&mut self, room: RoomId, unix_ms: u64) {
        let text = MessageText::new("hello").unwrap();
        let post = Post { room, author: AccountId::MIN, text, unix_ms };
        let message = self.store.post_message(post).await.unwrap();
        self.posted.get_mut(&room).unwrap().push(message);
    }

    /// All messages of all rooms, without those that are too old or too new, sorted and truncated.
    pub(super) fn oracle(&self, of: u64, limit: u32) -> CutOff {
        let rooms = self.joined.get(&org(of)).into_iter().flatten();
        let mut ids: Vec<MessageId> = rooms.flat_map(|room| self.posted[room].clone()).collect();
        ids.retain(|id| {
            let posted = (id.number() >> 22) + EPOCH_UNIX_MS;
            (AS_OF - 40 * DAY_MS..AS_OF).contains(&posted)
        });
        ids.sort_unstable();
        ids.reverse();
        ids.truncate(limit as usize);
        let visible = u32::try_from(ids.len()).unwrap();
        CutOff { oldest_visible: ids.last().copied(), visible }
    }
}

/// Xorshift.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
