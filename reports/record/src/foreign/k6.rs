//! What k6 writes with `--out csv=FILE`: a row for each metric of each request, of which one has the duration.
//!
//! k6 stamps the **end** of a request; its start is the stamp less `http_req_duration`, which begins when the request
//! goes out on its connection. Stamps are whole seconds unless `K6_CSV_TIME_FORMAT` says otherwise. The start is no finer
//! than its stamp: second 7 less a duration of 20 ms, again and again, would look like a burst at 6.980.

use std::io::Read;

use super::Start;
use super::error::ForeignError;
use super::format::Unit;
use super::records::{Record, Records};
use super::stamp::{SECOND_NS, date_ns, decimal_ns};

/// The metric that is written once for each request, with its duration in milliseconds.
const DURATION: &[u8] = b"http_req_duration";

/// How every header of k6 begins.
const FIRST: [&[u8]; 3] = [b"metric_name", b"timestamp", b"metric_value"];

/// Where the columns after the first three are.
pub(super) struct Columns {
    fields: usize,
    name: Option<usize>,
}

/// Reads the header.
pub(super) fn header<R: Read>(records: &mut Records<R>) -> Result<Columns, ForeignError> {
    let Some(header) = records.next()? else { return Err(ForeignError::Empty) };
    if (0..3).any(|index| header.field(index) != FIRST[index]) {
        return Err(ForeignError::Header {
            expected: "metric_name,timestamp,metric_value,…",
            found: header.quoted(),
            remedy: "k6 writes it with --out csv=FILE; put the header back on a part of a log that was split",
        });
    }
    Ok(Columns { fields: header.fields(), name: header.position("name") })
}

/// The row of a request's duration; those of other metrics are of no request.
pub(super) fn request(
    columns: &Columns,
    record: &Record<'_>,
) -> Result<Option<Start>, ForeignError> {
    if record.fields() != columns.fields {
        let expected = "as many fields as the header has";
        return Err(record.unlike(expected, record.quoted().as_bytes()));
    }
    if record.field(0) != DURATION {
        return Ok(None);
    }
    let Some((end_ns, unit_ns)) = end(record.field(1)) else {
        let expected = "a time in one of the forms of K6_CSV_TIME_FORMAT";
        return Err(record.unlike(expected, record.field(1)));
    };
    let duration_ns = decimal_ns(record.field(2), Unit::Ms);
    let Some(start_ns) = duration_ns.and_then(|duration_ns| end_ns.checked_sub(duration_ns)) else {
        return Err(record.unlike("a duration in milliseconds", record.field(2)));
    };
    let start_ns = start_ns.saturating_add(unit_ns / 2) / unit_ns * unit_ns;
    let name = columns.name.and_then(|index| record.name(index));
    Ok(Some(Start { start_ns, name }))
}

/// A stamp and what it is a multiple of. `unix`, `unix_milli`, `unix_micro` and `unix_nano` are told apart by their
/// number of digits, which is theirs alone from 2001 to 2286; `rfc3339` and `rfc3339_nano` are dates, of which the
/// second has decimals.
fn end(text: &[u8]) -> Option<(u64, u64)> {
    if !text.iter().all(u8::is_ascii_digit) {
        let unit_ns = if text.contains(&b'.') { 1 } else { SECOND_NS };
        return Some((date_ns(text)?, unit_ns));
    }
    let (unit, unit_ns) = match text.len() {
        10 => (Unit::S, SECOND_NS),
        13 => (Unit::Ms, 1_000_000),
        16 => (Unit::Us, 1000),
        19 => (Unit::Ns, 1),
        _ => return None,
    };
    Some((decimal_ns(text, unit)?, unit_ns))
}
