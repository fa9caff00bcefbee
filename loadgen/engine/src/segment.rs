//! Files of rows that are given their name only when whole: a killed run loses at most one of each.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use run_record::RecordError;
use run_record::arrivals::{SEGMENT_ROWS_MAX, SEGMENT_SECONDS_MAX};

use crate::record_dir::{RecordDirError, content_error, io_error};

const NS_PER_S: u64 = 1_000_000_000;

/// A file of rows that is being written.
pub(crate) trait Segment: Sized {
    /// Rows so far.
    fn rows(&self) -> u64;
    /// Writes what is left and gives the file back.
    fn finish(self) -> Result<BufWriter<File>, RecordError>;
}

/// Numbered files of one kind in one folder.
pub(crate) struct Segments<S> {
    folder: PathBuf,
    number: u32,
    open: Option<Open<S>>,
}

struct Open<S> {
    writer: S,
    part: PathBuf,
    begun_ns: u64,
}

impl<S: Segment> Segments<S> {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, number: 0, open: None }
    }

    /// Appends a row, in a new segment where there is none or the last one is full or old enough.
    pub(crate) fn push(
        &mut self,
        now_ns: u64,
        begin: impl FnOnce(BufWriter<File>) -> Result<S, RecordError>,
        append: impl FnOnce(&mut S) -> Result<(), RecordError>,
    ) -> Result<(), RecordDirError> {
        if self.open.as_ref().is_some_and(|open| open.is_full(now_ns)) {
            self.end()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                fs::create_dir_all(&self.folder).map_err(io_error(&self.folder))?;
                let part = self.folder.join(format!(".{:04}.parquet.part", self.number));
                let file = File::create(&part).map_err(io_error(&part))?;
                let writer = begin(BufWriter::new(file)).map_err(content_error(&part))?;
                none.insert(Open { writer, part, begun_ns: now_ns })
            }
        };
        append(&mut open.writer).map_err(content_error(&open.part))
    }

    /// Gives the open segment its name.
    pub(crate) fn end(&mut self) -> Result<(), RecordDirError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let mut out = open.writer.finish().map_err(content_error(&open.part))?;
        out.flush().map_err(io_error(&open.part))?;
        let path = self.folder.join(format!("{:04}.parquet", self.number));
        fs::rename(&open.part, &path).map_err(io_error(&path))?;
        self.number += 1;
        Ok(())
    }
}

impl<S: Segment> Open<S> {
    fn is_full(&self, now_ns: u64) -> bool {
        self.writer.rows() >= SEGMENT_ROWS_MAX
            || now_ns.saturating_sub(self.begun_ns) >= SEGMENT_SECONDS_MAX * NS_PER_S
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::resource_row::ResourceRow;
    use run_record::resources::{SegmentWriter, read};

    type Rows = Segments<SegmentWriter<BufWriter<File>>>;

    fn push(segments: &mut Rows, second: u32) {
        let row = ResourceRow { second, ..ResourceRow::default() };
        let now_ns = u64::from(second) * NS_PER_S;
        segments.push(now_ns, SegmentWriter::new, |writer| writer.push(&row)).unwrap();
    }

    fn names(folder: &std::path::Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_segment_has_its_name_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut segments = Rows::new(folder.path().to_owned());
        for second in 1..=61 {
            push(&mut segments, second);
        }
        // The 61st second is more than a minute after the first row: a new segment.
        assert_eq!(names(folder.path()), [".0001.parquet.part", "0000.parquet"]);
        let whole = File::open(folder.path().join("0000.parquet")).unwrap();
        assert_eq!(read(whole).unwrap().map(Result::unwrap).count(), 60);
        segments.end().unwrap();
        assert_eq!(names(folder.path()), ["0000.parquet", "0001.parquet"]);
        segments.end().unwrap();
        assert_eq!(names(folder.path()).len(), 2);
    }
}
