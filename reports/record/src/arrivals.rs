//! `arrivals/NNNN.parquet`: one row for each step attempted, with names in place of the plan's indices.

use std::io::Write;

use load_plan::plan::Plan;
use parquet::data_type::ByteArray;

use crate::ChunkReader;
use crate::arrival_row::{ArrivalRow, Outcome};
use crate::columns::{Cell, Column, Kind, RowCells, TableReader, TableWriter};
use crate::error::RecordError;

mod sent;

pub use sent::{SentRow, sent};

/// The most rows of one segment: about 10 MB, so that a kill loses little and a tool opens it quickly.
pub const SEGMENT_ROWS_MAX: u64 = 500_000;

/// The longest time one segment covers, in seconds of the run: what a kill may lose.
pub const SEGMENT_SECONDS_MAX: u64 = 60;

/// The columns, in order; a contract with whoever reads the files.
const COLUMNS: [Column; 27] = [
    Column::required("seq", Kind::Int),
    Column::required("n", Kind::Int),
    Column::required("stream", Kind::Text),
    Column::required("phase", Kind::Text),
    Column::required("journey", Kind::Text),
    Column::optional("step", Kind::Text),
    Column::optional("step_index", Kind::Int),
    Column::required("measured", Kind::Flag),
    Column::required("last", Kind::Flag),
    Column::required("due_ns", Kind::Int),
    Column::optional("released_ns", Kind::Int),
    Column::optional("sent_ns", Kind::Int),
    Column::optional("first_byte_ns", Kind::Int),
    Column::optional("done_ns", Kind::Int),
    Column::required("user_free", Kind::Flag),
    Column::required("outcome", Kind::Text),
    Column::optional("error_class", Kind::Text),
    Column::optional("status", Kind::Int),
    Column::required("bytes_in", Kind::Int),
    Column::required("bytes_out", Kind::Int),
    Column::optional("server_us", Kind::Int),
    Column::optional("store_us", Kind::Int),
    Column::optional("connect_us", Kind::Int),
    Column::optional("reused", Kind::Flag),
    Column::optional("instance", Kind::Text),
    Column::required("worker", Kind::Int),
    Column::optional("error_code", Kind::Text),
];

/// Writes one segment. Memory is bounded by one row group, whatever the number of rows.
pub struct SegmentWriter<W: Write + Send> {
    table: TableWriter<W>,
    names: Names,
    rows_max: u64,
}

impl<W: Write + Send> SegmentWriter<W> {
    /// Starts a segment whose rows speak of this plan.
    pub fn new(to: W, plan: &Plan) -> Result<Self, RecordError> {
        let table = TableWriter::new(to, &COLUMNS)?;
        Ok(Self { table, names: Names::of(plan), rows_max: SEGMENT_ROWS_MAX })
    }

    /// Adds a row. Numbers of 2^63 and more are written as 2^63 - 1. A full segment takes no more.
    pub fn push(&mut self, row: &ArrivalRow) -> Result<(), RecordError> {
        if self.is_full() {
            return Err(RecordError::TooLarge {
                what: "a segment of arrivals, in rows,",
                limit: self.rows_max,
            });
        }
        self.table.push(self.names.cells(row)?)
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.table.rows()
    }

    /// Whether the next row belongs in the next segment.
    pub fn is_full(&self) -> bool {
        self.rows() >= self.rows_max
    }

    /// Makes the segment whole; before this it cannot be read.
    pub fn finish(self) -> Result<W, RecordError> {
        self.table.finish()
    }
}

/// A row as read back: names where the writer had indices.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the column of its name, described at `ArrivalRow`")]
pub struct ReadRow {
    pub seq: u64,
    pub n: u64,
    pub stream: String,
    pub phase: String,
    pub journey: String,
    pub step: Option<String>,
    pub step_index: Option<u16>,
    pub measured: bool,
    pub last: bool,
    pub due_ns: u64,
    pub released_ns: Option<u64>,
    pub sent_ns: Option<u64>,
    pub first_byte_ns: Option<u64>,
    pub done_ns: Option<u64>,
    pub user_free: bool,
    pub outcome: Outcome,
    pub error_class: Option<String>,
    pub status: Option<u16>,
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub server_us: Option<u64>,
    pub store_us: Option<u64>,
    pub connect_us: Option<u64>,
    pub reused: Option<bool>,
    pub instance: Option<String>,
    pub worker: u16,
    pub error_code: Option<String>,
}

