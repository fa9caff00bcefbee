//! When first requests were sent: six columns of the rows, so that the shape of the arrivals can be seen without
//! reading the rest.

use parquet::file::reader::ChunkReader;

use super::COLUMNS;
use crate::columns::{Column, Kind, RowCells, TableReader};
use crate::error::RecordError;

/// The columns that are read.
const WANTED: [Column; 6] = [
    Column::required("stream", Kind::Text),
    Column::required("phase", Kind::Text),
    Column::optional("step_index", Kind::Int),
    Column::required("measured", Kind::Flag),
    Column::required("due_ns", Kind::Int),
    Column::optional("sent_ns", Kind::Int),
];

/// The first request of an arrival of a measured phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRow {
    /// The stream's name.
    pub stream: String,
    /// The phase's name.
    pub phase: String,
    /// When it was due, from the run's start.
    pub due_ns: u64,
    /// When the request was handed to the HTTP client, from the run's start.
    pub sent_ns: u64,
}

/// The sent times of first requests in measured phases, in the order in which the rows were written; rows of others are
/// skipped.
pub fn sent<R: ChunkReader + 'static>(
    from: R,
) -> Result<impl Iterator<Item = Result<SentRow, RecordError>>, RecordError> {
    let rows = TableReader::only(from, &COLUMNS, &WANTED)?.rows(first);
    Ok(rows.filter_map(Result::transpose))
}

fn first(mut cells: RowCells<'_>) -> Result<Option<SentRow>, RecordError> {
    let stream = cells.text()?;
    let phase = cells.text()?;
    let step: Option<u16> = cells.maybe_int()?;
    let measured = cells.flag()?;
    let due_ns = cells.int()?;
    let sent_ns = cells.maybe_int()?.filter(|_| measured && step == Some(0));
    Ok(sent_ns.map(|sent_ns| SentRow { stream, phase, due_ns, sent_ns }))
}
