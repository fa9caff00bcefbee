//! `JMeter`'s results as CSV with a header: a row for each sample.
//!
//! The stamp is the sample's start in milliseconds, as the properties that `JMeter` is shipped with say
//! (`sampleresult.timestamp.start=true`). With `false` it is the end, which nothing in the file tells.

use std::io::Read;

use super::Start;
use super::error::ForeignError;
use super::format::Unit;
use super::records::{Record, Records};
use super::stamp::decimal_ns;

/// A row that sums up others begins its message so: it was not sent.
const TRANSACTION: &[u8] = b"Number of samples in transaction";

/// Where the columns are.
pub(super) struct Columns {
    fields: usize,
    stamp: usize,
    label: Option<usize>,
    message: Option<usize>,
}

/// Refuses the other form of results.
pub(super) fn is_csv(head: &[u8]) -> Result<(), ForeignError> {
    if !head.trim_ascii_start().starts_with(b"<") {
        return Ok(());
    }
    let remedy = "let JMeter write CSV, with -Jjmeter.save.saveservice.output_format=csv";
    Err(ForeignError::Form { form: "JMeter's results in XML".to_owned(), remedy })
}

/// Reads the header.
pub(super) fn header<R: Read>(records: &mut Records<R>) -> Result<Columns, ForeignError> {
    let Some(header) = records.next()? else { return Err(ForeignError::Empty) };
    let Some(stamp) = header.position("timeStamp") else { return Err(without_stamp(&header)) };
    Ok(Columns {
        fields: header.fields(),
        stamp,
        label: header.position("label"),
        message: header.position("responseMessage"),
    })
}

/// The first line is no header, or one without the time.
fn without_stamp(header: &Record<'_>) -> ForeignError {
    if header.position("elapsed").is_some() {
        return ForeignError::Column {
            column: "timeStamp".to_owned(),
            columns: header.quoted(),
            remedy: "let JMeter write the time, with -Jjmeter.save.saveservice.timestamp_format=ms",
        };
    }
    if header.field(0).starts_with(b"timeStamp") {
        return ForeignError::Form {
            form: "JMeter's results with another delimiter than the comma".to_owned(),
            remedy: "let JMeter write commas, with -Jjmeter.save.saveservice.default_delimiter=,",
        };
    }
    ForeignError::Header {
        expected: "timeStamp,elapsed,label,…",
        found: header.quoted(),
        remedy: "let JMeter write the header, with -Jjmeter.save.saveservice.print_field_names=true, \
                 or put it back on a part of a log that was split",
    }
}

/// A row, if it is of a sample that was sent.
pub(super) fn sample(
    columns: &Columns,
    record: &Record<'_>,
) -> Result<Option<Start>, ForeignError> {
    if record.fields() != columns.fields {
        let expected = "as many fields as the header has";
        return Err(record.unlike(expected, record.quoted().as_bytes()));
    }
    let message = columns.message.map_or(&[][..], |index| record.field(index));
    if message.starts_with(TRANSACTION) {
        return Ok(None);
    }
    let Some(start_ns) = decimal_ns(record.field(columns.stamp), Unit::Ms) else {
        let expected = "a Unix time in milliseconds \
                        (JMeter writes it with -Jjmeter.save.saveservice.timestamp_format=ms)";
        return Err(record.unlike(expected, record.field(columns.stamp)));
    };
    let name = columns.label.and_then(|index| record.name(index));
    Ok(Some(Start { start_ns, name }))
}
