//! Opens a record directory for reading, whole or cut short: what cannot be read is said and costs its part only.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use load_plan::plan::Record;
use run_record::arrivals::{self, SentRow};
use run_record::latency::{self, Interval};
use run_record::metric_row::MetricRow;
use run_record::resource_row::ResourceRow;
use run_record::run::Run;
use run_record::{RecordError, metrics, resources, run_file};

use crate::record_dir::{RecordDirError, unreadable};

/// A part of a record that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{part}: {source}")]
pub struct PartError {
    /// Which file or folder, from the record's own folder.
    pub part: String,
    /// Why.
    pub source: RecordError,
}

/// A record that can be read.
#[derive(Debug)]
pub struct RecordFiles {
    /// `run.json`.
    pub run: Run,
    root: PathBuf,
}

impl RecordFiles {
    /// Reads `run.json`, without which there is no record.
    ///
    /// # Errors
    /// When there is no record, or one of a newer form.
    pub fn open(root: &Path) -> Result<Self, RecordDirError> {
        let path = root.join("run.json");
        let file = File::open(&path).map_err(unreadable(&path))?;
        let run = run_file::read(BufReader::new(file)).map_err(unreadable(&path))?;
        Ok(Self { run, root: root.to_owned() })
    }

    /// The intervals of the latency log.
    pub fn intervals(&self) -> impl Iterator<Item = Result<Interval, PartError>> + use<> {
        let part = "latency.hlog".to_owned();
        let opened = File::open(self.root.join(&part)).map_err(RecordError::Io);
        items(part, opened.map(|file| latency::read(BufReader::new(file))))
    }

    /// One row for each second.
    pub fn resources(&self) -> impl Iterator<Item = Result<ResourceRow, PartError>> + use<> {
        let (segments, unlisted) = self.segments("resources");
        let rows = segments.into_iter().flat_map(|(part, path)| {
            items(part, File::open(path).map_err(RecordError::Io).and_then(resources::read))
        });
        rows.chain(unlisted.into_iter().map(Err))
    }

    /// What the target said of itself; nothing where it was not asked.
    pub fn metrics(&self) -> impl Iterator<Item = Result<MetricRow, PartError>> + use<> {
        let (segments, unlisted) = match &self.run.scraped {
            // The folder is made for the first value.
            Some(scraped) if !scraped.series.is_empty() => self.segments("metrics"),
            _ => (Vec::new(), None),
        };
        let rows = segments.into_iter().flat_map(|(part, path)| {
            items(part, File::open(path).map_err(RecordError::Io).and_then(metrics::read))
        });
        rows.chain(unlisted.into_iter().map(Err))
    }

    /// When first requests of measured phases were sent; nothing where the rows of all arrivals were not
    /// kept, since neighbours are then missing.
    pub fn sent(&self) -> impl Iterator<Item = Result<SentRow, PartError>> + use<> {
        let (segments, unlisted) = match self.run.plan.record {
            Record::All {} => self.segments("arrivals"),
            Record::OneIn { .. } | Record::None {} => (Vec::new(), None),
        };
        let rows = segments.into_iter().flat_map(|(part, path)| {
            items(part, File::open(path).map_err(RecordError::Io).and_then(arrivals::sent))
        });
        rows.chain(unlisted.into_iter().map(Err))
    }

    /// The whole segments of a folder in their order, by name and path; what a killed run did not finish
    /// has another ending and is left out.
    fn segments(&self, folder: &str) -> (Vec<(String, PathBuf)>, Option<PartError>) {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) => {
                let part = format!("{folder}/");
                return (Vec::new(), Some(PartError { part, source: error.into() }));
            }
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
        paths.sort();
        let named = paths.into_iter().map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (format!("{folder}/{name}"), path)
        });
        (named.collect(), None)
    }
}

/// What is read of one file, or the one reason why nothing is; errors get its name.
fn items<T, I>(
    part: String,
    opened: Result<I, RecordError>,
) -> impl Iterator<Item = Result<T, PartError>>
where
    I: Iterator<Item = Result<T, RecordError>>,
{
    let (rows, error) = match opened {
        Ok(rows) => (Some(rows), None),
        Err(error) => (None, Some(Err(error))),
    };
    rows.into_iter()
        .flatten()
        .chain(error)
        .map(move |row| row.map_err(|source| PartError { part: part.clone(), source }))
}
