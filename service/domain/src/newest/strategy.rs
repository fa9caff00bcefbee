//! The ways to the same answer, by name.

use std::{fmt, str::FromStr};

use super::{CutOff, Rooms, Window, merge, select, sorted_map};

/// How the newest messages are found. All give the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All ids into a sorted map, dropping the oldest beyond the limit: the second of the history.
    SortedMap,
    /// The rooms merged from their newest messages on, up to the limit: the third.
    Merge,
    /// The one id at the limit selected from all rooms, without the order of those before it.
    Select,
}

/// No strategy has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a strategy is one of sorted-map, merge, select")]
pub struct UnknownStrategy;

impl Strategy {
    /// In the order of the history.
    pub const ALL: [Self; 3] = [Self::SortedMap, Self::Merge, Self::Select];

    /// As flags and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SortedMap => "sorted-map",
            Self::Merge => "merge",
            Self::Select => "select",
        }
    }

    /// The oldest visible message and how many are visible.
    pub fn cut_off(self, rooms: &Rooms<'_>, window: &Window) -> CutOff {
        match self {
            Self::SortedMap => sorted_map::cut_off(rooms, window),
            Self::Merge => merge::cut_off(rooms, window),
            Self::Select => select::cut_off(rooms, window),
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(text: &str) -> Result<Self, UnknownStrategy> {
        Self::ALL.into_iter().find(|strategy| strategy.name() == text).ok_or(UnknownStrategy)
    }
}
