//! The record directory: names, segments, renames. What has been renamed is whole, whatever happens next.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use hdrhistogram::Histogram;
use load_plan::plan::Plan;
use run_record::arrival_row::ArrivalRow;
use run_record::latency::{LatencyLogWriter, Tag};
use run_record::metric_row::MetricRow;
use run_record::resource_row::ResourceRow;
use run_record::run::Run;
use run_record::{RecordError, arrivals, metrics, resources, run_file};

use crate::segment::{Segment, Segments};

/// Why the record could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordDirError {
    /// The directory is there and holds something.
    #[error("{0} is not empty: a record is never written over another")]
    NotEmpty(PathBuf),
    /// The system refused.
    #[error("cannot write {path}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The content could not be written.
    #[error("cannot write {path}")]
    Content {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: RecordError,
    },
    /// A part of a record cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// Which file or directory.
        path: PathBuf,
        /// Why.
        source: RecordError,
    },
}

/// A record that is being written.
#[derive(Debug)]
pub struct RecordDir {
    root: PathBuf,
}

impl RecordDir {
    /// Makes the directory, or takes an empty one, and keeps the scenario as given.
    ///
    /// # Errors
    /// When it is not empty or not writable.
    pub fn create(root: &Path, scenario: &str) -> Result<Self, RecordDirError> {
        for folder in [root.to_owned(), root.join("arrivals"), root.join("resources")] {
            fs::create_dir_all(&folder).map_err(io_error(&folder))?;
            let occupied = fs::read_dir(&folder).map_err(io_error(&folder))?.next().is_some();
            if occupied {
                return Err(RecordDirError::NotEmpty(folder));
            }
        }
        let path = root.join("scenario.toml");
        fs::write(&path, scenario).map_err(io_error(&path))?;
        Ok(Self { root: root.to_owned() })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts `run.json` in place of the one before.
    ///
    /// # Errors
    /// When it cannot be written; the one before is then still there.
    pub fn write_run(&self, run: &Run) -> Result<(), RecordDirError> {
        replace(&self.root, "run.json", |out| run_file::write(run, out))
    }

    /// Opens the files that grow with the run.
    pub(crate) fn open_streams(
        &self,
        plan: &Plan,
        started_unix_ns: u64,
    ) -> Result<Streams, RecordDirError> {
        let path = self.root.join("latency.hlog");
        let file = File::create(&path).map_err(io_error(&path))?;
        let latency = LatencyLogWriter::new(BufWriter::new(file), started_unix_ns)
            .map_err(content_error(&path))?;
        Ok(Streams {
            latency,
            latency_path: path,
            arrivals: Segments::new(self.root.join("arrivals")),
            resources: Segments::new(self.root.join("resources")),
            metrics: Segments::new(self.root.join("metrics")),
            plan: plan.clone(),
        })
    }
}

/// Puts a text in place of the one of that name before, in a folder that is made if it is not there.
///
/// # Errors
/// When it cannot be written; the one before is then still there.
pub fn put(folder: &Path, name: &str, text: &str) -> Result<PathBuf, RecordDirError> {
    fs::create_dir_all(folder).map_err(io_error(folder))?;
    replace(folder, name, |out| Ok(out.write_all(text.as_bytes())?))?;
    Ok(folder.join(name))
}

fn replace(
    root: &Path,
    name: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), RecordError>,
) -> Result<(), RecordDirError> {
    let (path, part) = (root.join(name), root.join(format!(".{name}.part")));
    replace_by(&path, &part, write).inspect_err(|_| {
        // What is cut off would only take the room.
        drop(fs::remove_file(&part));
    })
}

fn replace_by(
    path: &Path,
    part: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), RecordError>,
) -> Result<(), RecordDirError> {
    let mut out = BufWriter::new(File::create(part).map_err(io_error(part))?);
    write(&mut out).map_err(content_error(part))?;
    let file = out.into_inner().map_err(|error| io_error(part)(error.into_error()))?;
    // Without it a crash of the machine could leave a renamed but empty file.
    file.sync_all().map_err(io_error(part))?;
    fs::rename(part, path).map_err(io_error(path))
}

/// The files that grow with the run.
pub(crate) struct Streams {
    latency: LatencyLogWriter<BufWriter<File>>,
    latency_path: PathBuf,
    arrivals: Segments<arrivals::SegmentWriter<BufWriter<File>>>,
    resources: Segments<resources::SegmentWriter<BufWriter<File>>>,
    metrics: Segments<metrics::SegmentWriter<BufWriter<File>>>,
    plan: Plan,
}

impl Streams {
    pub(crate) fn arrival(&mut self, row: &ArrivalRow, now_ns: u64) -> Result<(), RecordDirError> {
        let plan = &self.plan;
        self.arrivals.push(now_ns, |out| arrivals::SegmentWriter::new(out, plan), |s| s.push(row))
    }

    pub(crate) fn resource(
        &mut self,
        row: &ResourceRow,
        now_ns: u64,
    ) -> Result<(), RecordDirError> {
        self.resources.push(now_ns, resources::SegmentWriter::new, |s| s.push(row))
    }

    pub(crate) fn metric(&mut self, row: &MetricRow, now_ns: u64) -> Result<(), RecordDirError> {
        self.metrics.push(now_ns, metrics::SegmentWriter::new, |s| s.push(row))
    }

    pub(crate) fn interval(
        &mut self,
        tag: &Tag,
        (start_ns, duration_ns): (u64, u64),
        histogram: &Histogram<u64>,
    ) -> Result<(), RecordDirError> {
        self.latency
            .write(tag, start_ns, duration_ns, histogram)
            .map_err(content_error(&self.latency_path))
    }

    pub(crate) fn flush(&mut self) -> Result<(), RecordDirError> {
        self.latency.flush().map_err(content_error(&self.latency_path))
    }

    /// Ends the segments at the end of the run.
    pub(crate) fn finish(mut self) -> Result<(), RecordDirError> {
        self.flush()?;
        self.arrivals.end()?;
        self.resources.end()?;
        self.metrics.end()
    }
}

impl Segment for arrivals::SegmentWriter<BufWriter<File>> {
    fn rows(&self) -> u64 {
        self.rows()
    }
    fn finish(self) -> Result<BufWriter<File>, RecordError> {
        self.finish()
    }
}

impl Segment for resources::SegmentWriter<BufWriter<File>> {
    fn rows(&self) -> u64 {
        self.rows()
    }
    fn finish(self) -> Result<BufWriter<File>, RecordError> {
        self.finish()
    }
}

impl Segment for metrics::SegmentWriter<BufWriter<File>> {
    fn rows(&self) -> u64 {
        self.rows()
    }
    fn finish(self) -> Result<BufWriter<File>, RecordError> {
        self.finish()
    }
}

pub(crate) fn unreadable<E: Into<RecordError>>(path: &Path) -> impl FnOnce(E) -> RecordDirError {
    let path = path.to_owned();
    move |error| RecordDirError::Unreadable { path, source: error.into() }
}

pub(crate) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> RecordDirError {
    let path = path.to_owned();
    move |source| RecordDirError::Io { path, source }
}

pub(crate) fn content_error(path: &Path) -> impl FnOnce(RecordError) -> RecordDirError {
    let path = path.to_owned();
    move |source| RecordDirError::Content { path, source }
}
