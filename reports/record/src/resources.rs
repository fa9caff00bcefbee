//! `resources/NNNN.parquet`: one row for each second; the columns are the fields of `ResourceRow`.

use std::io::Write;

use crate::ChunkReader;
use crate::columns::{Cell, Column, Kind, RowCells, TableReader, TableWriter};
use crate::error::RecordError;
use crate::resource_row::ResourceRow;

/// The columns, in order; a contract with whoever reads the files. New ones are optional and go to the
/// end, so that older records can be read.
const COLUMNS: [Column; 20] = [
    Column::required("second", Kind::Int),
    Column::required("measured", Kind::Flag),
    Column::required("cpu_share", Kind::Float),
    Column::required("rss_bytes", Kind::Int),
    Column::required("descriptors", Kind::Int),
    Column::required("ports", Kind::Int),
    Column::required("steal_share", Kind::Float),
    Column::required("clock_step_us", Kind::Int),
    Column::required("released", Kind::Int),
    Column::required("ended", Kind::Int),
    Column::required("in_flight", Kind::Int),
    Column::required("waiting", Kind::Int),
    Column::optional("lateness_p99_us", Kind::Int),
    Column::optional("target_cpu_cores", Kind::Float),
    Column::optional("target_rss_bytes", Kind::Int),
    Column::optional("timer_probe_p99_us", Kind::Int),
    Column::optional("runtime_lag_p99_us", Kind::Int),
    Column::optional("connections_opened", Kind::Int),
    Column::optional("read_units", Kind::Float),
    Column::optional("write_units", Kind::Float),
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

    /// Adds a second. A share that is infinite or not a number is refused.
    pub fn push(&mut self, row: &ResourceRow) -> Result<(), RecordError> {
        self.table.push(cells(row)?)
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
) -> Result<impl Iterator<Item = Result<ResourceRow, RecordError>>, RecordError> {
    Ok(TableReader::new(from, &COLUMNS)?.rows(row))
}

fn cells(row: &ResourceRow) -> Result<[Cell; 20], RecordError> {
    Ok([
        Cell::int(u64::from(row.second)),
        Cell::Flag(row.measured),
        share("cpu_share", row.cpu_share)?,
        Cell::int(row.rss_bytes),
        Cell::int(u64::from(row.descriptors)),
        Cell::int(u64::from(row.ports)),
        share("steal_share", row.steal_share)?,
        Cell::Int(row.clock_step_us),
        Cell::int(row.released),
        Cell::int(row.ended),
        Cell::int(u64::from(row.in_flight)),
        Cell::int(u64::from(row.waiting)),
        Cell::maybe_int(row.lateness_p99_us),
        maybe_share("target_cpu_cores", row.target_cpu_cores)?,
        Cell::maybe_int(row.target_rss_bytes),
        Cell::maybe_int(row.timer_probe_p99_us),
        Cell::maybe_int(row.runtime_lag_p99_us),
        Cell::maybe_int(row.connections_opened),
        maybe_share("read_units", row.read_units)?,
        maybe_share("write_units", row.write_units)?,
    ])
}

fn share(place: &'static str, value: f64) -> Result<Cell, RecordError> {
    if value.is_finite() { Ok(Cell::Float(value)) } else { Err(RecordError::NotFinite { place }) }
}

fn maybe_share(place: &'static str, value: Option<f64>) -> Result<Cell, RecordError> {
    value.map_or(Ok(Cell::Absent), |value| share(place, value))
}

fn row(mut cells: RowCells<'_>) -> Result<ResourceRow, RecordError> {
    Ok(ResourceRow {
        second: cells.int()?,
        measured: cells.flag()?,
        cpu_share: cells.float()?,
        rss_bytes: cells.int()?,
        descriptors: cells.int()?,
        ports: cells.int()?,
        steal_share: cells.float()?,
        clock_step_us: cells.int()?,
        released: cells.int()?,
        ended: cells.int()?,
        in_flight: cells.int()?,
        waiting: cells.int()?,
        lateness_p99_us: cells.maybe_int()?,
        target_cpu_cores: cells.maybe_float()?,
        target_rss_bytes: cells.maybe_int()?,
        timer_probe_p99_us: cells.maybe_int()?,
        runtime_lag_p99_us: cells.maybe_int()?,
        connections_opened: cells.maybe_int()?,
        read_units: cells.maybe_float()?,
        write_units: cells.maybe_float()?,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_row()(
            (second, measured, released, ended) in (any::<u32>(), any::<bool>(), 0..1u64 << 40, 0..1u64 << 40),
            (cpu_share, steal_share, target_cpu_cores) in (0.0..2.0f64, 0.0..1.0f64, any::<Option<bool>>()),
            (rss_bytes, descriptors, ports) in (0..1u64 << 50, any::<u32>(), any::<u32>()),
            (clock_step_us, in_flight, waiting) in (any::<i64>(), any::<u32>(), any::<u32>()),
            (lateness, target_rss_bytes) in (any::<Option<u32>>(), any::<Option<u32>>()),
            (timer_probe, runtime_lag, opened) in (any::<Option<u32>>(), any::<Option<u32>>(), any::<Option<u32>>()),
            (read_units, write_units) in (prop::option::of(0.0..1e6f64), prop::option::of(0.0..1e6f64)),
        ) -> ResourceRow {
            ResourceRow {
                second, measured, cpu_share, rss_bytes, descriptors, ports, steal_share, clock_step_us,
                released, ended, in_flight, waiting,
                lateness_p99_us: lateness.map(u64::from),
                target_cpu_cores: target_cpu_cores.map(|busy| if busy { 1.75 } else { 0.0 }),
                target_rss_bytes: target_rss_bytes.map(u64::from),
                timer_probe_p99_us: timer_probe.map(u64::from),
                runtime_lag_p99_us: runtime_lag.map(u64::from),
                connections_opened: opened.map(u64::from),
                read_units,
                write_units,
            }
        }
    }

    /// A file from before the last columns, written by the same writer over a shorter list.
    #[test]
    fn older_files_lack_the_last_columns_and_are_read() {
        const OLDER: &[Column] = COLUMNS.first_chunk::<15>().unwrap();
        let row = ResourceRow { second: 7, target_rss_bytes: Some(9), ..ResourceRow::default() };
        let mut older = TableWriter::new(Vec::new(), OLDER).unwrap();
        older.push(cells(&row).unwrap().first_chunk::<15>().unwrap().clone()).unwrap();
        let bytes = Bytes::from(older.finish().unwrap());
        let back: Vec<ResourceRow> = read(bytes).unwrap().map(Result::unwrap).collect();
        assert_eq!(back, [row]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn every_second_comes_back(rows in proptest::collection::vec(any_row(), 0..60)) {
            let mut segment = SegmentWriter::new(Vec::new()).unwrap();
            for row in &rows {
                segment.push(row).unwrap();
            }
            prop_assert_eq!(segment.rows(), rows.len() as u64);
            let bytes = Bytes::from(segment.finish().unwrap());
            let back: Vec<ResourceRow> = read(bytes).unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn shares_that_are_no_numbers_are_refused(row in any_row(), infinite: bool) {
            let bad = if infinite { f64::INFINITY } else { f64::NAN };
            let mut segment = SegmentWriter::new(Vec::new()).unwrap();
            for row in [
                ResourceRow { cpu_share: bad, ..row.clone() },
                ResourceRow { steal_share: bad, ..row.clone() },
                ResourceRow { target_cpu_cores: Some(bad), ..row.clone() },
                ResourceRow { write_units: Some(bad), ..row.clone() },
            ] {
                let refused = matches!(segment.push(&row), Err(RecordError::NotFinite { .. }));
                prop_assert!(refused);
            }
            prop_assert_eq!(segment.rows(), 0);
        }
    }
}
