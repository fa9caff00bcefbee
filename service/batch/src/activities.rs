//! When each room of an organisation was last active, several asked at once.

use std::collections::BTreeSet;

use chat_domain::{RoomId, newest::reading::Activity};
use chat_store::{OrgStore, StoreError};

use crate::{bounded::Bounded, calls::Calls};

/// In whichever order the answers come.
pub(crate) async fn activities<S: OrgStore>(
    store: &S,
    calls: &Calls,
    rooms: BTreeSet<RoomId>,
) -> Result<Vec<Activity>, StoreError> {
    let mut activities = Vec::with_capacity(rooms.len());
    let mut under_way = Bounded::new(calls.in_flight_max);
    for room in rooms {
        if let Some(activity) = under_way.add(activity(store, calls, room)).await {
            activities.push(activity?);
        }
    }
    while let Some(activity) = under_way.next().await {
        activities.push(activity?);
    }
    Ok(activities)
}

/// A room that has vanished has no activity, like one that was never posted to.
async fn activity<S: OrgStore>(
    store: &S,
    calls: &Calls,
    room: RoomId,
) -> Result<Activity, StoreError> {
    match calls.insist(|| store.find_last_activity(room)).await {
        Err(StoreError::NotFound) => Ok(Activity { room, last: None }),
        found => Ok(Activity { room, last: found? }),
    }
}
