//! A history as a stream of its items, and the stream in parts that a store takes at once.

use chat_domain::{AccountId, EPOCH_UNIX_MS, MessageId, OrgId, RoomId};

use super::{
    super::{
        draw::Draw,
        generate::{plan_of, text},
    },
    HistorySpec, OrgSize, SPREAD_MS,
    shares::Shares,
};
use crate::{
    Org,
    bulk::{BulkMessage, BulkPart, BulkRoom},
};

/// So many items are a few megabytes, and a commit is waited for once for all of them.
const PART_ITEMS: usize = 20_000;
/// The low bits of an id, which tell apart messages of one millisecond.
const LOW_BITS: u32 = 22;
/// Times are multiples of this, so that the bits of a message's number that do not fit the low ones
/// fit into the milliseconds between.
const STEP_MS: u64 = 16;
/// The last step is left free, so that all ids are below the first one of `as_of`.
const ACTIVE_MS_MAX: u64 = SPREAD_MS - STEP_MS;
const MEMBERS_LEAST: u64 = 2;
const MEMBERS_EXTRA: u64 = 7;
const GUEST_ONE_IN: u64 = 10;

/// What an organisation has, by numbers counted over all organisations.
#[derive(Clone, Copy, Default)]
struct Extent {
    org: u64,
    accounts: (u64, u64),
    rooms: (u64, u64),
    messages: (u64, u64),
}

/// One thing of the stream.
enum Item {
    Org(Org),
    Account(AccountId, OrgId),
    Room(RoomId, Vec<AccountId>),
    Message(RoomId, BulkMessage),
}

/// What is drawn of a room before its messages are.
struct Nature {
    draw: Draw,
    members: Vec<AccountId>,
    /// From the beginning of the 60 days on.
    active_ms: u64,
}

/// The parts of a history, in order.
pub(super) struct Parts {
    items: Box<dyn Iterator<Item = Item> + Send>,
}

/// The same, with someone who is told how much of them was taken.
pub(super) struct Watched<W> {
    parts: Parts,
    written: u64,
    watch: W,
}

/// How large each organisation is.
pub(super) fn sizes(spec: HistorySpec) -> impl Iterator<Item = OrgSize> {
    extents(spec).map(|extent| OrgSize {
        org: org(extent.org),
        accounts: extent.accounts.1,
        rooms: extent.rooms.1,
        messages: extent.messages.1,
    })
}

/// Someone of the first organisation, and a room of it that they are in and that is active to the end.
pub(super) fn active_member(spec: HistorySpec) -> Option<(AccountId, RoomId)> {
    let first = extents(spec).next()?;
    let (begin, count) = first.rooms;
    let mut rooms = begin..begin + count;
    rooms.find_map(|number| {
        // There is no organisation before it that a guest could be of.
        let Nature { members, active_ms, .. } = nature(spec, [first, Extent::default()], number);
        let member = members.first().filter(|_| active_ms == ACTIVE_MS_MAX)?;
        Some((*member, room_id(number)))
    })
}

impl Parts {
    /// Of a specification that was checked.
    pub(super) fn new(spec: &HistorySpec) -> Self {
        let spec = *spec;
        let items = extents(spec).scan(Extent::default(), move |before, extent| {
            let neighbour = std::mem::replace(before, extent);
            Some(items(spec, extent, neighbour))
        });
        Self { items: Box::new(items.flatten()) }
    }
}

impl Iterator for Parts {
    type Item = BulkPart;

    fn next(&mut self) -> Option<BulkPart> {
        let mut part = BulkPart::default();
        let mut taken = 0;
        for item in self.items.by_ref().take(PART_ITEMS) {
            taken += 1;
            add(&mut part, item);
        }
        (taken > 0).then_some(part)
    }
}

impl<W: FnMut(u64)> Watched<W> {
    /// Of a specification that was checked.
    pub(super) fn new(spec: &HistorySpec, watch: W) -> Self {
        Self { parts: Parts::new(spec), written: 0, watch }
    }
}

impl<W: FnMut(u64)> Iterator for Watched<W> {
    type Item = BulkPart;

    fn next(&mut self) -> Option<BulkPart> {
        // Who asks for a part has written the one before.
        (self.watch)(self.written);
        let part = self.parts.next()?;
        self.written += part.rooms.iter().map(|room| room.messages.len() as u64).sum::<u64>();
        Some(part)
    }
}

fn add(part: &mut BulkPart, item: Item) {
    match item {
        Item::Org(org) => part.orgs.push(org),
        Item::Account(account, org) => part.accounts.push((account, org)),
        Item::Room(room, members) => {
            part.rooms.push(BulkRoom { room, members, messages: Vec::new() });
        }
        Item::Message(room, message) => {
            if part.rooms.last().is_none_or(|last| last.room != room) {
                part.rooms.push(BulkRoom { room, members: Vec::new(), messages: Vec::new() });
            }
            let last = part.rooms.last_mut().expect("the room was just put there");
            last.messages.push(message);
        }
    }
}

