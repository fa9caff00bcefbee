//! `hanno schema`: the JSON Schema of a file that Hanno writes.

use std::process::ExitCode;

use anyhow::Context;

use crate::args::{SchemaArgs, SchemaFile};
use crate::failure::Failure;
use crate::say;

pub(crate) fn schema(args: &SchemaArgs) -> Result<ExitCode, Failure> {
    let SchemaFile::Run = args.file;
    let schema = run_record::run_file::schema_json();
    let text = serde_json::to_string_pretty(&schema).context("cannot print the schema")?;
    say::result(&text);
    Ok(ExitCode::SUCCESS)
}
