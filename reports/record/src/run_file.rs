//! `run.json` written and read: strict JSON that a person can read, and errors that name the place.

use std::io::{self, Read, Write};

use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::Serializer;

use crate::error::RecordError;
use crate::run::{Run, SCHEMA};

mod formatter;

use formatter::RunFormatter;

/// The largest `run.json` that is read. Its only part that grows with the run is two numbers for each
/// second and objective: a week of ten objectives is about 200 MB.
const RUN_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Writes the file: indented, one line for each list in a list, a line feed at the end.
/// A figure that JSON cannot hold is refused before the first byte is written.
pub fn write(run: &Run, mut to: impl Write) -> Result<(), RecordError> {
    refuse_non_finite(run)?;
    let mut serializer = Serializer::with_formatter(&mut to, RunFormatter::new());
    run.serialize(&mut serializer).map_err(json_error)?;
    to.write_all(b"\n")?;
    Ok(())
}

/// Reads the file. Fractions come back to within one unit in the last place, everything else exactly.
pub fn read(from: impl Read) -> Result<Run, RecordError> {
    let mut text = Vec::new();
    from.take(RUN_BYTES_MAX + 1).read_to_end(&mut text)?;
    if text.len() as u64 > RUN_BYTES_MAX {
        return Err(RecordError::TooLarge { what: "run.json, in bytes,", limit: RUN_BYTES_MAX });
    }
    let Version { schema } = serde_json::from_slice(&text).map_err(json_error)?;
    if schema > SCHEMA {
        return Err(RecordError::NewerSchema { found: schema, known: SCHEMA });
    }
    serde_json::from_slice(&text).map_err(json_error)
}

/// The JSON Schema (draft 2020-12) of the file as it is written.
pub fn schema_json() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Run>()
        .into()
}

/// Read before the rest, so that a newer file is called newer and not wrong.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// `serde_json` writes null for what is not finite. Such a figure does not come back as it was, so the
/// whole value is taken there and back; this finds it in every field, also in those added later.
fn refuse_non_finite(run: &Run) -> Result<(), RecordError> {
    let there = serde_json::to_value(run).map_err(json_error)?;
    match serde_json::from_value::<Run>(there) {
        Ok(back) if back == *run => Ok(()),
        _ => Err(RecordError::NotFinite { place: "run.json" }),
    }
}

fn json_error(error: serde_json::Error) -> RecordError {
    if error.is_io() {
        RecordError::Io(io::Error::from(error))
    } else {
        RecordError::RunFile(error)
    }
}

#[cfg(test)]
mod tests;
