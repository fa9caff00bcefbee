//! `sorted-map` over pages: every room is read from its snapshot down to the age that counts, a chunk at a time.

use super::page::Place;
use super::{CutOff, MessageId, RoomId, Window};
use crate::newest::sorted_map::{CHUNK, Newest};

#[derive(Debug)]
pub(super) struct Mapping {
    newest: Newest,
    unread: Vec<Place>,
}

impl Mapping {
    pub(super) fn new(places: Vec<Place>, window: Window) -> Self {
        Self { newest: Newest::new(window), unread: places }
    }

    pub(super) fn next(&mut self) -> Option<(Place, u32)> {
        let limit = u32::try_from(CHUNK).expect("a small constant");
        self.unread.pop().map(|place| (place, limit))
    }

    pub(super) fn accept(&mut self, room: RoomId, ids: &[MessageId], next: Option<Place>) {
        self.newest.insert(room, ids);
        self.unread.extend(next);
    }

    pub(super) fn cut_off(&self) -> Option<CutOff> {
        self.unread.is_empty().then(|| self.newest.cut_off())
    }
}
