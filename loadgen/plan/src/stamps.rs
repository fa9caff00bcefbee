//! The timestamps of a file that is replayed: read one by one, sorted, and kept as 8 bytes each.
//!
//! The shell opens the file; lines of CSV are read here, whole numbers of other formats are handed in.

mod csv;

use std::fmt;
use std::io::{BufRead, Read};

use thiserror::Error;

use crate::plan::Offsets;
use crate::scenario::quote;
use crate::table::MAX_LINE_BYTES;

/// Timestamps of a file: 80 MB of memory.
pub const MAX_STAMPS: usize = 10_000_000;

const SECOND_NS: u64 = 1_000_000_000;

/// What a timestamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
}

/// As scenarios write them.
pub const UNITS: [(&str, Unit); 4] = [
    ("s", Unit::Seconds),
    ("ms", Unit::Milliseconds),
    ("us", Unit::Microseconds),
    ("ns", Unit::Nanoseconds),
];

/// Where timestamps are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Beside the scenario.
    pub file: String,
    /// Its column.
    pub column: String,
    /// What they count.
    pub unit: Unit,
}

/// The timestamps of a file, and what is doubtful about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamps {
    offsets: Offsets,
    /// How many are earlier than the one before them in the file.
    pub unsorted: u64,
    /// The most that share one instant, if all are whole seconds.
    pub clump: Option<u64>,
}

/// A place in a file, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Of a format that has lines.
    Line(u64),
    /// Of one that has none.
    Row(u64),
}

/// Why timestamps cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StampsError {
    /// The reader failed.
    #[error("line {line}: {why}")]
    Read {
        /// From 1.
        line: u64,
        /// What the reader said.
        why: String,
    },
    /// The first line names no such column.
    #[error("line 1: no column `{column}`, only {known}")]
    NoColumn {
        /// What was looked for.
        column: String,
        /// What is there.
        known: String,
    },
    /// What stands there is no timestamp.
    #[error("{at}: {found} {why}")]
    Wrong {
        /// Where.
        at: At,
        /// As it stands there.
        found: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There are none.
    #[error("no timestamps")]
    Empty,
    /// One of the limits is passed.
    #[error("{at}: more than {limit} {what}")]
    TooLarge {
        /// Where.
        at: At,
        /// The limit.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
}

impl Stamps {
    /// The column of this name of a CSV file whose first line names its columns. Blank lines are skipped;
    /// a field may be quoted, but not go on to another line.
    pub fn from_csv(mut lines: impl BufRead, source: &Source) -> Result<Self, StampsError> {
        let (mut gathered, mut at) = (Gathered::new(source.unit), None);
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let limit = u64::try_from(MAX_LINE_BYTES + 1).expect("a small constant");
            let read = lines.by_ref().take(limit).read_until(b'\n', &mut bytes);
            let read = read.map_err(|why| StampsError::Read { line, why: why.to_string() })?;
            if read == 0 {
                break;
            }
            if read > MAX_LINE_BYTES {
                let (at, limit) = (At::Line(line), MAX_LINE_BYTES);
                return Err(StampsError::TooLarge { at, limit, what: "bytes" });
            }
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
            if text.trim().is_empty() {
                continue;
            }
            match at {
                None => at = Some(csv::column(text, &source.column)?),
                Some(at) => {
                    let (field, line) = (csv::field(text, at), At::Line(line));
                    let field = field.ok_or_else(|| wrong(line, text, "has no such column"))?;
                    gathered.push_text(line, &field)?;
                }
            }
        }
        gathered.finish()
    }

    /// Times in order, from the first.
    pub fn offsets(&self) -> Offsets {
        self.offsets.clone()
    }
}

/// Timestamps while they are read.
#[derive(Debug)]
pub struct Gathered {
    unit: Unit,
    times_ns: Vec<u64>,
    unsorted: u64,
}

impl Gathered {
    /// None yet.
    pub fn new(unit: Unit) -> Self {
        Self { unit, times_ns: Vec::new(), unsorted: 0 }
    }

    /// A whole number; `row` from 1.
    pub fn push(&mut self, row: u64, stamp: i64) -> Result<(), StampsError> {
        let row = At::Row(row);
        let is = |why| wrong(row, &stamp.to_string(), why);
        let whole = u64::try_from(stamp).map_err(|_| is("is negative"))?;
        let time_ns = whole.checked_mul(self.unit.ns()).ok_or_else(|| is("is too large"))?;
        self.keep(row, time_ns)
    }

    fn push_text(&mut self, at: At, text: &str) -> Result<(), StampsError> {
        let time_ns = self.unit.time_ns(text.trim()).map_err(|why| wrong(at, text, why))?;
        self.keep(at, time_ns)
    }

    fn keep(&mut self, at: At, time_ns: u64) -> Result<(), StampsError> {
        if self.times_ns.len() == MAX_STAMPS {
            return Err(StampsError::TooLarge { at, limit: MAX_STAMPS, what: "timestamps" });
        }
        self.unsorted += u64::from(self.times_ns.last().is_some_and(|last| time_ns < *last));
        self.times_ns.push(time_ns);
        Ok(())
    }

    /// Sorts them and counts from the first. Equal times are equal arrivals, so that no order is lost.
    pub fn finish(self) -> Result<Stamps, StampsError> {
        let Self { mut times_ns, unsorted, .. } = self;
        if unsorted > 0 {
            times_ns.sort_unstable();
        }
        times_ns.shrink_to_fit();
        let first_ns = *times_ns.first().ok_or(StampsError::Empty)?;
        let whole = times_ns.iter().all(|time_ns| time_ns % SECOND_NS == 0);
        let clump = whole.then(|| longest_tie(&times_ns)).filter(|most| *most > 1);
        for time_ns in &mut times_ns {
            *time_ns -= first_ns;
        }
        Ok(Stamps { offsets: Offsets::of(times_ns), unsorted, clump })
    }
}

impl Unit {
    /// As scenarios write it.
    pub fn word(self) -> &'static str {
        UNITS.iter().find(|(_, unit)| *unit == self).map_or("", |(word, _)| word)
    }

    fn ns(self) -> u64 {
        match self {
            Self::Seconds => SECOND_NS,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }

    /// Digits, with or without a fraction: exactly.
    fn time_ns(self, text: &str) -> Result<u64, &'static str> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.strip_prefix('-').is_some_and(digits) && digits(fraction) {
            return Err("is negative");
        }
        if !digits(whole) || !digits(fraction) {
            return Err("is no number");
        }
        let whole = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(self.ns()));
        let mut part = 0;
        let mut place_ns = self.ns();
        for digit in fraction.trim_end_matches('0').bytes().map(|digit| u64::from(digit - b'0')) {
            place_ns /= 10;
            if place_ns == 0 {
                return Err("is finer than a nanosecond");
            }
            part += digit * place_ns;
        }
        whole.and_then(|whole| whole.checked_add(part)).ok_or("is too large")
    }
}

/// The most that are equal, of times in order.
fn longest_tie(times_ns: &[u64]) -> u64 {
    let ties = times_ns.chunk_by(|one, two| one == two).map(<[u64]>::len);
    ties.max().unwrap_or(0).try_into().expect("a length fits 64 bits")
}

fn wrong(at: At, found: &str, why: &'static str) -> StampsError {
    StampsError::Wrong { at, found: quote(found), why }
}

impl fmt::Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(out, "line {line}"),
            Self::Row(row) => write!(out, "row {row}"),
        }
    }
}
