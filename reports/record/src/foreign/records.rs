//! The records of a text log, one at a time, in a buffer of fixed size: a log may be larger than memory, and a stray
//! quote must not make all that follows one record.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::error::ForeignError;
use super::head::Whole;

/// Tools write some hundred bytes a request. vegeta also writes the reply's body, which is what this leaves room for.
const RECORD_BYTES_MAX: usize = 1024 * 1024;
/// k6 writes 19 columns, `JMeter` up to 30 and one for each variable it is asked for.
const FIELDS_MAX: usize = 256;
/// What passing the limits means.
const OF_BYTES: &str =
    "a quote is not closed, or bodies are logged (vegeta attack -max-body=0 leaves them out)";
const OF_FIELDS: &str = "no tool writes such a line";
/// As much of a line as an error quotes.
const QUOTE_CHARS_MAX: usize = 60;

/// What separates the fields of a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Comma-separated, with quotes, which may hold line ends.
    Commas,
    /// Tab-separated, without quotes.
    Tabs,
    /// A line is one field.
    Lines,
}

/// Reads records.
pub(super) struct Records<R> {
    from: BufReader<Whole<R>>,
    parser: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    last_byte: u8,
    cut: bool,
}

/// One record, without its line end.
pub(super) struct Record<'a> {
    text: &'a [u8],
    ends: &'a [usize],
    last_line: u64,
}

impl<R: Read> Records<R> {
    pub(super) fn new(from: Whole<R>, shape: Shape) -> Self {
        let parser = match shape {
            Shape::Commas => ReaderBuilder::new().build(),
            Shape::Tabs => ReaderBuilder::new().delimiter(b'\t').quoting(false).build(),
            // A byte that no text holds separates nothing.
            Shape::Lines => ReaderBuilder::new().delimiter(0).quoting(false).build(),
        };
        Self {
            from: BufReader::new(from),
            parser,
            text: vec![0; RECORD_BYTES_MAX],
            ends: vec![0; FIELDS_MAX],
            last_byte: b'\n',
            cut: false,
        }
    }

    /// Whether the last record has no line end, and was left out for it.
    pub(super) fn cut(&self) -> bool {
        self.cut
    }

    /// The next record; empty lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, ForeignError> {
        let (mut bytes, mut fields) = (0, 0);
        loop {
            let input = match self.from.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                input => input?,
            };
            let at_end = input.is_empty();
            let (state, read, written, ended) =
                self.parser.read_record(input, &mut self.text[bytes..], &mut self.ends[fields..]);
            if let Some(last) = input[..read].last() {
                self.last_byte = *last;
            }
            self.from.consume(read);
            bytes += written;
            fields += ended;
            match state {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record if at_end => {
                    self.cut = true;
                    return Ok(None);
                }
                ReadRecordResult::Record => return Ok(Some(self.record(bytes, fields))),
                ReadRecordResult::OutputFull => {
                    return Err(self.long(bytes, "1 MiB", OF_BYTES));
                }
                ReadRecordResult::OutputEndsFull => {
                    return Err(self.long(bytes, "256 fields", OF_FIELDS));
                }
            }
        }
    }

    fn record(&self, bytes: usize, fields: usize) -> Record<'_> {
        // The parser counts the line ends that it has read, which of CRLF is only half.
        let last_line = self.parser.line() - u64::from(self.last_byte == b'\n');
        Record { text: &self.text[..bytes], ends: &self.ends[..fields], last_line }
    }

    fn long(&self, bytes: usize, limit: &'static str, remedy: &'static str) -> ForeignError {
        ForeignError::Long { line: self.record(bytes, 0).line(), limit, remedy }
    }
}

impl<'a> Record<'a> {
    pub(super) fn fields(&self) -> usize {
        self.ends.len()
    }

    /// A field, from 0; empty if the record has fewer.
    pub(super) fn field(&self, index: usize) -> &'a [u8] {
        let Some(end) = self.ends.get(index) else { return &[] };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..*end]
    }

    /// A field as a name; an empty one is none.
    pub(super) fn name(&self, index: usize) -> Option<String> {
        let name = String::from_utf8_lossy(self.field(index));
        (!name.is_empty()).then(|| name.into_owned())
    }

    /// Where a column is, by its name in this record.
    pub(super) fn position(&self, column: &str) -> Option<usize> {
        (0..self.fields()).find(|index| self.field(*index) == column.as_bytes())
    }

    /// All fields, for an error.
    pub(super) fn quoted(&self) -> String {
        let fields: Vec<_> = (0..self.fields()).map(|index| quoted(self.field(index))).collect();
        shortened(&fields.join(","))
    }

    /// The error that a field is not what it should be.
    pub(super) fn unlike(&self, expected: &'static str, found: &[u8]) -> ForeignError {
        ForeignError::Line { line: self.line(), expected, found: quoted(found) }
    }

    /// The line that it begins in, from 1: a quoted field may hold line ends.
    fn line(&self) -> u64 {
        let lines = self.text.split(|byte| *byte == b'\n').count() as u64;
        self.last_line + 1 - lines
    }
}

/// Bytes of a log as an error shows them: short, and without what would move the cursor of a terminal.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(4 * QUOTE_CHARS_MAX)];
    shortened(&String::from_utf8_lossy(head).replace(char::is_control, "\u{fffd}"))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
