//! The writing half of the tables: cells gathered by column, row groups of a bounded size.

use std::io::Write;
use std::sync::Arc;
use std::thread::yield_now;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use super::{Cell, Column, GROUP_ROWS, Kind};
use crate::error::RecordError;

/// Writes rows as one Parquet file.
pub(crate) struct TableWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    buffers: Vec<Buffer>,
    buffered: usize,
    rows: u64,
}

impl<W: Write + Send> TableWriter<W> {
    /// Starts a file with these columns.
    pub(crate) fn new(to: W, columns: &'static [Column]) -> Result<Self, RecordError> {
        let schema = Arc::new(parse_message_type(&schema_text(columns))?);
        let file = SerializedFileWriter::new(to, schema, Arc::new(properties(columns)?))?;
        let buffers = columns.iter().copied().map(Buffer::new).collect();
        Ok(Self { file, buffers, buffered: 0, rows: 0 })
    }

    /// Adds a row; its cells are in the order of the columns.
    pub(crate) fn push<const N: usize>(&mut self, row: [Cell; N]) -> Result<(), RecordError> {
        for (buffer, cell) in self.buffers.iter_mut().zip(row) {
            buffer.push(cell)?;
        }
        self.buffered += 1;
        self.rows += 1;
        if self.buffered == GROUP_ROWS { self.write_group() } else { Ok(()) }
    }

    /// Rows so far, buffered ones included.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is buffered and the footer, without which the file cannot be read.
    pub(crate) fn finish(mut self) -> Result<W, RecordError> {
        if self.buffered > 0 {
            self.write_group()?;
        }
        Ok(self.file.into_inner()?)
    }

    fn write_group(&mut self) -> Result<(), RecordError> {
        let mut group = self.file.next_row_group()?;
        for buffer in &mut self.buffers {
            let mut column =
                group.next_column()?.ok_or_else(|| buffer.error("is not in the file"))?;
            buffer.write(column.untyped())?;
            column.close()?;
            buffer.clear();
            // A column takes a tenth of a millisecond, all of them several: the thread that writes a record has
            // the lowest need of all, so others that wait for its core go first.
            yield_now();
        }
        group.close()?;
        self.buffered = 0;
        Ok(())
    }
}

/// The cells of one column that are not yet written.
struct Buffer {
    column: Column,
    values: Values,
    /// 1 where a value is present; unused for required columns.
    levels: Vec<i16>,
}

enum Values {
    Int(Vec<i64>),
    Float(Vec<f64>),
    Flag(Vec<bool>),
    Text(Vec<ByteArray>),
}

impl Buffer {
    fn new(column: Column) -> Self {
        let values = match column.kind {
            Kind::Int => Values::Int(Vec::new()),
            Kind::Float => Values::Float(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
            Kind::Text => Values::Text(Vec::new()),
        };
        Self { column, values, levels: Vec::new() }
    }

    fn push(&mut self, cell: Cell) -> Result<(), RecordError> {
        let present = !matches!(cell, Cell::Absent);
        match (&mut self.values, cell) {
            (Values::Int(values), Cell::Int(value)) => values.push(value),
            (Values::Float(values), Cell::Float(value)) => values.push(value),
            (Values::Flag(values), Cell::Flag(value)) => values.push(value),
            (Values::Text(values), Cell::Text(value)) => values.push(value),
            (_, Cell::Absent) if self.column.optional => {}
            _ => return Err(self.error("takes no such value")),
        }
        self.levels.push(i16::from(present));
        Ok(())
    }

    fn write(&self, to: &mut ColumnWriter) -> Result<(), RecordError> {
        let levels = self.column.optional.then_some(&self.levels[..]);
        match (&self.values, to) {
            (Values::Int(values), ColumnWriter::Int64ColumnWriter(to)) => {
                to.write_batch(values, levels, None)?
            }
            (Values::Float(values), ColumnWriter::DoubleColumnWriter(to)) => {
                to.write_batch(values, levels, None)?
            }
            (Values::Flag(values), ColumnWriter::BoolColumnWriter(to)) => {
                to.write_batch(values, levels, None)?
            }
            (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(to)) => {
                to.write_batch(values, levels, None)?
            }
            _ => return Err(self.error("has another type in the file")),
        };
        Ok(())
    }

    /// Keeps the memory for the next row group.
    fn clear(&mut self) {
        match &mut self.values {
            Values::Int(values) => values.clear(),
            Values::Float(values) => values.clear(),
            Values::Flag(values) => values.clear(),
            Values::Text(values) => values.clear(),
        }
        self.levels.clear();
    }

    fn error(&self, reason: &str) -> RecordError {
        RecordError::Column { column: self.column.name, reason: reason.to_owned() }
    }
}

fn schema_text(columns: &[Column]) -> String {
    let fields: Vec<String> = columns
        .iter()
        .map(|column| {
            let need = if column.optional { "optional" } else { "required" };
            let (physical, logical) = match column.kind {
                Kind::Int => ("int64", ""),
                Kind::Float => ("double", ""),
                Kind::Flag => ("boolean", ""),
                Kind::Text => ("binary", " (STRING)"),
            };
            format!("{need} {physical} {}{logical}; ", column.name)
        })
        .collect();
    format!("message hanno {{ {}}}", fields.concat())
}

/// Numbers are mostly ordered or alike, so their differences pack small and quickly; a dictionary of
/// them would not. Names are few, so a dictionary is right for them. Level 1 of zstd costs little.
fn properties(columns: &[Column]) -> Result<WriterProperties, RecordError> {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("hanno ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?));
    for column in columns.iter().filter(|column| column.kind == Kind::Int) {
        let path = ColumnPath::from(column.name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties.build())
}
