//! `select` over pages: rooms in the order of their newest unread message, so that a page is read only if it may hold one
//! of the newest. What is known bounds the cut-off from below; what is expected of the pages under way says whether
//! a further one is likely to be needed, or should wait for them.

use std::collections::BinaryHeap;

use super::page::Place;
use super::{CutOff, MessageId, Window};
use crate::Snowflake;
use rate::Rate;

mod rate;

/// Messages of a first page: about twice a room's share, within these.
const FIRST_MIN: u32 = 16;
const FIRST_MAX: u32 = 250;

/// The last page that a room may be asked for in a chain takes all that can be visible of it.
const CHAIN_MAX: u32 = 4;

/// So many messages say enough about how far down the limit is.
const TELLING: u64 = 32;

/// A room that goes on, in the order of its newest unread message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Next {
    newest: MessageId,
    place: Place,
    rate: Rate,
}

#[derive(Debug)]
pub(super) struct Selecting {
    window: Window,
    first: u32,
    /// Rooms of which nothing is read, those of the latest activity last.
    unread: Vec<Place>,
    continued: BinaryHeap<Next>,
    /// Pages under way.
    asked: Vec<Next>,
    /// The newest messages of those that were read, falling, at most as many as the limit.
    known: Vec<MessageId>,
    /// What first pages have shown of late.
    rate: Option<Rate>,
    top: Option<MessageId>,
}

impl Selecting {
    pub(super) fn new(mut places: Vec<Place>, window: Window) -> Self {
        places.retain(|place| place.newest.is_some_and(|newest| newest >= window.oldest));
        if window.limit == 0 {
            places.clear();
        }
        let rooms = u32::try_from(places.len()).unwrap_or(u32::MAX).max(1);
        Self {
            window,
            first: (window.limit / rooms).saturating_mul(2).clamp(FIRST_MIN, FIRST_MAX),
            top: places.last().and_then(|place| place.newest),
            unread: places,
            continued: BinaryHeap::new(),
            asked: Vec::new(),
            known: Vec::new(),
            rate: None,
        }
    }

    pub(super) fn next(&mut self) -> Option<(Place, u32)> {
        let next = self.peek()?;
        let expected = self.expected(next.newest);
        if expected >= u64::from(self.window.limit) && !self.asked.is_empty() {
            return None;
        }
        let limit = if next.place.pages == 0 {
            self.unread.pop();
            self.first
        } else {
            self.continued.pop();
            self.size(&next, expected)
        };
        self.asked.push(next);
        Some((next.place, limit))
    }

    pub(super) fn accept(&mut self, place: &Place, ids: &[MessageId], next: Option<Place>) {
        self.asked.retain(|asked| asked.place.room != place.room);
        let rate = Rate::of(ids);
        if place.pages == 0 {
            self.rate = Some(self.rate.map_or(rate, |mean| mean.towards(rate)));
        }
        let visible = ids.partition_point(|&id| self.may_matter(id));
        self.insert(&ids[..visible]);
        if let Some(place) = next
            && let Some(newest) = place.newest.filter(|&newest| self.may_matter(newest))
        {
            self.continued.push(Next { newest, place, rate });
        }
    }

    pub(super) fn cut_off(&mut self) -> Option<CutOff> {
        if self.peek().is_some() || !self.asked.is_empty() {
            return None;
        }
        let visible = u32::try_from(self.known.len()).expect("no more than the limit");
        Some(CutOff { oldest_visible: self.known.last().copied(), visible })
    }

    /// The page that may hold the newest message of all that are unread, if that message can be visible.
    fn peek(&self) -> Option<Next> {
        let unread = self
            .unread
            .last()
            .and_then(|&place| Some(Next { newest: place.newest?, place, rate: Rate::default() }));
        let next = unread.max(self.continued.peek().copied())?;
        self.may_matter(next.newest).then_some(next)
    }

    /// Whether a message would be among the newest, by what is known.
    fn may_matter(&self, id: MessageId) -> bool {
        id >= self.window.oldest
            && (self.known.len() < self.window.limit as usize
                || self.known.last().is_none_or(|&oldest| id > oldest))
    }

    fn insert(&mut self, ids: &[MessageId]) {
        let Some(&newest) = ids.first() else { return };
        let after = self.known.split_off(self.known.partition_point(|&id| id > newest));
        let (mut ids, mut after) = (ids.iter().peekable(), after.iter().peekable());
        while self.known.len() < self.window.limit as usize {
            let id = match (ids.peek(), after.peek()) {
                (Some(one), Some(other)) if one > other => ids.next(),
                (_, Some(_)) => after.next(),
                (_, None) => ids.next(),
            };
            let Some(&id) = id else { return };
            self.known.push(id);
        }
    }

    /// How many messages there will be from this one on, once the pages under way have come, and what follows
    /// them down to this one: rather too many than too few, by as much as pages under way are uncertain.
    fn expected(&self, id: MessageId) -> u64 {
        let known = self.known.partition_point(|&known| known >= id) as u64;
        let newer = self.asked.iter().filter(|asked| asked.newest >= id);
        let yields = newer.map(|asked| {
            let sure = u64::from(asked.place.pages == 0);
            sure + self.rate_of(asked).within(unix_ms(asked.newest) - unix_ms(id))
        });
        let yields = yields.fold(0_u64, u64::saturating_add);
        known.saturating_add(yields.saturating_add(yields / 8))
    }

    /// Of a room of which nothing is read: as of those that were read of late, or, if that is more, as if it
    /// were posted to twice in as long a silence as the one since its newest message. One hot room
    /// shows by that before anything is read.
    fn rate_of(&self, next: &Next) -> Rate {
        if next.place.pages > 0 {
            return next.rate;
        }
        let silence_ms = unix_ms(self.window.snapshot) - unix_ms(next.newest);
        self.rate.unwrap_or_default().max(Rate::once_in(silence_ms / 2))
    }

    /// How much of a room to read that goes on: what it will have down to about where the limit is.
    fn size(&self, next: &Next, expected: u64) -> u32 {
        let rest = self.window.limit.saturating_sub(next.place.read).max(1);
        let pages = next.place.pages;
        if pages + 1 >= CHAIN_MAX {
            return rest;
        }
        let above_ms = self.top.map_or(0, unix_ms).saturating_sub(unix_ms(next.newest));
        let wanted = if expected < TELLING {
            u64::from(next.place.read) * 4
        } else {
            let missing = u64::from(self.window.limit).saturating_sub(expected);
            let below_ms = u128::from(above_ms) * u128::from(missing) / u128::from(expected);
            let age_ms = unix_ms(next.newest) - unix_ms(self.window.oldest);
            let below_ms = u64::try_from(below_ms).unwrap_or(u64::MAX).min(age_ms);
            // The second guess has more room, because after it comes the end of the chain.
            next.rate.within(below_ms) * u64::from(pages + 4) / 4 + 8
        };
        u32::try_from(wanted).unwrap_or(u32::MAX).max(self.first).min(rest)
    }
}

fn unix_ms(id: MessageId) -> u64 {
    Snowflake::of(id).unix_ms
}
