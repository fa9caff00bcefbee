//! The newest messages of an organisation over all its rooms: what a free plan shows, and from which message on.
//!
//! One contract and several strategies, because comparing them is a result: the history of the problem is a
//! calculation table, a sorted map, a merge. Ids of a room in order are a precondition that [`Rooms`] holds
//! by its type: it is checked once where ids come from, and no strategy pays for it or repeats it.

mod window;
mod rooms;
mod strategy;
mod sorted_map;
mod merge;
mod select;

pub mod reading;

pub use rooms::{Disorder, Room, Rooms};
pub use strategy::{Strategy, UnknownStrategy};
pub use window::{AGE_MS_MAX, CutOff, LIMIT, Window};

#[cfg(test)]
mod tests;
