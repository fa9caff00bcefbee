//! `hanno report`: writes the report of a record again; `run` writes it through the same call.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use load_engine::record_dir::{self, RecordDirError};
use load_engine::record_read::RecordFiles;
use run_analysis::evidence::{Evidence, fold};
use run_analysis::judge::judge;

use crate::args::{ReportArgs, ReportFormat};
use crate::failure::Failure;
use crate::say;

pub(crate) fn report(args: &ReportArgs) -> Result<ExitCode, Failure> {
    for record in &args.records {
        match args.format {
            ReportFormat::Html => say::result(&write_report(record)?.display().to_string()),
            ReportFormat::Json => say::result(&run_json(record)?),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Renders a record and puts `report.html` into it.
pub(crate) fn write_report(record: &Path) -> Result<PathBuf, Failure> {
    let evidence = evidence(record)?;
    let html = run_render::html::report(&evidence).context("cannot render the report")?;
    record_dir::write_report(record, &html).map_err(Failure::unable)
}

fn evidence(record: &Path) -> Result<Evidence, Failure> {
    let files = open(record)?;
    let (intervals, resources) = files
        .intervals()
        .and_then(|intervals| Ok((intervals, files.resources()?)))
        .map_err(unreadable)?;
    let evidence = fold(files.run, intervals, resources);
    evidence.with_context(|| record.display().to_string()).map_err(Failure::usage)
}

fn run_json(record: &Path) -> Result<String, Failure> {
    let mut text = Vec::new();
    run_record::run_file::write(&open(record)?.run, &mut text).context("cannot print the run")?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A run that was killed has no verdict in its record yet: it gets the one that its figures allow.
fn open(record: &Path) -> Result<RecordFiles, Failure> {
    let mut files = RecordFiles::open(record).map_err(unreadable)?;
    if files.run.verdict.is_none() {
        judge(&files.run).write_into(&mut files.run);
    }
    Ok(files)
}

/// A record that cannot be read is the wrong argument.
fn unreadable(error: RecordDirError) -> Failure {
    Failure::usage(error)
}
