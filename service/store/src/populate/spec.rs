//! How large a data set is, and which one of that size.

use chat_domain::EPOCH_UNIX_MS;

/// The messages lie in the last week before `as_of`: inside the 40 days of the view limit.
pub(super) const SPREAD_MS: u64 = 7 * 24 * 3600 * 1000;

/// More than these would not fit the memory in which a data set is made.
const ROOMS_MAX: u32 = 100_000;
const ACCOUNTS_MAX: u32 = 100_000;
const MESSAGES_MAX: u32 = 2_000_000;

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Rooms; the first are the largest.
    pub rooms: u32,
    /// Messages over all rooms, at least one in each.
    pub messages: u32,
    /// People, each a member of several rooms.
    pub accounts: u32,
    /// Organisations; the first are the largest.
    pub orgs: u32,
    /// Another seed gives another data set of the same size.
    pub seed: u64,
    /// The messages are older than this, in milliseconds since 1970.
    pub as_of_unix_ms: u64,
}

/// A specification that cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// A number out of its range.
    #[error("{what} must be from {least} to {most}, not {found}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// The least that is allowed.
        least: u64,
        /// The most that is allowed.
        most: u64,
        /// What it is.
        found: u64,
    },
}

impl Spec {
    /// The default size: 50 rooms, 10 000 messages, 200 accounts, 5 organisations.
    pub const fn new(seed: u64, as_of_unix_ms: u64) -> Self {
        Self { rooms: 50, messages: 10_000, accounts: 200, orgs: 5, seed, as_of_unix_ms }
    }

    pub(super) fn check(&self) -> Result<(), SpecError> {
        let latest = EPOCH_UNIX_MS + (1 << 41) - 1;
        let numbers = [
            ("rooms", 1, u64::from(ROOMS_MAX), u64::from(self.rooms)),
            ("messages", u64::from(self.rooms), u64::from(MESSAGES_MAX), u64::from(self.messages)),
            ("accounts", 1, u64::from(ACCOUNTS_MAX), u64::from(self.accounts)),
            ("orgs", 1, u64::from(self.accounts), u64::from(self.orgs)),
            ("as_of_unix_ms", EPOCH_UNIX_MS + SPREAD_MS + 1, latest, self.as_of_unix_ms),
        ];
        for (what, least, most, found) in numbers {
            if !(least..=most).contains(&found) {
                return Err(SpecError::OutOfRange { what, least, most, found });
            }
        }
        Ok(())
    }
}
