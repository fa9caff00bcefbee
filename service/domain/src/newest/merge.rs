//! `merge`: the rooms are already in order, so the newest message is always the head of one of them: a heap of
//! heads gives the messages from the newest on, and nothing beyond the limit is touched.

use std::collections::{BinaryHeap, binary_heap::PeekMut};

use super::{CutOff, Rooms, Window};
use crate::MessageId;

/// Compared by its newest message, which is not in the rest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Head<'a> {
    newest: MessageId,
    rest: &'a [MessageId],
}

pub(super) fn cut_off(rooms: &Rooms<'_>, window: &Window) -> CutOff {
    let heads = rooms.each().filter_map(|room| {
        let (&newest, rest) = room.until(window.snapshot).split_first()?;
        Some(Head { newest, rest })
    });
    let mut heads: BinaryHeap<Head<'_>> = heads.collect();
    let mut cut_off = CutOff::NOTHING;
    while cut_off.visible < window.limit
        && let Some(mut head) = heads.peek_mut()
        && head.newest >= window.oldest
    {
        cut_off.oldest_visible = Some(head.newest);
        cut_off.visible += 1;
        match head.rest.split_first() {
            Some((&newest, rest)) => *head = Head { newest, rest },
            None => drop(PeekMut::pop(head)),
        }
    }
    cut_off
}
