//! Why a log of another tool cannot be read, in the words of whoever has it: what was expected, what to do.

use std::io;

use thiserror::Error;

/// Why a log cannot be read, or not further.
#[derive(Debug, Error)]
pub enum ForeignError {
    /// The device failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is nothing in it, or not even one whole line.
    #[error("the log is empty or ends in its first line")]
    Empty,
    /// The log is in a form that has no lines to read, though the tool can write another.
    #[error("the log is {form}: {remedy}")]
    Form {
        /// What it is.
        form: String,
        /// How to get one that can be read.
        remedy: &'static str,
    },
    /// The first line is not the one with which such a log begins: another tool's, or a part of a rotated log.
    #[error("line 1: expected {expected}, found `{found}`: {remedy}")]
    Header {
        /// How such a log begins.
        expected: &'static str,
        /// How this one begins, shortened.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The version says that lines may look otherwise than they are known to.
    #[error("the log is of {found}; known are the text logs of {known}")]
    Version {
        /// Tool and version.
        found: String,
        /// The versions that are known.
        known: &'static str,
    },
    /// A column is not there.
    #[error("no column `{column}`, the columns are {columns}: {remedy}")]
    Column {
        /// Its name.
        column: String,
        /// Those that are there, shortened.
        columns: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A record is longer than any tool writes, or a quote in it is never closed.
    #[error("line {line}: more than {limit}: {remedy}")]
    Long {
        /// Where the record begins, from 1.
        line: u64,
        /// The limit that is passed.
        limit: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A line is not what it should be.
    #[error("line {line}: expected {expected}, found `{found}`")]
    Line {
        /// From 1.
        line: u64,
        /// What should be there.
        expected: &'static str,
        /// What is there, shortened.
        found: String,
    },
}
