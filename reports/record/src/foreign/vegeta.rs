//! What `vegeta encode` writes: CSV without header, or a JSON object on each line. vegeta stamps the start of a
//! request, when a worker takes it, in nanoseconds.

use std::borrow::Cow;

use serde::Deserialize;

use super::Start;
use super::error::ForeignError;
use super::format::Unit;
use super::head::is_binary;
use super::records::{Record, quoted};
use super::stamp::{date_ns, decimal_ns};

/// The columns of the CSV: stamp, code, latency, bytes out and in, error, body, attack, number, method, URL, headers.
const FIELDS: usize = 12;
const ATTACK: usize = 7;

/// How the results are encoded.
pub(super) enum Encoding {
    Csv,
    Json,
}

/// A line of the JSON; the rest of it is not read.
#[derive(Deserialize)]
struct Hit<'a> {
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow, default)]
    attack: Cow<'a, str>,
}

/// By the first bytes; results that were not encoded are binary.
pub(super) fn encoding(head: &[u8]) -> Result<Encoding, ForeignError> {
    if is_binary(head) {
        let remedy = "convert them with `vegeta encode --to csv RESULTS`";
        return Err(ForeignError::Form { form: "vegeta's binary results".to_owned(), remedy });
    }
    match head.trim_ascii_start().first() {
        Some(b'{') => Ok(Encoding::Json),
        Some(b'0'..=b'9') => Ok(Encoding::Csv),
        _ => Err(ForeignError::Header {
            expected: "a result of vegeta as CSV or JSON",
            found: quoted(head),
            remedy: "`vegeta encode --to csv RESULTS` writes it",
        }),
    }
}

/// A row of the CSV.
pub(super) fn csv_hit(record: &Record<'_>) -> Result<Start, ForeignError> {
    if record.fields() != FIELDS {
        let expected = "the 12 fields of vegeta 12";
        return Err(record.unlike(expected, record.quoted().as_bytes()));
    }
    let Some(start_ns) = decimal_ns(record.field(0), Unit::Ns) else {
        return Err(record.unlike("a Unix time in nanoseconds", record.field(0)));
    };
    Ok(Start { start_ns, name: record.name(ATTACK) })
}

/// A line of the JSON.
pub(super) fn json_hit(record: &Record<'_>) -> Result<Start, ForeignError> {
    let line = record.field(0);
    let Ok(hit) = serde_json::from_slice::<Hit<'_>>(line) else {
        return Err(record.unlike("a JSON object with a `timestamp`", line));
    };
    let Some(start_ns) = date_ns(hit.timestamp.as_bytes()) else {
        return Err(record.unlike("a date and time with its zone", hit.timestamp.as_bytes()));
    };
    let name = (!hit.attack.is_empty()).then(|| hit.attack.into_owned());
    Ok(Start { start_ns, name })
}
