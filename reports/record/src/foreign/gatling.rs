//! Gatling's `simulation.log`: lines of tab-separated fields, the kind of line first.
//!
//! It is text up to Gatling 3.12. From 3.13 on it is a binary format that is not documented, recognised here by its
//! first byte and refused. The start of a request is in whole milliseconds and before its connection is set up.

use std::io::Read;

use super::Start;
use super::error::ForeignError;
use super::format::Unit;
use super::head::is_binary;
use super::records::{Record, Records};
use super::stamp::decimal_ns;

/// What a log's version may be: `3.` and a number in this range, the oldest and the newest that were recorded.
const MINORS: std::ops::RangeInclusive<u32> = 7..=12;
const KNOWN: &str = "Gatling 3.7 to 3.12";
/// What to do about a log that cannot be read.
const INSTEAD: &str =
    "let it send to `hanno sink` and audit the sink's file, or use Gatling up to 3.12";

/// Refuses a binary log, with the version if it says one.
pub(super) fn is_text(head: &[u8]) -> Result<(), ForeignError> {
    if !is_binary(head) {
        return Ok(());
    }
    let version = binary_version(head).map_or_else(String::new, |version| format!(" {version}"));
    let form = format!("a binary log of Gatling{version}, which writes no text from 3.13 on");
    Err(ForeignError::Form { form, remedy: INSTEAD })
}

/// A binary log begins with a zero byte and the version, after its length in four bytes.
fn binary_version(head: &[u8]) -> Option<&str> {
    let (length, rest) = head.strip_prefix(&[0])?.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    str::from_utf8(rest.get(..length)?).ok().filter(|version| version.starts_with("3."))
}

/// Reads up to the line RUN: class, id, start, description, version. Assertions come before it.
pub(super) fn header<R: Read>(records: &mut Records<R>) -> Result<(), ForeignError> {
    while let Some(record) = records.next()? {
        match record.field(0) {
            b"ASSERTION" => {}
            b"RUN" => return is_known(&record.name(5).unwrap_or_default()),
            _ => {
                return Err(ForeignError::Header {
                    expected: "the line RUN",
                    found: record.quoted(),
                    remedy: "a log of Gatling begins with it; give the first part of a split log",
                });
            }
        }
    }
    Err(ForeignError::Empty)
}

fn is_known(version: &str) -> Result<(), ForeignError> {
    let minor = version.strip_prefix("3.").and_then(|rest| rest.split('.').next()?.parse().ok());
    match minor {
        Some(minor) if MINORS.contains(&minor) => Ok(()),
        _ => Err(ForeignError::Version { found: format!("Gatling {version}"), known: KNOWN }),
    }
}

/// A line REQUEST: groups, name, start, end, status, message. USER, GROUP and ERROR are of no request.
pub(super) fn request(record: &Record<'_>) -> Result<Option<Start>, ForeignError> {
    match record.field(0) {
        b"REQUEST" if record.fields() == 7 => {}
        b"REQUEST" => {
            return Err(record.unlike("7 fields of a line REQUEST", record.quoted().as_bytes()));
        }
        b"USER" | b"GROUP" | b"ERROR" => return Ok(None),
        other => return Err(record.unlike("a line REQUEST, USER, GROUP or ERROR", other)),
    }
    let Some(start_ns) = decimal_ns(record.field(3), Unit::Ms) else {
        return Err(record.unlike("the start of a request in milliseconds", record.field(3)));
    };
    Ok(Some(Start { start_ns, name: record.name(2) }))
}
