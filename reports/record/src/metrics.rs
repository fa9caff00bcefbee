//! `metrics/NNNN.parquet`: a row for each series in each answer of the target; the columns are the fields of
//! `MetricRow`. A table of its own, since its series are the target's and no two targets have the same.

use std::io::Write;

use crate::ChunkReader;
use crate::columns::{Cell, Column, Kind, RowCells, TableReader, TableWriter};
use crate::error::RecordError;
use crate::metric_row::MetricRow;

/// The columns, in order; a contract with whoever reads the files. New ones are optional and go to the end.
const COLUMNS: [Column; 4] = [
    Column::required("at_ns", Kind::Int),
    Column::required("series", Kind::Text),
    Column::required("counter", Kind::Flag),
    Column::required("value", Kind::Float),
];

/// Writes one segment.
pub struct SegmentWriter<W: Write + Send> {
    table: TableWriter<W>,
}

impl<W: Write + Send> SegmentWriter<W> {
    /// Starts a segment.
    pub fn new(to: W) -> Result<Self, RecordError> {
        Ok(Self { table: TableWriter::new(to, &COLUMNS)? })
    }

    /// Adds a value. One that is infinite or not a number is refused.
    pub fn push(&mut self, row: &MetricRow) -> Result<(), RecordError> {
        if !row.value.is_finite() {
            return Err(RecordError::NotFinite { place: "value" });
        }
        self.table.push([
            Cell::int(row.at_ns),
            Cell::text(&row.series),
            Cell::Flag(row.counter),
            Cell::Float(row.value),
        ])
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.table.rows()
    }

    /// Makes the segment whole; before this it cannot be read.
    pub fn finish(self) -> Result<W, RecordError> {
        self.table.finish()
    }
}

/// The rows of one segment in the order of time, one row group in memory at a time.
pub fn read<R: ChunkReader + 'static>(
    from: R,
) -> Result<impl Iterator<Item = Result<MetricRow, RecordError>>, RecordError> {
    Ok(TableReader::new(from, &COLUMNS)?.rows(row))
}

fn row(mut cells: RowCells<'_>) -> Result<MetricRow, RecordError> {
    Ok(MetricRow {
        at_ns: cells.int()?,
        series: cells.text()?,
        counter: cells.flag()?,
        value: cells.float()?,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn row(at_ns: u64, series: &str, value: f64) -> MetricRow {
        MetricRow { at_ns, series: series.to_owned(), counter: series.ends_with("_total"), value }
    }

    #[test]
    fn every_value_comes_back_and_none_that_is_no_number() {
        let rows = [
            row(0, "a_total", 3.0),
            row(0, "b{c=\"é\"}", -1.5),
            row(1_000_000_000, "a_total", 1e300),
        ];
        let mut segment = SegmentWriter::new(Vec::new()).unwrap();
        for row in &rows {
            segment.push(row).unwrap();
        }
        for value in [f64::NAN, f64::INFINITY] {
            let refused = segment.push(&row(2, "a_total", value));
            assert!(matches!(refused, Err(RecordError::NotFinite { .. })));
        }
        assert_eq!(segment.rows(), 3);
        let bytes = Bytes::from(segment.finish().unwrap());
        let back: Vec<MetricRow> = read(bytes).unwrap().map(Result::unwrap).collect();
        assert_eq!(back, rows);
    }
}
