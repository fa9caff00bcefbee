//! The reading half of the latency log: line by line, so that memory does not grow with the run.

use std::io::{BufRead, Read};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

use super::Tag;
use crate::error::RecordError;

/// The longest line read. A histogram of one hour with every counter in use takes about 300 kB.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The values of one tag in one interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// Stream, phase, step and kind of time.
    pub tag: Tag,
    /// When it began, in nanoseconds from the run's start.
    pub start_ns: u64,
    /// How long it was, in nanoseconds.
    pub duration_ns: u64,
    /// In microseconds.
    pub histogram: Histogram<u64>,
}

/// Reads a log. A last line without its line feed was cut by a kill and is left out; anything else that
/// is not of the format is an error that names its line, after which nothing more is read.
pub fn read<R: BufRead>(from: R) -> Intervals<R> {
    Intervals { from, line: 0, bytes: Vec::new(), deserializer: Deserializer::new(), ended: false }
}

/// The intervals of a log, in file order.
pub struct Intervals<R> {
    from: R,
    line: u64,
    bytes: Vec<u8>,
    deserializer: Deserializer,
    ended: bool,
}

impl<R: BufRead> Iterator for Intervals<R> {
    type Item = Result<Interval, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_interval().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl<R: BufRead> Intervals<R> {
    fn next_interval(&mut self) -> Result<Option<Interval>, RecordError> {
        while self.next_line()? {
            if !matches!(self.bytes.first(), Some(b'#' | b'"')) {
                return self.interval().map(Some).map_err(|reason| self.error(reason));
            }
        }
        Ok(None)
    }

    /// Whether there was another whole line.
    fn next_line(&mut self) -> Result<bool, RecordError> {
        self.bytes.clear();
        self.line += 1;
        Read::take(&mut self.from, LINE_BYTES_MAX).read_until(b'\n', &mut self.bytes)?;
        let whole = self.bytes.last() == Some(&b'\n');
        if !whole && self.bytes.len() as u64 == LINE_BYTES_MAX {
            return Err(self.error(format!("is longer than {LINE_BYTES_MAX} bytes")));
        }
        Ok(whole)
    }

    fn interval(&mut self) -> Result<Interval, String> {
        let Some(Ok(LogEntry::Interval(entry))) = IntervalLogIterator::new(&self.bytes).next()
        else {
            return Err("is not an interval, a comment or the legend".to_owned());
        };
        let tag = entry.tag().ok_or("has no tag")?;
        let bytes = STANDARD
            .decode(entry.encoded_histogram())
            .map_err(|error| format!("holds no base64: {error}"))?;
        let histogram = self
            .deserializer
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| format!("holds no histogram: {error}"))?;
        Ok(Interval {
            tag: tag.parse().map_err(|error: RecordError| error.to_string())?,
            start_ns: nanoseconds(entry.start_timestamp())?,
            duration_ns: nanoseconds(entry.duration())?,
            histogram,
        })
    }

    fn error(&self, reason: String) -> RecordError {
        RecordError::LatencyLog { line: self.line, reason }
    }
}

fn nanoseconds(time: Duration) -> Result<u64, String> {
    u64::try_from(time.as_nanos()).map_err(|_| "has an instant after the year 2554".to_owned())
}

#[cfg(test)]
mod tests;
