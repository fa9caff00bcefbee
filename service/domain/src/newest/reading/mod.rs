//! Finding the newest messages where rooms lie in a store and are read by pages: a value that says which page to read
//! next, is told what came, and holds little whatever the number of messages.
//!
//! It does nothing itself. Whoever drives it asks [`Reading::next`] until it has nothing more, reads those pages
//! at once, and tells it of each answer as it comes; when nothing is under way, [`Reading::cut_off`] has the answer.

use std::collections::HashMap;

use super::{CutOff, Disorder, Strategy, Window};
use crate::{MessageId, RoomId};
use merge::Merging;
use select::Selecting;
use sorted_map::Mapping;

mod page;
mod progress;
mod sorted_map;
mod merge;
mod select;

pub use page::{Activity, Page, PageRequest, ReadingError};
pub use progress::Progress;

use page::Place;

#[cfg(test)]
mod tests;

/// How many pages may be under way at once: few enough that one organisation does not take a store's connections.
pub const IN_FLIGHT_MAX: usize = 32;

/// How often a page is asked for before the reading is given up.
pub const ATTEMPTS_MAX: u32 = 3;

/// One search for the newest messages of an organisation.
#[derive(Debug)]
pub struct Reading {
    window: Window,
    in_flight_max: usize,
    plan: Plan,
    /// By room: a room has one page under way at most, because the next one depends on it.
    flights: HashMap<RoomId, Flight>,
    /// Pages that failed and are asked for again.
    again: Vec<Flight>,
    progress: Progress,
}

/// What each strategy keeps.
#[derive(Debug)]
enum Plan {
    SortedMap(Mapping),
    Merge(Merging),
    Select(Selecting),
}

/// A page under way.
#[derive(Clone, Debug)]
struct Flight {
    place: Place,
    limit: u32,
    attempts: u32,
}

impl Reading {
    /// Nothing is read yet. A room that is given more than once counts once, with its latest activity.
    ///
    /// The snapshot must have been taken before the activities were read, so that no message in the window is newer
    /// than its room's.
    pub fn new(
        strategy: Strategy,
        rooms: Vec<Activity>,
        window: Window,
        in_flight_max: usize,
    ) -> Self {
        let places = page::places(rooms, &window);
        let plan = match strategy {
            Strategy::SortedMap => Plan::SortedMap(Mapping::new(places, window)),
            Strategy::Merge => Plan::Merge(Merging::new(places, window)),
            Strategy::Select => Plan::Select(Selecting::new(places, window)),
        };
        let in_flight_max = in_flight_max.max(1);
        let progress = Progress::new(in_flight_max);
        Self { window, in_flight_max, plan, flights: HashMap::new(), again: Vec::new(), progress }
    }

    /// A page to read now; none while an answer has to come first, and at the end.
    #[expect(
        clippy::should_implement_trait,
        reason = "none is not the end: an answer may bring more"
    )]
    pub fn next(&mut self) -> Option<PageRequest> {
        if self.flights.len() >= self.in_flight_max {
            return None;
        }
        let flight = self.again.pop().or_else(|| {
            let next = match &mut self.plan {
                Plan::SortedMap(plan) => plan.next(),
                Plan::Merge(plan) => plan.next(),
                Plan::Select(plan) => plan.next(),
            };
            next.map(|(place, limit)| Flight { place, limit, attempts: 0 })
        })?;
        let request = flight.place.request(flight.limit);
        self.flights.insert(flight.place.room, flight);
        Some(request)
    }

    /// The page of this room has come. What breaks the contract is an error, and ends the reading.
    pub fn accept(&mut self, room: RoomId, page: Page) -> Result<(), ReadingError> {
        let flight = self.landed(room)?;
        flight.place.check(&page, flight.limit)?;
        let next = flight.place.after(&page, &self.window);
        self.progress.page(page.ids.len(), flight.place.pages + 1);
        match &mut self.plan {
            Plan::SortedMap(plan) => plan.accept(room, &page.ids, next),
            Plan::Merge(plan) => plan.accept(page.ids, next),
            Plan::Select(plan) => plan.accept(&flight.place, &page.ids, next),
        }
        Ok(())
    }

    /// The room is gone. What was read of it counts, as it did at the snapshot; there is no more.
    pub fn vanished(&mut self, room: RoomId) -> Result<(), ReadingError> {
        let flight = self.landed(room)?;
        self.progress.page(0, flight.place.pages + 1);
        match &mut self.plan {
            Plan::SortedMap(_) => {}
            Plan::Merge(plan) => plan.accept(Vec::new(), None),
            Plan::Select(plan) => plan.accept(&flight.place, &[], None),
        }
        Ok(())
    }

    /// The page could not be read: it is asked for again, up to [`ATTEMPTS_MAX`] times. When, is up to the caller.
    pub fn failed(&mut self, room: RoomId) -> Result<(), ReadingError> {
        let mut flight = self.landed(room)?;
        self.progress.failure();
        flight.attempts += 1;
        if flight.attempts >= ATTEMPTS_MAX {
            return Err(ReadingError::Failed { room, attempts: flight.attempts });
        }
        self.again.push(flight);
        Ok(())
    }

    /// The answer, once no page is under way and none is wanted.
    pub fn cut_off(&mut self) -> Option<CutOff> {
        if !self.flights.is_empty() || !self.again.is_empty() {
            return None;
        }
        match &mut self.plan {
            Plan::SortedMap(plan) => plan.cut_off(),
            Plan::Merge(plan) => plan.cut_off(),
            Plan::Select(plan) => plan.cut_off(),
        }
    }

    /// What it has cost so far.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    fn landed(&mut self, room: RoomId) -> Result<Flight, ReadingError> {
        self.progress.answer(self.flights.len());
        self.flights.remove(&room).ok_or(ReadingError::NotAsked { room })
    }
}
