//! `hanno report`: shows a record again, in any form; `run` writes its page through the same call.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use load_engine::record_dir;
use load_engine::record_read::RecordFiles;
use run_analysis::evidence::{Evidence, Parts, fold};
use run_analysis::judge::{judge, slow_when_idle};
use run_render::files::{self, ReportFile};
use run_render::terminal::SummaryOptions;
use run_render::{html, markdown, terminal};

use crate::args::{ReportArgs, ReportFormat};
use crate::failure::Failure;
use crate::{index, say};

/// Where pictures and data go, in the record.
const FOLDER: &str = "report";

/// Shows each record; one that cannot be shown is told, and the others are shown all the same.
pub(crate) fn report(args: &ReportArgs) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for folder in &args.records {
        if let Err(failure) = show(folder, args.format) {
            code = failure.tell();
        }
    }
    compare(&args.records);
    code
}

/// What is found between records. It is no part of either, so it is told and not written.
fn compare(folders: &[PathBuf]) {
    // What cannot be read has been told.
    let readable = folders.iter().filter(|folder| folder.join("run.json").exists());
    let records: Vec<_> = readable
        .filter_map(|folder| Some((folder.display().to_string(), open(folder).ok()?.run)))
        .collect();
    let pairs = records
        .iter()
        .enumerate()
        .flat_map(|(index, one)| records[index + 1..].iter().map(move |other| (one, other)));
    let findings: Vec<_> = pairs
        .flat_map(|(one, other)| slow_when_idle((&one.0, &one.1), (&other.0, &other.1)))
        .collect();
    if !findings.is_empty() {
        say::note(terminal::between(&findings, &SummaryOptions::default()).trim());
    }
}

fn show(folder: &Path, format: ReportFormat) -> Result<(), Failure> {
    if !folder.join("run.json").exists() {
        return show_folder(folder, format);
    }
    match format {
        ReportFormat::Html => say::result(&write_report(folder)?.display().to_string()),
        ReportFormat::Md => {
            let evidence = evidence(folder)?;
            say::result(&markdown::summary(&evidence.run, &evidence.missing));
        }
        ReportFormat::Json => say::result(&run_json(folder)?),
        ReportFormat::Svg => write_files(folder, files::svg(&evidence(folder)?))?,
        ReportFormat::Csv => write_files(folder, files::csv(&evidence(folder)?))?,
    }
    Ok(())
}

fn show_folder(folder: &Path, format: ReportFormat) -> Result<(), Failure> {
    if folder.is_file() {
        let why = format!("{} is a file: name the directory of the record", folder.display());
        return Err(Failure::usage(anyhow!(why)));
    }
    let records = index::records(folder).map_err(Failure::usage)?;
    let place = folder.display();
    if records.is_empty() {
        let why = format!("{place} is no record: neither it nor a folder in it holds a run.json");
        return Err(Failure::usage(anyhow!(why)));
    }
    if format != ReportFormat::Html {
        let why = format!(
            "{place} is a folder of records, of which there is only an html index: name the records"
        );
        return Err(Failure::usage(anyhow!(why)));
    }
    let (path, unreadable) = index::write(folder, &records)?;
    say::result(&path.display().to_string());
    match unreadable {
        0 => Ok(()),
        some => Err(Failure::usage(anyhow!(
            "{some} of {} records in {place} cannot be read: the index says why",
            records.len()
        ))),
    }
}

/// Renders a record and puts `report.html` into it.
pub(crate) fn write_report(record: &Path) -> Result<PathBuf, Failure> {
    let page = html::report(&evidence(record)?).context("cannot render the report")?;
    record_dir::put(record, "report.html", &page).map_err(Failure::unable)
}

fn write_files<E>(record: &Path, files: Result<Vec<ReportFile>, E>) -> Result<(), Failure>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let folder = record.join(FOLDER);
    for file in files.context("cannot render the report")? {
        let path = record_dir::put(&folder, &file.name, &file.text).map_err(Failure::unable)?;
        say::result(&path.display().to_string());
    }
    Ok(())
}

/// Reads a record as far as it can be read, and says what cannot.
fn evidence(record: &Path) -> Result<Evidence, Failure> {
    let files = open(record)?;
    let parts =
        Parts { intervals: files.intervals(), resources: files.resources(), sent: files.sent() };
    let evidence = fold(files.run, parts);
    if !evidence.missing.is_empty() {
        say::note(terminal::missing(&evidence.missing).trim_end());
    }
    Ok(evidence)
}

fn run_json(record: &Path) -> Result<String, Failure> {
    let mut text = Vec::new();
    run_record::run_file::write(&open(record)?.run, &mut text).context("cannot print the run")?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A run that was killed has no verdict in its record yet: it gets the one that its figures allow. A record
/// that cannot be read is the wrong argument.
pub(crate) fn open(record: &Path) -> Result<RecordFiles, Failure> {
    let mut files = RecordFiles::open(record).map_err(Failure::usage)?;
    if files.run.verdict.is_none() {
        judge(&files.run).write_into(&mut files.run);
    }
    Ok(files)
}
