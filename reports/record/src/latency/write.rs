//! The writing half of the latency log: whole lines, so that a kill cuts at most the last one.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};

use super::Tag;
use crate::error::RecordError;

const NANOSECONDS: u64 = 1_000_000_000;

/// What the largest value of an interval is divided by when it is printed: microseconds to milliseconds.
const MAX_VALUE_DIVISOR: u64 = 1_000;

/// Writes a log, one line for each histogram.
pub struct LatencyLogWriter<W: Write> {
    to: W,
    serializer: V2DeflateSerializer,
    bytes: Vec<u8>,
    line: String,
}

impl<W: Write> LatencyLogWriter<W> {
    /// Writes the header; `started_unix_ns` is the run's instant 0.
    pub fn new(mut to: W, started_unix_ns: u64) -> Result<Self, RecordError> {
        let started = Seconds(started_unix_ns);
        write!(
            to,
            "#[Histogram log format version 1.3]\n\
             #[StartTime: {started} (seconds since epoch)]\n\
             #[BaseTime: {started} (seconds since epoch)]\n\
             #[MaxValueDivisor: {MAX_VALUE_DIVISOR}.000]\n\
             #[Values are microseconds, Interval_Max is milliseconds, Tag is stream/phase/step/kind]\n\
             \"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"
        )?;
        let serializer = V2DeflateSerializer::new();
        Ok(Self { to, serializer, bytes: Vec::new(), line: String::new() })
    }

    /// Adds the values of one tag in one interval, whose instants are nanoseconds from the run's start.
    /// An empty histogram is left out: it would tell nothing.
    pub fn write(
        &mut self,
        tag: &Tag,
        start_ns: u64,
        duration_ns: u64,
        values: &Histogram<u64>,
    ) -> Result<(), RecordError> {
        if values.is_empty() {
            return Ok(());
        }
        self.bytes.clear();
        self.serializer
            .serialize(values, &mut self.bytes)
            .map_err(|error| RecordError::Io(io::Error::other(error.to_string())))?;
        let max = values.max();
        self.line.clear();
        write!(
            self.line,
            "Tag={tag},{},{},{}.{:03},",
            Seconds(start_ns),
            Seconds(duration_ns),
            max / MAX_VALUE_DIVISOR,
            max % MAX_VALUE_DIVISOR
        )
        .expect("a String takes every text");
        STANDARD.encode_string(&self.bytes, &mut self.line);
        self.line.push('\n');
        self.to.write_all(self.line.as_bytes())?;
        Ok(())
    }

    /// Hands on what a buffer below may hold.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        Ok(self.to.flush()?)
    }
}

/// Nanoseconds printed as seconds, exactly: three decimals where they are enough, as other writers do.
struct Seconds(u64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, rest) = (self.0 / NANOSECONDS, self.0 % NANOSECONDS);
        if rest.is_multiple_of(1_000_000) {
            write!(to, "{seconds}.{:03}", rest / 1_000_000)
        } else {
            write!(to, "{seconds}.{rest:09}")
        }
    }
}
