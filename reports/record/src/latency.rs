//! `latency.hlog`: one-second interval histograms in the `HdrHistogram` log format, one tag for each stream, phase, step and kind.
//!
//! Any tool that reads such logs reads this one. Values are microseconds; instants are seconds from the
//! run's start, which the header gives; the largest value, printed for people, is in milliseconds.

mod read;
mod tag;
mod write;

pub use read::{Interval, Intervals, read};
pub use write::LatencyLogWriter;

/// What the values of a tagged histogram are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Done less due.
    Response,
    /// Done less sent.
    Service,
    /// What the server says.
    Server,
    /// The generator's own delay.
    Lateness,
    /// The time no user was free.
    Wait,
    /// From the change to its event.
    Delivery,
}

/// Whose values an interval histogram holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// Stream name.
    pub stream: String,
    /// Phase name.
    pub phase: String,
    /// Step name, free text.
    pub step: String,
    /// Which time.
    pub kind: Kind,
}
