//! Opens a record directory for reading, whole or cut short.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use run_record::latency::{self, Interval};
use run_record::resource_row::ResourceRow;
use run_record::run::Run;
use run_record::{RecordError, resources, run_file};

use crate::record_dir::{RecordDirError, unreadable};

/// A record that can be read.
#[derive(Debug)]
pub struct RecordFiles {
    /// `run.json`.
    pub run: Run,
    latency: PathBuf,
    resources: Vec<PathBuf>,
}

impl RecordFiles {
    /// Reads `run.json` and finds the rest; what a killed run did not finish is left out.
    ///
    /// # Errors
    /// When there is no record, or one of a newer form.
    pub fn open(root: &Path) -> Result<Self, RecordDirError> {
        let path = root.join("run.json");
        let file = File::open(&path).map_err(unreadable(&path))?;
        let run = run_file::read(BufReader::new(file)).map_err(unreadable(&path))?;
        let resources = segments(&root.join("resources"))?;
        Ok(Self { run, latency: root.join("latency.hlog"), resources })
    }

    /// The intervals of the latency log.
    ///
    /// # Errors
    /// When there is none.
    pub fn intervals(
        &self,
    ) -> Result<impl Iterator<Item = Result<Interval, RecordError>> + use<>, RecordDirError> {
        let file = File::open(&self.latency).map_err(unreadable(&self.latency))?;
        Ok(latency::read(BufReader::new(file)))
    }

    /// One row for each second.
    ///
    /// # Errors
    /// When a segment cannot be opened.
    pub fn resources(
        &self,
    ) -> Result<impl Iterator<Item = Result<ResourceRow, RecordError>> + use<>, RecordDirError>
    {
        let open = |path: &PathBuf| {
            let file = File::open(path).map_err(unreadable(path))?;
            resources::read(file).map_err(unreadable(path))
        };
        let rows = self.resources.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().flatten())
    }
}

/// The whole segments of a folder in their order; a folder that is missing has none.
fn segments(folder: &Path) -> Result<Vec<PathBuf>, RecordDirError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable(folder))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    paths.sort();
    Ok(paths)
}
