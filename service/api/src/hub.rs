//! Live events within one process: each change of a room, to everyone who reads the room just then.
//!
//! Each room with readers has a bounded ring of its own, so that a lively room pushes out no event of
//! another. A reader that falls behind loses the oldest events and is told so with `resync`: memory
//! never depends on how slow a reader is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use chat_domain::{AccountId, Kind, MessageId, RoomId};
use chat_store::{ReactionKey, Written};
use serde::Serialize;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::metrics::Metrics;

/// Readers at once: a quarter of the connections, so that the others are left for requests.
pub(crate) const READERS_MAX: usize = 4096;

/// Events that a room holds for its slowest reader: seconds of a lively room, and 16 KiB of memory.
const RING_EVENTS: usize = 256;

/// Where changes are told and readers wait for them.
pub(crate) struct Hub {
    rooms: Mutex<Rooms>,
    readers_max: usize,
    metrics: Arc<Metrics>,
}

/// Rooms that have readers.
#[derive(Default)]
struct Rooms {
    open: HashMap<RoomId, Room>,
    readers: usize,
    /// Of the event told last, in any room.
    last_id: u64,
    closed: bool,
}

struct Room {
    ring: broadcast::Sender<Bytes>,
    readers: usize,
}

/// Why nobody can read just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoReader {
    #[error("too many readers of events")]
    TooMany,
    #[error("the service is stopping")]
    Closed,
}

/// What readers of a room are told of a reaction.
#[derive(Serialize)]
struct ReactionEvent<'a> {
    room: RoomId,
    message: MessageId,
    account: AccountId,
    reaction: Option<Kind>,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrival: Option<&'a str>,
}

impl Hub {
    pub(crate) fn new(readers_max: usize, metrics: Arc<Metrics>) -> Self {
        Self { rooms: Mutex::default(), readers_max, metrics }
    }

    /// Tells the readers of the room what a write left, unless it changed nothing. Call it only when
    /// the store has acknowledged the write.
    pub(crate) fn publish(&self, of: ReactionKey, written: Written, arrival: Option<&str>) {
        if !written.changed {
            return;
        }
        self.metrics.event_published();
        let mut rooms = self.rooms();
        rooms.last_id += 1;
        let id = rooms.last_id;
        let Some(room) = rooms.open.get(&of.room) else { return };
        let event = ReactionEvent {
            room: of.room,
            message: of.message,
            account: of.account,
            reaction: written.record.kind,
            version: written.record.version,
            arrival,
        };
        let data = serde_json::to_string(&event).expect("ids, names and numbers become JSON");
        // Sent under the lock, so that ids rise; it never waits, and fails only when all have left.
        drop(room.ring.send(format!("id: {id}\nevent: reaction\ndata: {data}\n\n").into()));
    }

    /// A reader of what is published in the room from now on.
    pub(crate) fn read(self: &Arc<Self>, room: RoomId) -> Result<Reader, NoReader> {
        let mut rooms = self.rooms();
        if rooms.closed {
            return Err(NoReader::Closed);
        }
        if rooms.readers >= self.readers_max {
            return Err(NoReader::TooMany);
        }
        rooms.readers += 1;
        let entry = rooms
            .open
            .entry(room)
            .or_insert_with(|| Room { ring: broadcast::Sender::new(RING_EVENTS), readers: 0 });
        entry.readers += 1;
        let ring = entry.ring.subscribe();
        self.metrics.event_stream_opened();
        Ok(Reader { hub: Arc::clone(self), room, ring })
    }

    /// Ends all streams once they have told what is in their rings.
    pub(crate) fn close(&self) {
        let mut rooms = self.rooms();
        rooms.closed = true;
        rooms.open.clear();
    }

    /// How many read.
    pub(crate) fn readers(&self) -> usize {
        self.rooms().readers
    }

    fn left(&self, room: RoomId) {
        let mut rooms = self.rooms();
        rooms.readers -= 1;
        if let Some(entry) = rooms.open.get_mut(&room) {
            entry.readers -= 1;
            if entry.readers == 0 {
                rooms.open.remove(&room);
            }
        }
        self.metrics.event_stream_closed();
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who reads a room; leaving is dropping it.
pub(crate) struct Reader {
    hub: Arc<Hub>,
    room: RoomId,
    ring: broadcast::Receiver<Bytes>,
}

impl Reader {
    /// The next event as it goes over the wire; none when the service stops.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        match self.ring.recv().await {
            Ok(event) => {
                self.hub.metrics.event_delivered();
                Some(event)
            }
            Err(RecvError::Lagged(missed)) => {
                self.hub.metrics.event_resync();
                Some(format!("event: resync\ndata: {{\"missed\":{missed}}}\n\n").into())
            }
            Err(RecvError::Closed) => None,
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.hub.left(self.room);
    }
}

#[cfg(test)]
mod tests {
    use chat_domain::ReactionRecord;

    use super::*;

    fn hub(readers_max: usize) -> Arc<Hub> {
        Arc::new(Hub::new(readers_max, Arc::new(Metrics::new())))
    }

    fn room(number: u64) -> RoomId {
        RoomId::new(number).unwrap()
    }

    fn change(hub: &Hub, room: RoomId, version: u64) {
        let key = ReactionKey { room, message: MessageId::MIN, account: AccountId::MIN };
        let record = ReactionRecord { kind: None, version };
        hub.publish(key, Written { record, changed: true }, None);
    }

    async fn text(reader: &mut Reader) -> String {
        String::from_utf8(reader.next().await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn events_come_in_order_to_their_room_only() {
        let hub = hub(10);
        let (mut here, mut there) = (hub.read(room(1)).unwrap(), hub.read(room(2)).unwrap());
        change(&hub, room(1), 1);
        change(&hub, room(2), 2);
        change(&hub, room(1), 3);
        let data = |room: u64, version: u64| {
            format!(
                r#"data: {{"room":"{room}","message":"1","account":"1","reaction":null,"version":{version}}}"#
            )
        };
        let event = |id, data| format!("id: {id}\nevent: reaction\n{data}\n\n");
        assert_eq!(text(&mut here).await, event(1, data(1, 1)));
        assert_eq!(text(&mut here).await, event(3, data(1, 3)));
        assert_eq!(text(&mut there).await, event(2, data(2, 2)));
        hub.close();
        assert_eq!(here.next().await, None);
    }

    #[tokio::test]
    async fn who_falls_behind_is_told_how_far_and_goes_on() {
        let hub = hub(10);
        let mut slow = hub.read(room(1)).unwrap();
        for version in 1..=300 {
            change(&hub, room(1), version);
        }
        assert_eq!(text(&mut slow).await, "event: resync\ndata: {\"missed\":44}\n\n");
        assert!(text(&mut slow).await.starts_with("id: 45\n"));
        assert!(text(&mut slow).await.starts_with("id: 46\n"));
    }

    #[test]
    fn readers_are_bounded_and_leave_nothing_behind() {
        let hub = hub(2);
        let first = hub.read(room(1)).unwrap();
        let second = hub.read(room(1)).unwrap();
        assert_eq!(hub.read(room(2)).err(), Some(NoReader::TooMany));
        drop(first);
        drop(second);
        assert!(hub.rooms().open.is_empty(), "an empty room is forgotten");
        drop(hub.read(room(2)).unwrap());
        hub.close();
        assert_eq!(hub.read(room(1)).err(), Some(NoReader::Closed));
        assert_eq!(hub.readers(), 0);
    }
}
