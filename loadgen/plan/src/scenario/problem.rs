//! What is wrong with a scenario: each problem with its place, what was expected and the nearest right word.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

/// More problems than this are counted, not kept: nobody reads on, and a hostile file must not fill memory.
const MAX_PROBLEMS: usize = 200;

/// All problems of a scenario at once, in order of place; those of flags last.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Problems {
    /// As the caller named it.
    pub file: String,
    /// At least one.
    pub list: Vec<Problem>,
    /// How many more there were than are in the list.
    pub more: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, without place and suggestions.
    pub message: String,
    /// What would be right.
    pub expected: Option<String>,
    /// The right word nearest to the one that was written.
    pub nearest: Option<String>,
}

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file.
    File {
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// In bytes of the text.
        span: Range<usize>,
    },
    /// In a flag of the command line, e.g. `--seed`.
    Flag(&'static str),
}

/// A problem that has no place yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    message: String,
    expected: Option<String>,
    nearest: Option<String>,
}

impl Complaint {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), expected: None, nearest: None }
    }

    pub(crate) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn nearest(mut self, nearest: Option<&str>) -> Self {
        self.nearest = nearest.map(str::to_owned);
        self
    }

    /// Says of which key it is.
    pub(crate) fn of(mut self, key: &str) -> Self {
        self.message = format!("`{key}`: {}", self.message);
        self
    }
}

/// Gathers problems while a scenario is read.
#[derive(Debug)]
pub(crate) struct Report {
    /// Byte offset at which each line starts, and the text they are in.
    lines: Vec<usize>,
    text: String,
    list: Vec<Problem>,
    more: usize,
}

impl Report {
    pub(crate) fn new(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        Self { lines, text: text.to_owned(), list: Vec::new(), more: 0 }
    }

    /// A problem in the file.
    pub(crate) fn at(&mut self, span: Range<usize>, complaint: Complaint) {
        let line = self.lines.partition_point(|start| *start <= span.start).max(1);
        let before = self.text.get(self.lines[line - 1]..span.start).unwrap_or("");
        let place = Place::File { line, column: before.chars().count() + 1, span };
        self.add(place, complaint);
    }

    /// A problem in a flag.
    pub(crate) fn flag(&mut self, flag: &'static str, complaint: Complaint) {
        self.add(Place::Flag(flag), complaint);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems in order, or what was read if there are none.
    pub(crate) fn finish<T>(mut self, file: &str, read: T) -> Result<T, Problems> {
        if self.list.is_empty() {
            return Ok(read);
        }
        self.list.sort_by_key(|problem| match &problem.place {
            Place::File { span, .. } => (0, span.start),
            Place::Flag(_) => (1, 0),
        });
        Err(Problems { file: file.to_owned(), list: self.list, more: self.more })
    }

    fn add(&mut self, place: Place, complaint: Complaint) {
        let Complaint { message, expected, nearest } = complaint;
        let problem = Problem { place, message, expected, nearest };
        if self.list.contains(&problem) {
            return;
        }
        if self.list.len() < MAX_PROBLEMS {
            self.list.push(problem);
        } else {
            self.more += 1;
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            match &problem.place {
                Place::File { line, column, .. } => write!(out, "{}:{line}:{column}: ", self.file)?,
                Place::Flag(flag) => write!(out, "{flag}: ")?,
            }
            write!(out, "{problem}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(out, "\n{}: and {more} more", self.file),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        if let Some(expected) = &self.expected {
            write!(out, "; expected {expected}")?;
        }
        match &self.nearest {
            Some(nearest) => write!(out, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}
