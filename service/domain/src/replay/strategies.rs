//! The calls that a run over an organisation makes on DynamoDB, by what was read of it.
//!
//! All strategies ask for the plan, list accounts and rooms, read pages and publish. Those of [`crate::newest::Strategy`]
//! write nothing but the result, and `select` looks up when each room was last active; the calculation table is written,
//! listed and cleared besides.

use std::collections::HashMap;

use super::{Call, Chain, Script, Table};
use crate::cost::{Consistency, query_half_units, write_half_units};
use crate::partition::{Operation, key_hash};
use crate::{AccountId, OrgId, RoomId};

/// The most items in one batch of writes.
pub const WRITES_PER_CALL: u32 = 25;

/// Accounts and rooms are listed so many at a time.
const LIST_PAGE: u64 = 1000;

/// The calculation table is listed so many messages at a time, as a page of a room is.
const CALCULATED_PAGE: u32 = 1000;

/// How many bytes items have, as DynamoDB counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// A message with its text.
    pub message_bytes: u64,
    /// What holds nothing but ids: an account, a membership, a message in the calculation table.
    pub entry_bytes: u64,
    /// A view limit.
    pub limit_bytes: u64,
}

impl Default for Sizes {
    /// Messages of some seventy bytes of text; ids are up to ten bytes and their names one.
    fn default() -> Self {
        Self { message_bytes: 100, entry_bytes: 20, limit_bytes: 50 }
    }
}

/// A page of a room that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRead {
    /// Of which room.
    pub room: RoomId,
    /// Messages in it.
    pub items: u32,
    /// Of them, those that may be visible: neither too old nor too new.
    pub in_window: u32,
}

/// What a run did with one organisation.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// Which.
    pub org: OrgId,
    /// Its accounts, and how many rooms each has joined.
    pub accounts: &'a [(AccountId, u64)],
    /// Rooms whose last activity was looked up.
    pub looked_up: &'a [RoomId],
    /// Pages, those of one room in the order in which they were asked for.
    pub pages: &'a [PageRead],
    /// How many messages are visible in the end.
    pub visible: u32,
}

impl Work<'_> {
    /// Of a strategy that keeps what it reads in memory.
    pub fn of_reading(&self, sizes: Sizes) -> Script {
        let mut script = self.begun(sizes);
        let look = |room: &RoomId| vec![read(room_key(*room), page_cost(1, sizes))];
        script.push(self.looked_up.iter().map(look));
        script.push(self.by_room(|page, chain| {
            chain.push(read(room_key(page.room), page_cost(page.items, sizes)));
        }));
        script.push([vec![self.publishing(sizes)]]);
        script
    }

    /// Of the calculation table: what is there is removed, what is read is written, the newest are listed, and all of it
    /// is removed again.
    pub fn of_table(&self, sizes: Sizes) -> Script {
        let org = key(self.org.number());
        let write = |parts: u32| Call {
            table: Table::Calculation,
            operation: Operation::Write,
            key: org,
            parts,
            half_units: write_half_units(sizes.entry_bytes),
        };
        let list = |items: u32| Call {
            table: Table::Calculation,
            operation: Operation::Read,
            key: org,
            parts: 1,
            half_units: query_half_units(items.into(), sizes.entry_bytes, Consistency::Strong),
        };
        let mut script = self.begun(sizes);
        // After a run that came to its end, nothing is there.
        script.push([vec![list(0)]]);
        script.push(self.by_room(|page, chain| {
            chain.push(read(room_key(page.room), page_cost(page.items, sizes)));
            chain.extend(parts_of(page.in_window, WRITES_PER_CALL).map(write));
        }));
        script.push([parts_of(self.visible, CALCULATED_PAGE).map(list).collect()]);
        let written = self.pages.iter().map(|page| page.in_window).fold(0, u32::saturating_add);
        let mut clearing = Chain::new();
        for items in parts_of(written, CALCULATED_PAGE) {
            clearing.push(list(items));
            clearing.extend(parts_of(items, WRITES_PER_CALL).map(write));
        }
        script.push([clearing]);
        script.push([vec![self.publishing(sizes)]]);
        script
    }

    /// The plan of the organisation, its accounts, then the rooms of each account.
    fn begun(&self, sizes: Sizes) -> Script {
        let list = |table: Table, of: u64, count: u64| -> Chain {
            let call = |items: u64| Call {
                table,
                operation: Operation::Read,
                key: key(of),
                parts: 1,
                half_units: query_half_units(items, sizes.entry_bytes, Consistency::Eventual),
            };
            // Of nothing, one page says that it is nothing.
            let pages = count.div_ceil(LIST_PAGE).max(1);
            (0..pages).map(|page| call((count - page * LIST_PAGE).min(LIST_PAGE))).collect()
        };
        let plan = Call {
            table: Table::Orgs,
            operation: Operation::Read,
            key: key(self.org.number()),
            parts: 1,
            half_units: query_half_units(1, sizes.entry_bytes, Consistency::Strong),
        };
        let mut script = Script::default();
        script.push([vec![plan]]);
        script.push([list(Table::Accounts, self.org.number(), self.accounts.len() as u64)]);
        let rooms = |(account, rooms): &(AccountId, u64)| {
            list(Table::JoinedRooms, account.number(), *rooms)
        };
        script.push(self.accounts.iter().map(rooms));
        script
    }

    /// A chain for each room, since a page waits for the one before.
    fn by_room(&self, calls: impl Fn(&PageRead, &mut Chain)) -> Vec<Chain> {
        let mut chains: Vec<Chain> = Vec::new();
        let mut places: HashMap<RoomId, usize> = HashMap::new();
        for page in self.pages {
            let place = *places.entry(page.room).or_insert(chains.len());
            if place == chains.len() {
                chains.push(Chain::new());
            }
            calls(page, &mut chains[place]);
        }
        chains
    }

    fn publishing(&self, sizes: Sizes) -> Call {
        Call {
            table: Table::ViewLimits,
            operation: Operation::Write,
            key: key(self.org.number()),
            parts: 1,
            half_units: write_half_units(sizes.limit_bytes),
        }
    }
}

/// Of the messages of a room.
fn read(key: u64, half_units: u32) -> Call {
    Call { table: Table::Messages, operation: Operation::Read, key, parts: 1, half_units }
}

fn page_cost(items: u32, sizes: Sizes) -> u32 {
    query_half_units(items.into(), sizes.message_bytes, Consistency::Strong)
}

fn room_key(room: RoomId) -> u64 {
    key(room.number())
}

fn key(number: u64) -> u64 {
    key_hash(number.to_string().as_bytes())
}

/// So many things in parts of at most `most`.
fn parts_of(count: u32, most: u32) -> impl Iterator<Item = u32> {
    (0..count.div_ceil(most)).map(move |part| (count - part * most).min(most))
}