fn extents(spec: HistorySpec) -> impl Iterator<Item = Extent> {
    let accounts = Shares::new(spec.accounts, spec.orgs, 1);
    let rooms = Shares::new(spec.rooms, spec.orgs, 1);
    let messages = Shares::new(spec.messages, spec.orgs, 0);
    let shares = accounts.zip(rooms).zip(messages);
    shares.scan(Extent::default(), |last, ((accounts, rooms), messages)| {
        let after = |(begin, count): (u64, u64)| begin + count;
        *last = Extent {
            org: last.org + 1,
            accounts: (after(last.accounts), accounts),
            rooms: (after(last.rooms), rooms),
            messages: (after(last.messages), messages),
        };
        Some(*last)
    })
}

fn items(
    spec: HistorySpec,
    extent: Extent,
    neighbour: Extent,
) -> impl Iterator<Item = Item> + Send {
    let org = org(extent.org);
    let (first, count) = extent.accounts;
    let accounts =
        (first..first + count).map(move |number| Item::Account(account(number), org.org));
    let shares = Shares::new(extent.messages.1, extent.rooms.1, 0);
    let begins = shares.scan(extent.messages.0, |begin, count| {
        let this = *begin;
        *begin += count;
        Some((this, count))
    });
    let rooms = (extent.rooms.0..).zip(begins);
    let rooms =
        rooms.flat_map(move |(number, messages)| room(spec, [extent, neighbour], number, messages));
    std::iter::once(Item::Org(org)).chain(accounts).chain(rooms)
}

/// A room and its messages, which have the numbers from `begin` on.
fn room(
    spec: HistorySpec,
    extents: [Extent; 2],
    number: u64,
    (begin, count): (u64, u64),
) -> impl Iterator<Item = Item> + Send {
    let room = room_id(number);
    let Nature { mut draw, members, active_ms } = nature(spec, extents, number);
    let first = Item::Room(room, members.clone());
    let messages = (0..count).map(move |n| {
        let offset_ms = (n * active_ms + draw.below(active_ms)) / count;
        let message = message(spec, offset_ms, begin + n);
        let author = members[draw.index(members.len())];
        let text = text(&mut draw);
        Item::Message(room, BulkMessage { message, author, text, reactions: Vec::new() })
    });
    std::iter::once(first).chain(messages)
}

fn nature(spec: HistorySpec, [host, neighbour]: [Extent; 2], number: u64) -> Nature {
    let mut draw = Draw::new(spec.seed, &format!("history room {number}"));
    let members = members(&mut draw, host, neighbour, number);
    let silent = draw.below(2) == 1;
    let active_ms = if silent { 1 + draw.below(ACTIVE_MS_MAX) } else { ACTIVE_MS_MAX };
    Nature { draw, members, active_ms }
}

fn members(draw: &mut Draw, host: Extent, neighbour: Extent, number: u64) -> Vec<AccountId> {
    let (first, count) = host.accounts;
    let wanted = (MEMBERS_LEAST + draw.below(MEMBERS_EXTRA)).min(count);
    let begin = draw.below(count);
    let mut members: Vec<_> =
        (0..wanted).map(|step| account(first + (begin + step) % count)).collect();
    if number.is_multiple_of(GUEST_ONE_IN) && neighbour.accounts.1 > 0 {
        members.push(account(neighbour.accounts.0 + draw.below(neighbour.accounts.1)));
    }
    members.sort_unstable();
    members
}

/// The id of a message by its time and its number, which no two have in common. Of one room, a later
/// message has a larger id: time, high bits and low bits of the number rise together.
pub(super) fn message(spec: HistorySpec, offset_ms: u64, number: u64) -> MessageId {
    let start = (spec.as_of_unix_ms - SPREAD_MS - EPOCH_UNIX_MS) / STEP_MS;
    let ms = (start + offset_ms / STEP_MS) * STEP_MS + (number >> LOW_BITS);
    let low = number & ((1 << LOW_BITS) - 1);
    MessageId::new(ms << LOW_BITS | low).expect("the time is after the epoch and has 41 bits")
}

fn org(number: u64) -> Org {
    let org = OrgId::new(number).expect("counted from 1");
    Org { org, plan: plan_of(org) }
}

fn room_id(number: u64) -> RoomId {
    RoomId::new(number + 1).expect("counted from 1")
}

fn account(number: u64) -> AccountId {
    AccountId::new(number + 1).expect("counted from 1")
}
