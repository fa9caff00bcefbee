//! Organisations with two months of messages, at any size: what the view-limit batch is measured on.
//!
//! It is made as it is written, so that the memory does not grow with it, and it is a function of its
//! specification alone. With Zipf meaning shares in proportion to 1 / rank:
//!
//! | what | how it is distributed |
//! |---|---|
//! | accounts, rooms and messages over organisations | Zipf, each organisation with one account and one room at least |
//! | plans | every fourth organisation is paid, the others are free |
//! | messages over the rooms of an organisation | Zipf, so that small rooms may have none |
//! | members of a room | 2 to 8 accounts of its organisation, as far as there are so many |
//! | guests | one room in ten has a member from the organisation before, which then sees it as well |
//! | activity | half of the rooms are active to the end, the others fell silent at a time drawn from the 60 days; the messages of a room are spread evenly over its time, each drawn within its share |
//! | text | 3 to 22 words; nobody reacted |

mod parts;
mod shares;

use std::fmt::Write as _;

use chat_domain::{AccountId, EPOCH_UNIX_MS, MessageId, RoomId};
use sha2::{Digest, Sha256};

use self::parts::Watched;
use super::{PopulateError, SpecError, decide};
use crate::{Org, RedbStore, bulk::Label, dynamo::DynamoStore};

/// The messages lie in the 60 days before `as_of`: a third of the time is older than a view limit
/// ever reaches.
const SPREAD_MS: u64 = 60 * 24 * 3600 * 1000;
/// Message ids have room for four times as many.
const MESSAGES_MAX: u64 = 16_000_000;
const ORGS_MAX: u64 = 100_000;
const ACCOUNTS_MAX: u64 = 10_000_000;
const ROOMS_MAX: u64 = 1_000_000;

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistorySpec {
    /// Organisations; the first are the largest.
    pub orgs: u64,
    /// Accounts over all of them.
    pub accounts: u64,
    /// Rooms over all of them.
    pub rooms: u64,
    /// Messages over all rooms.
    pub messages: u64,
    /// Another seed gives other members, times and texts.
    pub seed: u64,
    /// The messages are older than this, in milliseconds since 1970.
    pub as_of_unix_ms: u64,
}

/// How large one of the organisations is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrgSize {
    /// Which, and what it pays for.
    pub org: Org,
    /// Accounts in it.
    pub accounts: u64,
    /// Rooms of its own; its accounts may be guests in others.
    pub rooms: u64,
    /// Messages in its own rooms.
    pub messages: u64,
}

impl HistorySpec {
    /// The size that the batch is measured at: 1000 organisations with a million messages.
    pub const fn new(seed: u64, as_of_unix_ms: u64) -> Self {
        let (orgs, accounts, rooms, messages) = (1000, 10_000, 20_000, 1_000_000);
        Self { orgs, accounts, rooms, messages, seed, as_of_unix_ms }
    }

    /// The same for so many organisations: ten accounts, twenty rooms and a thousand messages for each in
    /// the mean, as far as there may be so many.
    pub fn of(orgs: u64, seed: u64, as_of_unix_ms: u64) -> Self {
        let each = |count: u64, most: u64| orgs.saturating_mul(count).min(most);
        Self {
            orgs,
            accounts: each(10, ACCOUNTS_MAX),
            rooms: each(20, ROOMS_MAX),
            messages: each(1000, MESSAGES_MAX),
            seed,
            as_of_unix_ms,
        }
    }

    /// What names the data set, in hexadecimal. It is of the specification and not of the data, which
    /// would have to be made twice to be named before it is written.
    pub fn sha256(&self) -> String {
        let Self { orgs, accounts, rooms, messages, seed, as_of_unix_ms } = self;
        // The number at the front is of the way the data is made.
        let text = format!("history 1 {orgs} {accounts} {rooms} {messages} {seed} {as_of_unix_ms}");
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(text) {
            write!(sha256, "{byte:02x}").expect("a string takes every character");
        }
        sha256
    }

    fn check(&self) -> Result<(), SpecError> {
        let latest = EPOCH_UNIX_MS + (1 << 41) - 1;
        let numbers = [
            ("orgs", 1, ORGS_MAX, self.orgs),
            ("accounts", self.orgs, ACCOUNTS_MAX, self.accounts),
            ("rooms", self.orgs, ROOMS_MAX, self.rooms),
            ("messages", 0, MESSAGES_MAX, self.messages),
            ("as_of_unix_ms", EPOCH_UNIX_MS + SPREAD_MS + 16, latest, self.as_of_unix_ms),
        ];
        for (what, least, most, found) in numbers {
            if !(least..=most).contains(&found) {
                return Err(SpecError::OutOfRange { what, least, most, found });
            }
        }
        Ok(())
    }

    /// The first id of the time at which the data set ends; all of its own are below.
    fn end(&self) -> MessageId {
        MessageId::new((self.as_of_unix_ms - EPOCH_UNIX_MS) << 22)
            .expect("the time is after the epoch and has 41 bits")
    }
}

/// How large each organisation is, the largest first; without a store.
pub fn sizes(spec: &HistorySpec) -> Result<impl Iterator<Item = OrgSize> + use<>, PopulateError> {
    spec.check()?;
    Ok(parts::sizes(*spec))
}

/// Someone of the largest organisation, and a room that they are in and that is active to the end; none if all
/// of its rooms fell silent. Without a store.
pub fn active_member(spec: &HistorySpec) -> Result<Option<(AccountId, RoomId)>, PopulateError> {
    spec.check()?;
    Ok(parts::active_member(*spec))
}

/// Fills an empty store; one that this data set has filled before stays as it is, one that it has begun
/// to fill is filled again. `watch` is told how many messages are written, at the start and after each
/// part; it is told nothing where there is nothing to be done.
pub fn fill(
    store: &RedbStore,
    spec: &HistorySpec,
    watch: impl FnMut(u64),
) -> Result<(), PopulateError> {
    spec.check()?;
    let dataset = spec.sha256();
    if decide(store.filled()?, &dataset)? {
        let label = Label { dataset: &dataset, newest: spec.end() };
        store.fill(Watched::new(spec, watch), label)?;
    }
    Ok(())
}

/// The same for DynamoDB, whose tables must be there.
pub async fn fill_dynamo(
    store: &DynamoStore,
    spec: &HistorySpec,
    watch: impl FnMut(u64),
) -> Result<(), PopulateError> {
    spec.check()?;
    let dataset = spec.sha256();
    if decide(store.filled().await?, &dataset)? {
        let label = Label { dataset: &dataset, newest: spec.end() };
        store.fill(Watched::new(spec, watch), label).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
