//! Rows to Parquet and back, column by column and without Arrow, for any fixed list of columns.
//!
//! A row is an array of cells in the order of the columns. Cells are gathered in one buffer a column
//! and written as a row group when `GROUP_ROWS` are there, so memory is bounded whatever the run.

use parquet::data_type::ByteArray;

mod read;
mod write;

pub(crate) use read::{RowCells, TableReader};
pub(crate) use write::TableWriter;

/// Rows gathered before they are written: a few megabytes for the widest table, and enough for the
/// encodings to work on.
pub(crate) const GROUP_ROWS: usize = 8_192;

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// As in the file.
    pub(crate) name: &'static str,
    /// What is in it.
    pub(crate) kind: Kind,
    /// Whether a cell may be absent.
    pub(crate) optional: bool,
}

/// What is in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Signed, 64 bits, so that a difference of two columns is right in every tool that reads them.
    Int,
    /// 64 bits.
    Float,
    /// True or false.
    Flag,
    /// UTF-8.
    Text,
}

impl Column {
    /// A column in which every row has a value.
    pub(crate) const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, optional: false }
    }

    /// A column in which a row may have none.
    pub(crate) const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, optional: true }
    }
}

/// One value of one row.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// None.
    Absent,
    /// A number.
    Int(i64),
    /// A share.
    Float(f64),
    /// True or false.
    Flag(bool),
    /// A name.
    Text(ByteArray),
}

impl Cell {
    /// A number; what does not fit in 63 bits (292 years of nanoseconds) is written as the largest that does.
    pub(crate) fn int(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }

    /// A number that may be absent.
    pub(crate) fn maybe_int(value: Option<u64>) -> Self {
        value.map_or(Self::Absent, Self::int)
    }

    /// A text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(ByteArray::from(text))
    }

    /// A text that may be absent.
    pub(crate) fn maybe_text(value: Option<&str>) -> Self {
        value.map_or(Self::Absent, Self::text)
    }
}
