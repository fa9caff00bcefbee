//! The newest messages by pages: drives a `Reading`, which says what to read, and tells it of each answer.
//!
//! Back pressure is the reading's own: it asks for no more than may be under way, and a page that failed keeps
//! its place among them until its pause is over.

use std::collections::BTreeSet;

use chat_domain::{
    RoomId,
    newest::{
        CutOff, Strategy, Window,
        reading::{Activity, Page, PageRequest, Reading},
    },
};
use chat_store::{OrgStore, StoreError};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use crate::{
    activities::activities,
    calls::{Calls, passes},
    compute::ComputeError,
    reads::Reads,
};

/// What is visible, and what it cost to know.
pub(crate) async fn newest<S: OrgStore>(
    store: &S,
    calls: &Calls,
    strategy: Strategy,
    rooms: BTreeSet<RoomId>,
    window: Window,
) -> Result<(CutOff, Reads), ComputeError> {
    let activities = match strategy {
        Strategy::Select => activities(store, calls, rooms).await?,
        // These read every room from the snapshot on and have no use for more.
        Strategy::SortedMap | Strategy::Merge => {
            let last = Some(window.snapshot);
            rooms.into_iter().map(|room| Activity { room, last }).collect()
        }
    };
    let mut reading = Reading::new(strategy, activities, window, calls.in_flight_max);
    read(store, calls, &mut reading).await?;
    let cut_off = reading.cut_off().expect("nothing is under way and no page is wanted");
    Ok((cut_off, reading.progress().into()))
}

/// Until no page is wanted.
async fn read<S: OrgStore>(
    store: &S,
    calls: &Calls,
    reading: &mut Reading,
) -> Result<(), ComputeError> {
    let mut under_way = FuturesUnordered::new();
    loop {
        while let Some(request) = reading.next() {
            under_way.push(page(store, calls, request));
        }
        let Some((room, answer)) = under_way.next().await else { return Ok(()) };
        match answer {
            Ok(page) => reading.accept(room, page)?,
            Err(StoreError::NotFound) => reading.vanished(room)?,
            Err(source) if passes(&source) => {
                reading.failed(room).map_err(|_| ComputeError::Page { room, source })?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn page<S: OrgStore>(
    store: &S,
    calls: &Calls,
    request: PageRequest,
) -> (RoomId, Result<Page, StoreError>) {
    let PageRequest { room, before, limit } = request;
    let answer = calls.ask(store.list_message_ids(room, before, limit as usize)).await;
    (room, answer.map(|page| Page { ids: page.items, more: page.next.is_some() }))
}
