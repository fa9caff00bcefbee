//! The reading half of the tables: one row group in memory at a time, every cell checked.

use std::vec::IntoIter;

use parquet::basic::Type as Physical;
use parquet::column::reader::ColumnReader;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};

use super::{Cell, Column, Kind};
use crate::error::RecordError;

/// The most rows of one row group that are read into memory. Ours have fewer than ten thousand, those
/// that other tools write by default a hundred thousand or a million.
const READ_GROUP_ROWS_MAX: usize = 1 << 20;

/// Reads the rows of one Parquet file in order.
pub(crate) struct TableReader<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    /// Those that are read.
    columns: &'static [Column],
    /// Where they are in the file.
    places: Vec<usize>,
    next_group: usize,
    /// What is left of the row group in memory, one iterator a column.
    cells: Vec<IntoIter<Cell>>,
    rows_left: usize,
}

impl<R: ChunkReader + 'static> TableReader<R> {
    /// Opens a file and checks that its columns are the expected ones, in this order. Optional ones at
    /// the end may be missing, since they may be younger than the file.
    pub(crate) fn new(from: R, columns: &'static [Column]) -> Result<Self, RecordError> {
        Self::only(from, columns, columns)
    }

    /// The same, but reads only the `wanted` ones of the columns; the others are not even decompressed.
    pub(crate) fn only(
        from: R,
        columns: &'static [Column],
        wanted: &'static [Column],
    ) -> Result<Self, RecordError> {
        let file = SerializedFileReader::new(from)?;
        check_columns(file.metadata(), columns)?;
        let place = |wanted: &Column| columns.iter().position(|column| column.name == wanted.name);
        let places = wanted.iter().filter_map(place).collect();
        let (cells, columns) = (Vec::new(), wanted);
        Ok(Self { file, columns, places, next_group: 0, cells, rows_left: 0 })
    }

    /// The rows of the file, each made of its cells.
    pub(crate) fn rows<T>(
        mut self,
        row: fn(RowCells<'_>) -> Result<T, RecordError>,
    ) -> impl Iterator<Item = Result<T, RecordError>> {
        std::iter::from_fn(move || match self.next_row() {
            Ok(cells) => cells.map(row),
            Err(error) => Some(Err(error)),
        })
    }

    /// The next row, or none at the end of the file.
    pub(crate) fn next_row(&mut self) -> Result<Option<RowCells<'_>>, RecordError> {
        while self.rows_left == 0 {
            if self.next_group == self.file.num_row_groups() {
                return Ok(None);
            }
            // What follows an unreadable group is not looked for, so that whoever goes on comes to an end.
            self.read_group().inspect_err(|_| self.next_group = self.file.num_row_groups())?;
        }
        self.rows_left -= 1;
        Ok(Some(RowCells { columns: self.columns.iter(), cells: self.cells.iter_mut() }))
    }

    fn read_group(&mut self) -> Result<(), RecordError> {
        let group = self.file.get_row_group(self.next_group)?;
        let rows = usize::try_from(group.metadata().num_rows())
            .ok()
            .filter(|rows| *rows <= READ_GROUP_ROWS_MAX)
            .ok_or(RecordError::TooLarge {
                what: "a row group, in rows,",
                limit: READ_GROUP_ROWS_MAX as u64,
            })?;
        self.cells.clear();
        let written = group.num_columns();
        for (index, column) in self.places.iter().copied().zip(self.columns) {
            if index >= written {
                self.cells.push(vec![Cell::Absent; rows].into_iter());
                continue;
            }
            let cells = read_column(group.get_column_reader(index)?, rows)?;
            if cells.len() != rows {
                let reason = format!("has {} values in a row group of {rows} rows", cells.len());
                return Err(RecordError::Column { column: column.name, reason });
            }
            self.cells.push(cells.into_iter());
        }
        self.rows_left = rows;
        self.next_group += 1;
        Ok(())
    }
}

/// The cells of one row, taken from left to right.
pub(crate) struct RowCells<'a> {
    columns: std::slice::Iter<'static, Column>,
    cells: std::slice::IterMut<'a, IntoIter<Cell>>,
}

