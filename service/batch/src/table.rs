//! The newest messages by the calculation table: every message that may be visible is written into it, the store
//! sorts, the newest are read back, and all is removed again.
//!
//! It is the first version of the batch, kept for what it costs. What it had for itself is that a room can be
//! tried again alone, because writing a message twice changes nothing.

use std::collections::BTreeSet;

use chat_domain::{
    MessageId, OrgId, RoomId,
    newest::{CutOff, Disorder, Window, reading::ReadingError},
};
use chat_store::{CalculationTable, OrgStore, StoreError, clear_calculated};

use crate::{bounded::Bounded, calls::Calls, compute::ComputeError, reads::Reads};

/// Messages in a page, of a room and of the table: the chunk of the history.
const PAGE: usize = 1000;

/// What is visible, and what it cost to know.
pub(crate) async fn table<S: OrgStore + CalculationTable>(
    store: &S,
    calls: &Calls,
    org: OrgId,
    rooms: BTreeSet<RoomId>,
    window: Window,
) -> Result<(CutOff, Reads), ComputeError> {
    // An attempt that was cut off leaves messages behind, some of which may not be visible any more.
    calls.insist(|| clear_calculated(store, org, None, PAGE)).await?;
    let mut reads = Reads::default();
    let mut under_way = Bounded::new(calls.in_flight_max);
    for room in rooms {
        if let Some(copied) = under_way.add(copy(store, calls, org, room, window)).await {
            reads.join(copied?);
        }
    }
    while let Some(copied) = under_way.next().await {
        reads.join(copied?);
    }
    let cut_off = list(store, calls, org, window.limit, &mut reads).await?;
    calls.insist(|| clear_calculated(store, org, None, PAGE)).await?;
    Ok((cut_off, reads))
}

/// Writes what may be visible of a room: no more than the limit, and nothing that is too old.
async fn copy<S: OrgStore + CalculationTable>(
    store: &S,
    calls: &Calls,
    org: OrgId,
    room: RoomId,
    window: Window,
) -> Result<Reads, ComputeError> {
    let mut reads = Reads::default();
    let mut before = MessageId::new(window.snapshot.number() + 1).ok();
    let mut left = window.limit as usize;
    while left > 0 {
        let limit = PAGE.min(left);
        let page = match calls.insist(|| store.list_message_ids(room, before, limit)).await {
            // What was read of a room that has vanished counts, as it did at the snapshot.
            Err(StoreError::NotFound) => break,
            page => page?,
        };
        check(room, before, &page.items, reads.items)?;
        reads.follow(page.items.len());
        let visible = page.items.partition_point(|id| *id >= window.oldest);
        let ids = &page.items[..visible];
        if !ids.is_empty() {
            calls.insist(|| store.insert_calculated(org, ids)).await?;
        }
        if visible < page.items.len() || page.next.is_none() {
            break;
        }
        if visible == 0 {
            return Err(ReadingError::Stuck { room }.into());
        }
        left = left.saturating_sub(visible);
        before = page.next;
    }
    Ok(reads)
}

/// That ids fall is a precondition of all strategies; this one would not notice, and answer all the same.
fn check(
    room: RoomId,
    before: Option<MessageId>,
    ids: &[MessageId],
    read: u64,
) -> Result<(), ReadingError> {
    let position = usize::try_from(read).unwrap_or(usize::MAX);
    let befores = before.into_iter().chain(ids.iter().copied());
    // Without a message to be before, the first id has nothing to be held against.
    let first = usize::from(before.is_none());
    let pairs = befores.zip(ids.iter().copied().skip(first)).enumerate();
    for (at, (before, id)) in pairs {
        if id >= before {
            let position = position.saturating_add(first + at);
            return Err(Disorder { room, position, id, before }.into());
        }
    }
    Ok(())
}

/// The newest of the table, up to the limit.
async fn list<S: CalculationTable>(
    store: &S,
    calls: &Calls,
    org: OrgId,
    limit: u32,
    reads: &mut Reads,
) -> Result<CutOff, StoreError> {
    let mut cut_off = CutOff::NOTHING;
    let mut before = None;
    while cut_off.visible < limit {
        let left = PAGE.min((limit - cut_off.visible) as usize);
        let page = calls.insist(|| store.list_calculated(org, before, left)).await?;
        reads.follow(page.items.len());
        cut_off.visible += u32::try_from(page.items.len()).expect("no more than were asked for");
        cut_off.oldest_visible = page.items.last().copied().or(cut_off.oldest_visible);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(cut_off)
}
