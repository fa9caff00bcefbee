//! What it costs to begin again: the room whose reading failed, or the organisation.
//!
//! A room fails when a page of it could not be read however often it was asked for. The calculation table keeps what other
//! rooms have put into it, so that only the failed room is read again; what is kept in memory is lost with the
//! attempt, and all rooms are read again. Rooms are read one after the other, each fails with the same chance
//! in every attempt, independently of the others, and a failed one has cost all of its pages. [`expected`] is the
//! closed form, [`simulated`] the same by drawing.

mod closed;
mod simulation;

pub use closed::{break_even, expected};
pub use simulation::simulated;

#[cfg(test)]
mod tests;

/// What is read again after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The room, while what others have contributed stays.
    Room,
    /// The organisation from its first room on; the rest of the attempt is not read.
    Organisation,
}

/// An organisation and how it fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case<'a> {
    /// Pages of each room, in the order in which rooms are read.
    pub pages: &'a [u32],
    /// The chance that the reading of a room fails, from 0 to 1.
    pub failure: f64,
    /// Attempts, the first included.
    pub attempts_max: u32,
}

/// What comes of it, on average over many runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Until the end: of the organisation, or of the room that took most.
    pub attempts: f64,
    /// Pages read, in vain or not.
    pub pages: f64,
    /// The share of the runs that came to a result within the attempts.
    pub finished: f64,
}

impl Outcome {
    /// An organisation without rooms has its result at once.
    const NOTHING_TO_READ: Self = Self { attempts: 1.0, pages: 0.0, finished: 1.0 };

    /// Pages for each result; none if there is hardly ever one.
    pub fn pages_per_result(&self) -> Option<f64> {
        let pages = self.pages / self.finished;
        (self.finished > 0.0 && pages.is_finite()).then_some(pages)
    }
}