/// The rows of one segment in the order in which they were written, one row group in memory at a time.
pub fn read<R: ChunkReader + 'static>(
    from: R,
) -> Result<impl Iterator<Item = Result<ReadRow, RecordError>>, RecordError> {
    Ok(TableReader::new(from, &COLUMNS)?.rows(row))
}

/// The plan's names, ready to be written; a copy of one is a reference.
struct Names {
    /// Each stream and its phases.
    streams: Vec<(ByteArray, Vec<ByteArray>)>,
    /// Each journey and its steps.
    journeys: Vec<(ByteArray, Vec<ByteArray>)>,
}

impl Names {
    fn of(plan: &Plan) -> Self {
        let name = |name: &String| ByteArray::from(name.as_str());
        Self {
            streams: plan
                .streams
                .iter()
                .map(|stream| {
                    let phases = stream.phases.iter().map(|phase| name(&phase.name)).collect();
                    (name(&stream.name), phases)
                })
                .collect(),
            journeys: plan
                .journeys
                .iter()
                .map(|journey| {
                    let steps = journey.steps.iter().map(|step| name(&step.name)).collect();
                    (name(&journey.name), steps)
                })
                .collect(),
        }
    }

    fn cells(&self, row: &ArrivalRow) -> Result<[Cell; 27], RecordError> {
        let (stream, phases) = at(&self.streams, "stream", row.stream)?;
        let (journey, steps) = at(&self.journeys, "journey", row.journey)?;
        let step = match row.step {
            Some(index) => Cell::Text(at(steps, "step", index)?.clone()),
            None => Cell::Absent,
        };
        Ok([
            Cell::int(row.seq),
            Cell::int(row.n),
            Cell::Text(stream.clone()),
            Cell::Text(at(phases, "phase", row.phase)?.clone()),
            Cell::Text(journey.clone()),
            step,
            Cell::maybe_int(row.step.map(u64::from)),
            Cell::Flag(row.measured),
            Cell::Flag(row.last),
            Cell::int(row.due_ns),
            Cell::maybe_int(row.released_ns),
            Cell::maybe_int(row.sent_ns),
            Cell::maybe_int(row.first_byte_ns),
            Cell::maybe_int(row.done_ns),
            Cell::Flag(row.user_free),
            Cell::Text(ByteArray::from(row.outcome.as_str())),
            Cell::maybe_text(row.error_class),
            Cell::maybe_int(row.status.map(u64::from)),
            Cell::int(row.bytes_in),
            Cell::int(row.bytes_out),
            Cell::maybe_int(row.server_us),
            Cell::maybe_int(row.store_us),
            Cell::maybe_int(row.connect_us),
            row.reused.map_or(Cell::Absent, Cell::Flag),
            Cell::maybe_text(row.instance.as_deref()),
            Cell::int(u64::from(row.worker)),
            Cell::maybe_text(row.error_code.as_deref()),
        ])
    }
}

fn at<'a, T>(list: &'a [T], what: &'static str, index: u16) -> Result<&'a T, RecordError> {
    list.get(usize::from(index)).ok_or(RecordError::NotInPlan { what, index })
}

fn row(mut cells: RowCells<'_>) -> Result<ReadRow, RecordError> {
    Ok(ReadRow {
        seq: cells.int()?,
        n: cells.int()?,
        stream: cells.text()?,
        phase: cells.text()?,
        journey: cells.text()?,
        step: cells.maybe_text()?,
        step_index: cells.maybe_int()?,
        measured: cells.flag()?,
        last: cells.flag()?,
        due_ns: cells.int()?,
        released_ns: cells.maybe_int()?,
        sent_ns: cells.maybe_int()?,
        first_byte_ns: cells.maybe_int()?,
        done_ns: cells.maybe_int()?,
        user_free: cells.flag()?,
        outcome: outcome(&cells.text()?)?,
        error_class: cells.maybe_text()?,
        status: cells.maybe_int()?,
        bytes_in: cells.int()?,
        bytes_out: cells.int()?,
        server_us: cells.maybe_int()?,
        store_us: cells.maybe_int()?,
        connect_us: cells.maybe_int()?,
        reused: cells.maybe_flag()?,
        instance: cells.maybe_text()?,
        worker: cells.int()?,
        error_code: cells.maybe_text()?,
    })
}

fn outcome(name: &str) -> Result<Outcome, RecordError> {
    Outcome::named(name).ok_or_else(|| RecordError::Column {
        column: "outcome",
        reason: format!("`{name}` is no outcome"),
    })
}

#[cfg(test)]
mod tests;
