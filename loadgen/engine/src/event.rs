//! What reaches the collector.

use run_record::arrival_row::ArrivalRow;

use crate::audience::Heard;
use crate::metrics::Page;

/// A message to the collector.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A step attempted, or an arrival that started none.
    Row {
        row: Box<ArrivalRow>,
        /// Due time of the arrival, which the row of a later step does not hold.
        arrival_due_ns: u64,
    },
    /// A probe was woken.
    Probe {
        probe: Probe,
        /// When it should have been woken, from the run's start.
        due_ns: u64,
        /// How much later it was.
        late_ns: u64,
    },
    /// A reader of live events says something.
    Heard {
        /// Its number.
        reader: u32,
        /// When, from the run's start.
        at_ns: u64,
        heard: Heard,
    },
    /// The target was asked for its metrics.
    Scraped {
        /// When, from the run's start; 0 before it.
        at_ns: u64,
        /// What it said, or why it said nothing.
        page: Box<Result<Page, String>>,
    },
}

/// Who was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// A bare thread, by the timer that the pacer uses: tells a noisy machine.
    Timer,
    /// A task in the users' runtime: tells a saturated generator.
    Runtime,
}
