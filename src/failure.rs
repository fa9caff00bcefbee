//! A verb that could not do its work: what to tell, and the exit code.

use std::fmt;
use std::process::ExitCode;

use crate::say;

/// The user must change something: the command, the scenario, the target.
const USAGE: u8 = 2;

/// Hanno could not write, start or go on.
const UNABLE: u8 = 5;

/// Why a verb gave up.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { code: USAGE, error: error.into() }
    }

    pub(crate) fn unable(error: impl Into<anyhow::Error>) -> Self {
        Self { code: UNABLE, error: error.into() }
    }

    /// Tells it once, on standard error.
    pub(crate) fn tell(self) -> ExitCode {
        say::error(&self.told());
        ExitCode::from(self.code)
    }

    /// What is told, in a line.
    pub(crate) fn told(&self) -> String {
        told(&self.error)
    }
}

/// The error and its causes, each once: many repeat their cause in their own words.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| {
        if told.is_empty() {
            cause
        } else if told.contains(&cause) {
            told
        } else {
            format!("{told}: {cause}")
        }
    })
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&told(&self.error))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::unable(error)
    }
}
