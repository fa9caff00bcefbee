//! `sorted-map`: every message into a sorted map, in chunks; what is beyond the limit is dropped after each.
//!
//! The key holds all that the map would, so it is a set. It needs no order in the rooms and makes no use of it. Kept as it was when the others came.

use std::collections::BTreeSet;

use super::{CutOff, Room, Rooms, Window};
use crate::{MessageId, RoomId};

/// Messages between two cuts: the map holds the limit and one chunk at most.
pub(super) const CHUNK: usize = 1000;

/// The newest messages so far; the room tells two messages apart should they have one id.
#[derive(Debug)]
pub(super) struct Newest {
    messages: BTreeSet<(MessageId, RoomId)>,
    window: Window,
}

impl Newest {
    pub(super) fn new(window: Window) -> Self {
        Self { messages: BTreeSet::new(), window }
    }

    pub(super) fn insert(&mut self, room: RoomId, messages: &[MessageId]) {
        for chunk in messages.chunks(CHUNK) {
            let visible = chunk.iter().filter(|&&id| self.window.holds(id));
            self.messages.extend(visible.map(|&id| (id, room)));
            while self.messages.len() > self.window.limit as usize {
                self.messages.pop_first();
            }
        }
    }

    pub(super) fn cut_off(&self) -> CutOff {
        let oldest_visible = self.messages.first().map(|&(id, _)| id);
        let visible = u32::try_from(self.messages.len()).expect("no more than the limit");
        CutOff { oldest_visible, visible }
    }
}

pub(super) fn cut_off(rooms: &Rooms<'_>, window: &Window) -> CutOff {
    let mut newest = Newest::new(*window);
    for &Room { id, messages } in rooms.each() {
        newest.insert(id, messages);
    }
    newest.cut_off()
}
