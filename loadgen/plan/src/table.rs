//! Rows of a table, in memory; what is in them is never shown, for some of it is secret.

use std::fmt;
use std::io::{BufRead, Read};

use serde_json::Value;
use thiserror::Error;

use crate::scenario::Column;

/// Rows of a table: with some hundred bytes each, more would not fit a usual machine's memory.
pub const MAX_ROWS: usize = 5_000_000;
/// Bytes of one line; a row of a few hundred message ids has a few thousand.
pub const MAX_LINE_BYTES: usize = 1 << 20;
/// Columns of a table.
pub const MAX_COLUMNS: usize = 256;

/// The rows of one table. `Debug` shows its columns and size only.
#[derive(Clone)]
pub struct Rows {
    columns: Vec<Column>,
    /// Row after row, in the order of the columns.
    values: Vec<Value>,
}

/// Why rows cannot be used; names lines and columns, never values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RowsError {
    /// The reader failed.
    #[error("line {line}: {why}")]
    Read {
        /// From 1.
        line: usize,
        /// What the reader said.
        why: String,
    },
    /// A line is not a JSON object.
    #[error("line {line}, column {column}: not a JSON object")]
    NotAnObject {
        /// From 1.
        line: usize,
        /// Where JSON ends being JSON, in bytes from 1.
        column: usize,
    },
    /// A row has other columns than the first one.
    #[error("line {line}: column `{column}` {why}")]
    Differs {
        /// From 1.
        line: usize,
        /// Which.
        column: String,
        /// How.
        why: &'static str,
    },
    /// There is no row.
    #[error("no rows")]
    Empty,
    /// One of the limits of this module is passed.
    #[error("line {line}: more than {limit} {what}")]
    TooLarge {
        /// From 1.
        line: usize,
        /// The limit.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
}

impl Rows {
    /// Rows made by the caller, each with a value for each column, in their order.
    pub fn new(columns: Vec<Column>, rows: Vec<Vec<Value>>) -> Result<Self, RowsError> {
        if columns.len() > MAX_COLUMNS {
            return Err(RowsError::TooLarge { line: 1, limit: MAX_COLUMNS, what: "columns" });
        }
        let mut table = Self { values: Vec::with_capacity(columns.len() * rows.len()), columns };
        for (index, row) in rows.into_iter().enumerate() {
            table.push(index + 1, row)?;
        }
        table.at_least_one()
    }

    /// Rows of JSON lines: one object on each, all with the columns of the first. Blank lines are
    /// skipped.
    pub fn from_json_lines(mut lines: impl BufRead) -> Result<Self, RowsError> {
        let mut table: Option<Self> = None;
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let limit = u64::try_from(MAX_LINE_BYTES + 1).expect("a small constant");
            let read = lines.by_ref().take(limit).read_until(b'\n', &mut bytes);
            let read = read.map_err(|why| RowsError::Read { line, why: why.to_string() })?;
            if read == 0 {
                break;
            }
            if read > MAX_LINE_BYTES {
                return Err(RowsError::TooLarge { line, limit: MAX_LINE_BYTES, what: "bytes" });
            }
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let mut object = object(line, &bytes)?;
            let table = match &mut table {
                Some(table) => table,
                None => {
                    table.insert(Self { columns: columns_of(line, &object)?, values: Vec::new() })
                }
            };
            let row = table.columns.iter().map(|column| {
                let missing = || differs(line, &column.name, "is missing");
                object.remove(&column.name).ok_or_else(missing)
            });
            let row = row.collect::<Result<Vec<_>, _>>()?;
            if let Some(column) = object.keys().next() {
                return Err(differs(line, column, "is not in the first row"));
            }
            table.push(line, row)?;
        }
        table.ok_or(RowsError::Empty)?.at_least_one()
    }

    /// Of all its rows.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows; at least 1.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns.len()
    }

    /// Never, for a table without rows cannot be made.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The index of a column.
    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }

    /// The value of a row (from 0) in a column, both in range.
    pub(crate) fn value(&self, row: usize, column: usize) -> &Value {
        &self.values[row * self.columns.len() + column]
    }

    fn push(&mut self, line: usize, row: Vec<Value>) -> Result<(), RowsError> {
        if self.values.len() >= MAX_ROWS * self.columns.len() {
            return Err(RowsError::TooLarge { line, limit: MAX_ROWS, what: "rows" });
        }
        if row.len() < self.columns.len() {
            return Err(differs(line, &self.columns[row.len()].name, "is missing"));
        }
        if row.len() > self.columns.len() {
            return Err(differs(line, "", "is one too many"));
        }
        for (column, value) in self.columns.iter().zip(&row) {
            if value.is_array() != column.list {
                let why = if column.list { "is no list here" } else { "is a list here" };
                return Err(differs(line, &column.name, why));
            }
        }
        self.values.extend(row);
        Ok(())
    }

    fn at_least_one(self) -> Result<Self, RowsError> {
        if self.values.is_empty() { Err(RowsError::Empty) } else { Ok(self) }
    }
}

/// The columns of a file of JSON lines from its first line, for `scenario::Context::files`.
pub fn columns_of_line(first: &str) -> Result<Vec<Column>, RowsError> {
    columns_of(1, &object(1, first.as_bytes())?)
}

impl fmt::Debug for Rows {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Rows");
        shown.field("columns", &self.columns).field("rows", &self.len()).finish_non_exhaustive()
    }
}

type Object = serde_json::Map<String, Value>;

fn object(line: usize, bytes: &[u8]) -> Result<Object, RowsError> {
    // The message of the JSON reader repeats values; its position does not.
    serde_json::from_slice(bytes)
        .map_err(|error| RowsError::NotAnObject { line, column: error.column() })
}

fn columns_of(line: usize, object: &Object) -> Result<Vec<Column>, RowsError> {
    if object.len() > MAX_COLUMNS {
        return Err(RowsError::TooLarge { line, limit: MAX_COLUMNS, what: "columns" });
    }
    if object.is_empty() {
        return Err(RowsError::Empty);
    }
    let columns = object.iter();
    Ok(columns.map(|(name, value)| Column { name: name.clone(), list: value.is_array() }).collect())
}

fn differs(line: usize, column: &str, why: &'static str) -> RowsError {
    RowsError::Differs { line, column: column.to_owned(), why }
}
