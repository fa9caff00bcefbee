//! The timestamps of files that scenarios replay: lines of CSV, or a column of Parquet.

use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use load_plan::stamps::{Gathered, Source, Stamps, Unit};
use parquet::basic::{LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{DataType, Int32Type, Int64Type};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use crate::files;

/// Values of a Parquet file that are in memory at a time beside those that are kept.
const BATCH: usize = 65_536;

/// Reads the timestamps of a source; the name of the file says which format it has.
pub(crate) fn stamps(folder: &Path, source: &Source) -> anyhow::Result<Stamps> {
    let path = folder.join(&source.file);
    let file = files::open(&path)?;
    let parquet = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
    if !parquet {
        return Ok(Stamps::from_csv(BufReader::with_capacity(1 << 16, file), source)?);
    }
    let file = SerializedFileReader::new(file).context("not Parquet")?;
    let place = column(&file, source)?;
    let (mut gathered, mut row) = (Gathered::new(source.unit), 0);
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group)?;
        read_group(group.as_ref(), place, &mut gathered, &mut row)?;
    }
    Ok(gathered.finish()?)
}

/// The place of the column, if it holds whole numbers and does not say itself that they count something else.
fn column(file: &SerializedFileReader<std::fs::File>, source: &Source) -> anyhow::Result<usize> {
    let schema = file.metadata().file_metadata().schema_descr();
    let names = || schema.columns().iter().map(|column| column.path().string());
    let place = names().position(|name| name == source.column);
    let place = place.ok_or_else(|| {
        let known: Vec<_> = names().map(|name| format!("`{name}`")).collect();
        anyhow!("no column `{}`, only {}", source.column, known.join(", "))
    })?;
    let described = &schema.columns()[place];
    if described.max_rep_level() > 0 {
        bail!("column `{}` holds lists", source.column);
    }
    if let Some(unit) = own_unit(described).filter(|unit| *unit != source.unit) {
        let (column, own, said) = (&source.column, unit.word(), source.unit.word());
        bail!("column `{column}` counts `{own}` by its own type, not `{said}`");
    }
    Ok(place)
}

fn own_unit(column: &ColumnDescriptor) -> Option<Unit> {
    match column.logical_type_ref() {
        Some(LogicalType::Timestamp(stamp)) => Some(match stamp.unit {
            TimeUnit::MILLIS => Unit::Milliseconds,
            TimeUnit::MICROS => Unit::Microseconds,
            TimeUnit::NANOS => Unit::Nanoseconds,
        }),
        _ => None,
    }
}

fn read_group(
    group: &dyn RowGroupReader,
    place: usize,
    gathered: &mut Gathered,
    row: &mut u64,
) -> anyhow::Result<()> {
    match group.get_column_reader(place)? {
        ColumnReader::Int64ColumnReader(column) => read::<Int64Type>(column, gathered, row),
        ColumnReader::Int32ColumnReader(column) => read::<Int32Type>(column, gathered, row),
        _ => bail!("the column does not hold whole numbers"),
    }
}

fn read<T: DataType>(
    mut column: ColumnReaderImpl<T>,
    gathered: &mut Gathered,
    row: &mut u64,
) -> anyhow::Result<()>
where
    T::T: Copy + Into<i64>,
{
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    loop {
        values.clear();
        levels.clear();
        let (rows, found, _) = column.read_records(BATCH, Some(&mut levels), None, &mut values)?;
        if rows == 0 {
            return Ok(());
        }
        if found < rows {
            let empty = levels.iter().position(|level| *level == 0).unwrap_or(0);
            bail!("row {} has no timestamp", *row + 1 + u64::try_from(empty)?);
        }
        for value in &values {
            *row += 1;
            gathered.push(*row, (*value).into())?;
        }
    }
}
