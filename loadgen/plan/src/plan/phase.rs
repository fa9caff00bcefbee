//! Stretches of a stream: at a rate, in bursts, as a file says, by users who wait for answers, or without arrivals.
//!
//! The form is part of `plan_sha256`: variants are added, the ones that are there do not change.

mod offsets;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use offsets::Offsets;

/// A stretch of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// `[a-z0-9_-]{1,64}`, unique in its stream; `phase-1`, … when the file gives none.
    pub name: String,
    /// From the run's start, in nanoseconds.
    pub start_ns: u64,
    /// In nanoseconds, > 0.
    pub duration_ns: u64,
    /// Whether what is due in it is judged.
    pub measured: bool,
    /// What arrives in it.
    pub kind: PhaseKind,
}

/// What arrives in a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum PhaseKind {
    /// Arrivals at a rate that goes linearly from `from` to `to` (equal for a constant rate).
    Rate {
        /// At the start of the phase.
        from: Rate,
        /// At its end.
        to: Rate,
        /// How owed arrivals are placed.
        spacing: Spacing,
    },
    /// Nothing.
    Idle {},
    /// Nothing either, but readers hold streams of events open: the step of the stream's only journey.
    Listen {
        /// How many; reader k draws its row as arrival k of the stream would.
        users: u32,
    },
    /// Arrivals at one rate after the other, each for an equal part of the phase.
    Steps {
        /// At least one, in order of time; at least one is not 0.
        rates: Vec<Rate>,
        /// How owed arrivals are placed.
        spacing: Spacing,
    },
    /// Arrivals at the rate `mean + amplitude sin(2 pi t / period)`, with t from the start of the phase.
    Sine {
        /// > 0.
        mean: Rate,
        /// At most `mean`.
        amplitude: Rate,
        /// In nanoseconds, > 0.
        period_ns: u64,
        /// How owed arrivals are placed.
        spacing: Spacing,
    },
    /// Many at once, again and again.
    Burst(Burst),
    /// Arrivals at the times of a file.
    Replay(Replay),
    /// A fixed set of users, each of whom starts again when it has its answer: a closed model.
    Closed(Closed),
}

/// How owed arrivals are placed in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Arrival n is due when n + offset arrivals are owed.
    Even,
    /// A unit-rate Poisson process through the inverse of the integrated rate.
    Poisson,
    /// As many as the integrated rate comes to, rounded half up, at sorted uniform draws of it.
    Exactly,
}

/// `size` arrivals at the start of the phase and after each `every_ns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// Arrivals that are due at once, > 0.
    pub size: u32,
    /// From one burst to the next, in nanoseconds, > 0.
    pub every_ns: u64,
}

/// Arrivals at the times of a file, counted from its first: `ceil(offset / speed)` after the start of the
/// phase, as long as that is before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// As the scenario names it.
    pub file: String,
    /// The times.
    pub offsets: Offsets,
    /// How many times faster than the file.
    pub speed: Speed,
    /// After how long the file begins again, in nanoseconds of the file's own time; more than its last offset.
    pub repeat_ns: Option<u64>,
}

/// How many times faster, > 0, as a reduced fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Above the line.
    pub numerator: u64,
    /// Below it.
    pub denominator: u64,
}

/// Users who start one after the other, and then each again and again until the phase ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// How many, > 0.
    pub users: u32,
    /// Over how many seconds they start; 0: all at once.
    pub ramp_s: u32,
    /// When a user starts again.
    pub cycle: Cycle,
}

/// When a user starts again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Cycle {
    /// This long after it was due before, or when it has its answer if that is later.
    Pace {
        /// In nanoseconds, > 0.
        pace_ns: u64,
    },
    /// This long after it had its answer.
    Pause {
        /// In nanoseconds, > 0.
        pause_ns: u64,
    },
}

/// Arrivals per second as a reduced fraction: exact, whatever unit the file used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Arrivals …
    pub arrivals: u64,
    /// … in this many seconds, > 0.
    pub seconds: u64,
}

/// A number in (0, 1), exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fraction {
    /// Above the line.
    pub numerator: u32,
    /// Below it, > `numerator`.
    pub denominator: u32,
}

impl PhaseKind {
    /// Whether anything arrives.
    pub fn arrives(&self) -> bool {
        !matches!(self, Self::Idle {} | Self::Listen { .. })
    }

    /// How arrivals are placed; `None` where no rate is placed.
    pub fn spacing(&self) -> Option<Spacing> {
        match self {
            Self::Rate { spacing, .. }
            | Self::Steps { spacing, .. }
            | Self::Sine { spacing, .. } => Some(*spacing),
            Self::Burst(_)
            | Self::Replay(_)
            | Self::Closed(_)
            | Self::Idle {}
            | Self::Listen { .. } => None,
        }
    }
}