impl RowCells<'_> {
    /// A number, or none.
    pub(crate) fn maybe_int<T: TryFrom<i64>>(&mut self) -> Result<Option<T>, RecordError> {
        let (column, cell) = self.next();
        match cell {
            Cell::Absent => Ok(None),
            Cell::Int(value) => T::try_from(value)
                .map(Some)
                .map_err(|_| wrong(column, &format!("{value} is out of range"))),
            _ => Err(wrong(column, "is not a number")),
        }
    }

    /// A number.
    pub(crate) fn int<T: TryFrom<i64>>(&mut self) -> Result<T, RecordError> {
        self.required(Self::maybe_int)
    }

    /// A finite number with a fraction, or none.
    pub(crate) fn maybe_float(&mut self) -> Result<Option<f64>, RecordError> {
        let (column, cell) = self.next();
        match cell {
            Cell::Absent => Ok(None),
            Cell::Float(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(RecordError::NotFinite { place: column }),
        }
    }

    /// A finite number with a fraction.
    pub(crate) fn float(&mut self) -> Result<f64, RecordError> {
        self.required(Self::maybe_float)
    }

    /// True, false or none.
    pub(crate) fn maybe_flag(&mut self) -> Result<Option<bool>, RecordError> {
        let (column, cell) = self.next();
        match cell {
            Cell::Absent => Ok(None),
            Cell::Flag(value) => Ok(Some(value)),
            _ => Err(wrong(column, "is neither true nor false")),
        }
    }

    /// True or false.
    pub(crate) fn flag(&mut self) -> Result<bool, RecordError> {
        self.required(Self::maybe_flag)
    }

    /// A text, or none.
    pub(crate) fn maybe_text(&mut self) -> Result<Option<String>, RecordError> {
        let (column, cell) = self.next();
        match cell {
            Cell::Absent => Ok(None),
            Cell::Text(value) => Ok(Some(value.as_utf8()?.to_owned())),
            _ => Err(wrong(column, "is not a text")),
        }
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Result<String, RecordError> {
        self.required(Self::maybe_text)
    }

    fn required<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<Option<T>, RecordError>,
    ) -> Result<T, RecordError> {
        let column = self.columns.as_slice().first().map_or("", |column| column.name);
        take(self)?.ok_or_else(|| wrong(column, "has a row without a value"))
    }

    fn next(&mut self) -> (&'static str, Cell) {
        let column = self.columns.next().map_or("", |column| column.name);
        let cell = self.cells.next().and_then(Iterator::next).unwrap_or(Cell::Absent);
        (column, cell)
    }
}

fn check_columns(file: &ParquetMetaData, columns: &[Column]) -> Result<(), RecordError> {
    let schema = file.file_metadata().schema_descr();
    for (index, column) in columns.iter().enumerate() {
        let Some(found) = schema.columns().get(index) else {
            if column.optional {
                return Ok(());
            }
            return Err(wrong(column.name, "is missing"));
        };
        let physical = match column.kind {
            Kind::Int => Physical::INT64,
            Kind::Float => Physical::DOUBLE,
            Kind::Flag => Physical::BOOLEAN,
            Kind::Text => Physical::BYTE_ARRAY,
        };
        if found.path().string() != column.name {
            return Err(wrong(
                column.name,
                &format!("`{}` is in its place", found.path().string()),
            ));
        }
        if found.physical_type() != physical || found.max_rep_level() != 0 {
            return Err(wrong(column.name, "has another type"));
        }
    }
    if schema.num_columns() == columns.len() {
        return Ok(());
    }
    let last = columns.last().map_or("", |column| column.name);
    Err(wrong(last, "is followed by columns of another table"))
}

fn read_column(column: ColumnReader, rows: usize) -> Result<Vec<Cell>, RecordError> {
    let mut levels = Vec::new();
    Ok(match column {
        ColumnReader::Int64ColumnReader(mut column) => {
            let mut values = Vec::new();
            column.read_records(rows, Some(&mut levels), None, &mut values)?;
            cells(&levels, values, Cell::Int)
        }
        ColumnReader::DoubleColumnReader(mut column) => {
            let mut values = Vec::new();
            column.read_records(rows, Some(&mut levels), None, &mut values)?;
            cells(&levels, values, Cell::Float)
        }
        ColumnReader::BoolColumnReader(mut column) => {
            let mut values = Vec::new();
            column.read_records(rows, Some(&mut levels), None, &mut values)?;
            cells(&levels, values, Cell::Flag)
        }
        ColumnReader::ByteArrayColumnReader(mut column) => {
            let mut values = Vec::new();
            column.read_records(rows, Some(&mut levels), None, &mut values)?;
            cells(&levels, values, Cell::Text)
        }
        _ => Vec::new(),
    })
}

/// Puts the values back where their levels say that there is one; a required column has no levels.
fn cells<T>(levels: &[i16], values: Vec<T>, cell: impl Fn(T) -> Cell) -> Vec<Cell> {
    if levels.is_empty() {
        return values.into_iter().map(cell).collect();
    }
    let mut values = values.into_iter().map(cell);
    levels
        .iter()
        .map(|level| if *level > 0 { values.next() } else { None }.unwrap_or(Cell::Absent))
        .collect()
}

fn wrong(column: &'static str, reason: &str) -> RecordError {
    RecordError::Column { column, reason: reason.to_owned() }
}
