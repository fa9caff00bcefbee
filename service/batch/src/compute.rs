//! One organisation, from its plan to its published limit; begun again as a whole where it failed for a moment.

use std::{collections::BTreeSet, time::Duration};

use chat_domain::{
    OrgId, RoomId, Snowflake,
    newest::{
        CutOff,
        reading::{ATTEMPTS_MAX, ReadingError},
    },
};
use chat_store::{CalculationTable, OrgStore, Plan, StoreError, ViewLimit};

use crate::{
    calls::{Calls, passes},
    clock,
    newest::newest,
    reads::Reads,
    rooms::rooms,
    settings::{Settings, Strategy},
    table::table,
};

/// A limit, and what it cost to compute it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Computed {
    /// What was found.
    pub limit: ViewLimit,
    /// Whether it was kept: not if one of a newer snapshot is there.
    pub published: bool,
    /// Rooms that its accounts have joined.
    pub rooms: u64,
    /// Pages of messages.
    pub reads: Reads,
    /// How long it took, without earlier attempts.
    pub took: Duration,
    /// How long all calls of the store together took meanwhile.
    pub called: Duration,
}

/// Why an organisation has no new limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// There is no such organisation.
    #[error("there is no organisation {org}")]
    UnknownOrg {
        /// Which.
        org: OrgId,
    },
    /// It pays.
    #[error("organisation {org} is on the paid plan: it sees everything and has no view limit")]
    NotFree {
        /// Which.
        org: OrgId,
    },
    /// The store answered what its contract forbids.
    #[error(transparent)]
    Reading(#[from] ReadingError),
    /// A page could not be read, however often it was asked for.
    #[error("a page of room {room} could not be read: {source}")]
    Page {
        /// Where.
        room: RoomId,
        /// What the store said last.
        source: StoreError,
    },
    /// Another call of the store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Computes and publishes the limit of an organisation. It may be done as often as wanted: a limit of an older
/// snapshot never replaces one of a newer.
pub async fn compute<S: OrgStore + CalculationTable>(
    store: &S,
    org: OrgId,
    settings: &Settings,
) -> Result<Computed, ComputeError> {
    let mut attempts = 1;
    loop {
        match attempt(store, org, settings).await {
            Err(error) if error.passes() && attempts < ATTEMPTS_MAX => attempts += 1,
            ended => return ended,
        }
    }
}

async fn attempt<S: OrgStore + CalculationTable>(
    store: &S,
    org: OrgId,
    settings: &Settings,
) -> Result<Computed, ComputeError> {
    let (begun, calls) = (clock::monotonic(), Calls::new(settings.in_flight_max));
    require_free(store, &calls, org).await?;
    let rooms = rooms(store, &calls, org).await?;
    let count = rooms.len() as u64;
    let (cut_off, reads) = visible(store, &calls, org, rooms, settings).await?;
    let limit = view_limit(org, cut_off, settings);
    let published = calls.insist(|| store.put_view_limit(limit)).await?;
    let (took, called) = (begun.elapsed(), calls.spent());
    Ok(Computed { limit, published, rooms: count, reads, took, called })
}

async fn require_free<S: OrgStore>(
    store: &S,
    calls: &Calls,
    org: OrgId,
) -> Result<(), ComputeError> {
    match calls.insist(|| store.find_org(org)).await? {
        None => Err(ComputeError::UnknownOrg { org }),
        Some(found) if found.plan == Plan::Paid => Err(ComputeError::NotFree { org }),
        Some(_) => Ok(()),
    }
}

async fn visible<S: OrgStore + CalculationTable>(
    store: &S,
    calls: &Calls,
    org: OrgId,
    rooms: BTreeSet<RoomId>,
    settings: &Settings,
) -> Result<(CutOff, Reads), ComputeError> {
    let window = settings.window();
    match settings.strategy {
        Strategy::Table => table(store, calls, org, rooms, window).await,
        Strategy::Pages(strategy) => newest(store, calls, strategy, rooms, window).await,
    }
}

fn view_limit(org: OrgId, found: CutOff, settings: &Settings) -> ViewLimit {
    ViewLimit {
        org,
        cut_off: found.oldest_visible,
        count: found.visible.into(),
        snapshot: settings.window().snapshot,
        as_of_unix_ms: settings.as_of_unix_ms,
    }
}

impl ComputeError {
    /// Whether another attempt may do better. A message that came with an id below the snapshot after the
    /// activity of its room was read, as from an instance whose clock is behind, is seen by the next one.
    fn passes(&self) -> bool {
        match self {
            Self::Page { source: error, .. } | Self::Store(error) => passes(error),
            Self::Reading(error) => matches!(error, ReadingError::BehindMessages { .. }),
            Self::UnknownOrg { .. } | Self::NotFree { .. } => false,
        }
    }
}

impl Computed {
    /// How many calls were under way on average; 0 if all took no time.
    pub fn concurrency(&self) -> f64 {
        if self.took.is_zero() { 0.0 } else { self.called.as_secs_f64() / self.took.as_secs_f64() }
    }

    /// When the oldest visible message was posted, in milliseconds since 1970.
    pub fn cut_off_unix_ms(&self) -> Option<u64> {
        self.limit.cut_off.map(|id| Snowflake::of(id).unix_ms)
    }
}
