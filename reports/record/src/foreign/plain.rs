//! Any CSV file that has the start of a request in a column, for tools that are not known here.

use std::io::Read;

use super::Start;
use super::error::ForeignError;
use super::format::{Column, Unit};
use super::records::{Record, Records};
use super::stamp::decimal_ns;

/// Where the column is, from 0. A named one is looked for in the first line, which then is no row.
pub(super) fn place<R: Read>(
    column: &Column,
    records: &mut Records<R>,
) -> Result<usize, ForeignError> {
    match column {
        Column::Number(number) => Ok(number - 1),
        Column::Name(name) => {
            let Some(header) = records.next()? else { return Err(ForeignError::Empty) };
            header.position(name).ok_or_else(|| ForeignError::Column {
                column: name.clone(),
                columns: header.quoted(),
                remedy: "in a file without header, columns are numbered: csv:1,ns is the first",
            })
        }
    }
}

/// A row.
pub(super) fn row(place: usize, unit: Unit, record: &Record<'_>) -> Result<Start, ForeignError> {
    if place >= record.fields() {
        let expected = "a row with that column";
        return Err(record.unlike(expected, record.quoted().as_bytes()));
    }
    let expected = match unit {
        Unit::Ns => "a time in ns, a decimal number that is not negative",
        Unit::Us => "a time in us, a decimal number that is not negative",
        Unit::Ms => "a time in ms, a decimal number that is not negative",
        Unit::S => "a time in s, a decimal number that is not negative",
    };
    let Some(start_ns) = decimal_ns(record.field(place), unit) else {
        return Err(record.unlike(expected, record.field(place)));
    };
    Ok(Start { start_ns, name: None })
}
