//! Where words go: results to standard output, complaints to standard error.

use std::io::Write;

/// A line of the result. A reader that is gone is no reason to stop the work.
pub(crate) fn line(text: &str) {
    writeln!(std::io::stdout(), "{text}").ok();
}

/// A line about the work.
pub(crate) fn error(text: &str) {
    writeln!(std::io::stderr(), "{text}").ok();
}
