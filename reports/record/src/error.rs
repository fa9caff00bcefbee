//! What can go wrong with a record, in the words of whoever writes or reads one.

use std::io;

use thiserror::Error;

/// Why a part of a record could not be written or read.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The device failed, was full, or the bytes ended early.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The record was written by a later version.
    #[error("the record has schema {found}, this version reads up to {known}: use a newer hanno")]
    NewerSchema {
        /// What the file says.
        found: u32,
        /// What this version writes.
        known: u32,
    },
    /// `run.json` is not what its schema says; the message ends with line and column.
    #[error("run.json: {0}")]
    RunFile(serde_json::Error),
    /// A figure is infinite or not a number, which JSON and every later sum would turn into nonsense.
    #[error("a figure of {place} is infinite or not a number")]
    NotFinite {
        /// The file or the column.
        place: &'static str,
    },
    /// A part is larger than anything a run can leave.
    #[error("{what} is larger than {limit}")]
    TooLarge {
        /// Which part.
        what: &'static str,
        /// The limit, in the unit that `what` names.
        limit: u64,
    },
    /// A row names a stream, phase, journey or step that the plan has not.
    #[error("the plan has no {what} {index}")]
    NotInPlan {
        /// Which list of the plan.
        what: &'static str,
        /// The index asked for.
        index: u16,
    },
    /// A segment of rows is not a readable Parquet file.
    #[error("rows: {0}")]
    Rows(#[from] parquet::errors::ParquetError),
    /// A segment of rows has other columns, or a column other values, than the record's form says.
    #[error("column `{column}`: {reason}")]
    Column {
        /// Its name.
        column: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of the latency log is not what the format says.
    #[error("latency log, line {line}: {reason}")]
    LatencyLog {
        /// From 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A text is not a tag of the latency log.
    #[error("`{0}` is not a tag of the form stream/phase/step/kind")]
    Tag(String),
}
