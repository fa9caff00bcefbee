//! Makes the organisations, accounts, rooms, messages and reactions of a data set, in memory.

use std::collections::BTreeSet;

use chat_domain::{AccountId, IdState, Kind, Node, OrgId, RoomId, next_id};

use super::{
    Spec,
    draw::{Draw, Skew},
    spec::SPREAD_MS,
};
use crate::{
    Org, Plan,
    bulk::{BulkMessage, BulkPart, BulkRoom},
};

/// Each account is in this many rooms at least, and in up to `ROOMS_EXTRA` more.
const ROOMS_LEAST: usize = 2;
const ROOMS_EXTRA: u64 = 6;
/// A room with fewer people would have nobody to react to another's message.
const MEMBERS_LEAST: usize = 2;
/// One message in four has reactions, from one to four of them.
const REACTED_ONE_IN: u64 = 4;
const REACTIONS_MOST: usize = 4;
/// A message has from `WORDS_LEAST` to `WORDS_LEAST + WORDS_EXTRA - 1` words.
const WORDS_LEAST: u64 = 3;
const WORDS_EXTRA: u64 = 20;

const WORDS: [&str; 32] = [
    "thank", "you", "please", "check", "the", "report", "today", "meeting", "at", "noon", "done",
    "I", "will", "send", "it", "later", "customer", "asked", "about", "delivery", "schedule",
    "looks", "good", "to", "me", "can", "we", "move", "this", "next", "week", "noted",
];

/// The data set of a specification that was checked, whole.
pub(super) fn world(spec: &Spec) -> BulkPart {
    let org = |number| OrgId::new(number).expect("counted from 1");
    let orgs = (1..=u64::from(spec.orgs)).map(org);
    let orgs = orgs.map(|org| Org { org, plan: plan_of(org) }).collect();
    let accounts = accounts(spec);
    let mut rooms = rooms(spec, &accounts);
    post(spec, &mut rooms);
    react(spec, &mut rooms);
    BulkPart { orgs, accounts, rooms }
}

/// Every fourth organisation pays.
pub(super) fn plan_of(org: OrgId) -> Plan {
    if org.number().is_multiple_of(4) { Plan::Paid } else { Plan::Free }
}

fn accounts(spec: &Spec) -> Vec<(AccountId, OrgId)> {
    let mut draw = Draw::new(spec.seed, "orgs");
    let skew = Skew::new(spec.orgs);
    let account = |number: u32| {
        // The first accounts found one organisation each, so that none is empty.
        let rank = if number <= spec.orgs { number - 1 } else { rank(&skew, &mut draw) };
        (account_id(number), OrgId::new(u64::from(rank) + 1).expect("ranks are small"))
    };
    (1..=spec.accounts).map(account).collect()
}

fn rank(skew: &Skew, draw: &mut Draw) -> u32 {
    u32::try_from(skew.draw(draw)).expect("there are at most 2^32 ranks")
}

fn account_id(number: u32) -> AccountId {
    AccountId::new(u64::from(number)).expect("counted from 1")
}

/// Rooms with members, large ones first. Each account starts in one room, in turn, so that no room
/// is empty, and joins others by their size.
fn rooms(spec: &Spec, accounts: &[(AccountId, OrgId)]) -> Vec<BulkRoom> {
    let mut draw = Draw::new(spec.seed, "members");
    let skew = Skew::new(spec.rooms);
    let mut members = vec![BTreeSet::new(); spec.rooms as usize];
    for (index, (account, _)) in accounts.iter().enumerate() {
        let extra = usize::try_from(draw.below(ROOMS_EXTRA + 1)).expect("small");
        let wanted = (ROOMS_LEAST + extra).min(members.len());
        let mut joined = BTreeSet::from([index % members.len()]);
        while joined.len() < wanted {
            let drawn = skew.draw(&mut draw);
            // Whoever is in the drawn room already takes the next one that is free.
            let free = (0..members.len()).map(|step| (drawn + step) % members.len());
            joined.extend(free.filter(|room| !joined.contains(room)).take(1).collect::<Vec<_>>());
        }
        for room in joined {
            members[room].insert(*account);
        }
    }
    for room in &mut members {
        while room.len() < MEMBERS_LEAST.min(accounts.len()) {
            room.insert(accounts[draw.index(accounts.len())].0);
        }
    }
    let room = |(index, members): (u64, BTreeSet<AccountId>)| BulkRoom {
        room: RoomId::new(index).expect("counted from 1"),
        members: members.into_iter().collect(),
        messages: Vec::new(),
    };
    (1..).zip(members).map(room).collect()
}

/// Messages over the week, in rising order; each room has one of the oldest, the rest go by size.
fn post(spec: &Spec, rooms: &mut [BulkRoom]) {
    let mut draw = Draw::new(spec.seed, "messages");
    let skew = Skew::new(spec.rooms);
    let start = spec.as_of_unix_ms - SPREAD_MS;
    let slot_ms = (SPREAD_MS / u64::from(spec.messages)).max(1);
    let mut ids = IdState::default();
    for n in 0..spec.messages as usize {
        let offset_ms = n as u64 * SPREAD_MS / u64::from(spec.messages);
        let unix_ms = start + offset_ms + draw.below(slot_ms);
        let (message, next) =
            next_id(ids, Node::FIRST, unix_ms).expect("the specification bounds the time");
        ids = next;
        let room = if n < rooms.len() { n } else { skew.draw(&mut draw) };
        let room = &mut rooms[room];
        let author = room.members[draw.index(room.members.len())];
        let text = text(&mut draw);
        room.messages.push(BulkMessage { message, author, text, reactions: Vec::new() });
    }
}

pub(super) fn text(draw: &mut Draw) -> String {
    let count = WORDS_LEAST + draw.below(WORDS_EXTRA);
    let words: Vec<_> = (0..count).map(|_| WORDS[draw.index(WORDS.len())]).collect();
    words.join(" ")
}

fn react(spec: &Spec, rooms: &mut [BulkRoom]) {
    let mut draw = Draw::new(spec.seed, "reactions");
    let kinds: Vec<Kind> = Kind::all().collect();
    let skew = Skew::new(u32::try_from(kinds.len()).expect("a short table"));
    for room in rooms {
        for message in &mut room.messages {
            if draw.below(REACTED_ONE_IN) > 0 {
                continue;
            }
            let people = 1 + draw.index(REACTIONS_MOST.min(room.members.len()));
            let first = draw.index(room.members.len());
            let mut reactions: Vec<_> = (0..people)
                .map(|step| room.members[(first + step) % room.members.len()])
                .map(|account| (account, kinds[skew.draw(&mut draw)]))
                .collect();
            reactions.sort_unstable();
            message.reactions = reactions;
        }
    }
}
