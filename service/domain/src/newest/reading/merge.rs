//! `merge` over pages: a page of every room is held, and the room that gives the newest message is read on when its
//! page is used up. Nothing can be merged before all rooms have their first page, nor while one is empty.

use std::collections::{BinaryHeap, binary_heap::PeekMut};

use super::page::Place;
use super::{CutOff, MessageId, Window};

/// Messages of a page: enough that few rooms are read twice, few enough that a page of each of many rooms can be held.
const PAGE_MIN: u32 = 25;
const PAGE_MAX: u32 = 1000;

/// A room that has messages in hand.
#[derive(Debug, PartialEq, Eq)]
struct Buffer {
    /// Rising, so that the newest is taken off the end.
    ids: Vec<MessageId>,
    next: Option<Place>,
}

impl Ord for Buffer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.ids.last().cmp(&other.ids.last())
    }
}

impl PartialOrd for Buffer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Debug)]
pub(super) struct Merging {
    window: Window,
    page: u32,
    unread: Vec<Place>,
    under_way: usize,
    buffers: BinaryHeap<Buffer>,
    found: CutOff,
}

impl Merging {
    pub(super) fn new(places: Vec<Place>, window: Window) -> Self {
        let rooms = u32::try_from(places.len()).unwrap_or(u32::MAX).max(1);
        let page = (window.limit / rooms).saturating_mul(2).clamp(PAGE_MIN, PAGE_MAX);
        let unread = if window.limit == 0 { Vec::new() } else { places };
        let (buffers, found) = (BinaryHeap::new(), CutOff::NOTHING);
        Self { window, page, unread, under_way: 0, buffers, found }
    }

    pub(super) fn next(&mut self) -> Option<(Place, u32)> {
        self.merge();
        let place = self.unread.pop()?;
        self.under_way += 1;
        Some((place, self.page))
    }

    pub(super) fn accept(&mut self, mut ids: Vec<MessageId>, next: Option<Place>) {
        self.under_way -= 1;
        ids.truncate(ids.partition_point(|&id| id >= self.window.oldest));
        if ids.is_empty() {
            return;
        }
        ids.reverse();
        ids.shrink_to_fit();
        self.buffers.push(Buffer { ids, next });
    }

    pub(super) fn cut_off(&mut self) -> Option<CutOff> {
        self.merge();
        (self.unread.is_empty() && self.under_way == 0).then_some(self.found)
    }

    /// As far as it goes: to the limit, to the end, or to a room whose page is used up.
    fn merge(&mut self) {
        if !self.unread.is_empty() || self.under_way > 0 {
            return;
        }
        while self.found.visible < self.window.limit
            && let Some(mut buffer) = self.buffers.peek_mut()
        {
            self.found.oldest_visible = buffer.ids.pop();
            self.found.visible += 1;
            if buffer.ids.is_empty()
                && let Some(place) = PeekMut::pop(buffer).next
                && self.found.visible < self.window.limit
            {
                self.unread.push(place);
                return;
            }
        }
    }
}
