//! How limits are computed: by which strategy, as of when, and how much at once.

use std::{fmt, str::FromStr};

use chat_domain::newest::{self, LIMIT, Window, reading::IN_FLIGHT_MAX};

/// Organisations at once, each with its own calls under way: enough that one with few rooms does not leave
/// the store idle.
const ORGS_AT_ONCE: usize = 4;

/// How the newest messages of an organisation are found. All give the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Every message that may be visible is written into a table that sorts them: the first of the history.
    Table,
    /// Pages are read, and nothing is written but the result.
    Pages(newest::Strategy),
}

/// No strategy has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a strategy is one of table, sorted-map, merge, select")]
pub struct UnknownStrategy;

/// For one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How.
    pub strategy: Strategy,
    /// When, in milliseconds since 1970: messages posted from then on are not counted.
    pub as_of_unix_ms: u64,
    /// How many messages an organisation sees.
    pub limit: u32,
    /// Calls of the store at once, for each organisation.
    pub in_flight_max: usize,
    /// Organisations at once, where all are computed.
    pub orgs_at_once: usize,
}

impl Strategy {
    /// In the order of the history.
    pub const ALL: [Self; 4] = [
        Self::Table,
        Self::Pages(newest::Strategy::SortedMap),
        Self::Pages(newest::Strategy::Merge),
        Self::Pages(newest::Strategy::Select),
    ];

    /// As flags and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Pages(strategy) => strategy.name(),
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

impl Settings {
    /// The free plan, and as much at once as one organisation may take.
    pub const fn new(strategy: Strategy, as_of_unix_ms: u64) -> Self {
        Self {
            strategy,
            as_of_unix_ms,
            limit: LIMIT,
            in_flight_max: IN_FLIGHT_MAX,
            orgs_at_once: ORGS_AT_ONCE,
        }
    }

    /// The same for every organisation and every attempt, so that a run is of one moment.
    pub(crate) fn window(&self) -> Window {
        Window::before(self.as_of_unix_ms, self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strategies_have_names() {
        for strategy in Strategy::ALL {
            assert_eq!(strategy.name().parse(), Ok(strategy));
            assert!(UnknownStrategy.to_string().contains(strategy.name()), "{strategy}");
        }
        for unknown in ["", "Table", "sort"] {
            assert_eq!(unknown.parse::<Strategy>(), Err(UnknownStrategy), "{unknown}");
        }
    }
}
