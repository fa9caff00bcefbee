//! What a load generator needs to know of a filled store: one row per account and room it is in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io,
};

use chat_domain::{AccountId, MessageId, OrgId, RoomId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Spec, draw::Draw};
use crate::bulk::{BulkPart, BulkRoom};

/// How many of a room's newest messages `first..=last` spans: what opening the room shows.
const SPAN: usize = 50;
/// How many message ids a row lists, for writes to be spread over.
const SAMPLE: usize = 20;

/// One account in one room. Ids are decimal strings in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetRow {
    /// Who.
    pub account: AccountId,
    /// Of which organisation.
    pub org: OrgId,
    /// A room it is a member of.
    pub room: RoomId,
    /// The oldest of the room's 50 newest messages.
    pub first: MessageId,
    /// The room's newest message.
    pub last: MessageId,
    /// At most 20 of the messages from `first` to `last`, in rising order.
    pub messages: Vec<MessageId>,
}

/// How much of what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Organisations.
    pub orgs: u64,
    /// Accounts.
    pub accounts: u64,
    /// Rooms.
    pub rooms: u64,
    /// Pairs of account and room: the rows.
    pub memberships: u64,
    /// Messages.
    pub messages: u64,
    /// Reactions.
    pub reactions: u64,
}

/// What names a data set: with the same seed, time and counts come the same rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Of the specification.
    pub seed: u64,
    /// Of the specification, in milliseconds since 1970.
    pub as_of_unix_ms: u64,
    /// How much there is.
    pub counts: Counts,
    /// Of the rows as `Dataset::write_jsonl` writes them, in hexadecimal.
    pub sha256: String,
}

/// The rows and the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// By account, then room.
    pub rows: Vec<DatasetRow>,
    /// What names them.
    pub summary: Summary,
}

impl Dataset {
    pub(super) fn of(spec: &Spec, world: &BulkPart) -> Self {
        let rows = rows(spec, world);
        let mut hash = HashWriter(Sha256::new());
        write_rows(&rows, &mut hash).expect("a hash takes every byte");
        let mut sha256 = String::with_capacity(64);
        for byte in hash.0.finalize() {
            write!(sha256, "{byte:02x}").expect("a string takes every character");
        }
        let counts = counts(spec, world, rows.len() as u64);
        let summary =
            Summary { seed: spec.seed, as_of_unix_ms: spec.as_of_unix_ms, counts, sha256 };
        Self { rows, summary }
    }

    /// One row per line, as JSON.
    pub fn write_jsonl(&self, mut out: impl io::Write) -> io::Result<()> {
        write_rows(&self.rows, &mut out)
    }

    /// The summary as indented JSON.
    pub fn summary_json(&self) -> String {
        serde_json::to_string_pretty(&self.summary).expect("numbers and text always serialise")
    }
}

fn rows(spec: &Spec, world: &BulkPart) -> Vec<DatasetRow> {
    let mut rooms_of = BTreeMap::<AccountId, Vec<&BulkRoom>>::new();
    for room in &world.rooms {
        for account in &room.members {
            rooms_of.entry(*account).or_default().push(room);
        }
    }
    let mut draw = Draw::new(spec.seed, "rows");
    let mut rows = Vec::new();
    for (account, org) in &world.accounts {
        for room in rooms_of.get(account).into_iter().flatten() {
            rows.push(row(*account, *org, room, &mut draw));
        }
    }
    rows
}

fn row(account: AccountId, org: OrgId, room: &BulkRoom, draw: &mut Draw) -> DatasetRow {
    let span = &room.messages[room.messages.len().saturating_sub(SPAN)..];
    let [first, .., last] = span else {
        let only = span.first().expect("each room has a message").message;
        let (first, last) = (only, only);
        return DatasetRow { account, org, room: room.room, first, last, messages: vec![only] };
    };
    let mut sample = BTreeSet::new();
    while sample.len() < SAMPLE.min(span.len()) {
        sample.insert(span[draw.index(span.len())].message);
    }
    let (first, last) = (first.message, last.message);
    let messages = sample.into_iter().collect();
    DatasetRow { account, org, room: room.room, first, last, messages }
}

fn counts(spec: &Spec, world: &BulkPart, memberships: u64) -> Counts {
    let messages = world.rooms.iter().map(|room| room.messages.len() as u64).sum();
    let reactions =
        world.rooms.iter().flat_map(|room| &room.messages).map(|m| m.reactions.len() as u64).sum();
    Counts {
        orgs: u64::from(spec.orgs),
        accounts: world.accounts.len() as u64,
        rooms: world.rooms.len() as u64,
        memberships,
        messages,
        reactions,
    }
}

fn write_rows(rows: &[DatasetRow], out: &mut impl io::Write) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

struct HashWriter(Sha256);

impl io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
