//! A folder of records as one page: each record in a line, and what cannot be read with its reason.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use load_engine::record_dir;
use run_render::index::{Entry, Row, page};

use crate::failure::Failure;
use crate::report;

/// More records than this make no page that is read; the newest names are kept, which begin with their time.
const RECORDS_MAX: usize = 500;

/// The folders with a record in this folder, by name.
pub(crate) fn records(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot read {}", folder.display());
    let entries = fs::read_dir(folder).with_context(context)?;
    let mut records: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .with_context(context)?;
    records.retain(|path| path.join("run.json").is_file());
    records.sort();
    Ok(records)
}

/// Writes `index.html` into the folder; also how many records in it could not be read.
pub(crate) fn write(folder: &Path, records: &[PathBuf]) -> Result<(PathBuf, usize), Failure> {
    let left_out = records.len().saturating_sub(RECORDS_MAX);
    let entries: Vec<Entry> = records[left_out..].iter().map(|record| entry(record)).collect();
    let unreadable = entries.iter().filter(|entry| entry.record.is_err()).count();
    let name = folder.canonicalize().ok();
    let name = name.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let page = page(&name, entries, left_out).context("cannot render the index")?;
    let path = record_dir::put(folder, "index.html", &page).map_err(Failure::unable)?;
    Ok((path, unreadable))
}

/// A record in a line; only the line is kept, since a `run.json` may be large.
fn entry(record: &Path) -> Entry {
    let name = record.file_name().unwrap_or_default();
    Entry {
        folder: name.to_string_lossy().into_owned(),
        // A name that is not Unicode cannot be told to a browser.
        has_report: name.to_str().is_some() && record.join("report.html").is_file(),
        record: report::open(record)
            .map(|files| Row::of(&files.run))
            .map_err(|failure| failure.told()),
    }
}
