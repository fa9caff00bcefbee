//! What `hanno audit` takes: a path, and what lies there.

use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use run_record::foreign::{Format, FormatError};

#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// A record's directory or a log
    pub(crate) path: PathBuf,
    /// record, sink, gatling, k6-csv, vegeta, jtl, or csv:COLUMN,UNIT with ns, us, ms or s
    /// [default: record for a directory, sink for a file]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<AuditFormat>,
    /// What was asked for, where no plan says so
    #[arg(long, value_enum, value_name = "CLASS")]
    pub(crate) expect: Option<ExpectedClass>,
    /// The record whose requests a sink's log holds: by its plan, stream by stream, and one by one
    #[arg(long, value_name = "RECORD")]
    pub(crate) against: Option<PathBuf>,
    /// Draw gaps, place in the second and lateness into this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) svg: Option<PathBuf>,
    /// Write a page with numbers and pictures, which needs nothing but itself
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a log is.
#[derive(Clone, Debug)]
pub(crate) enum AuditFormat {
    /// A record.
    Record,
    /// Of `hanno sink`.
    Sink,
    /// Of another tool.
    Foreign(Format),
}

impl FromStr for AuditFormat {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match text {
            "record" => Ok(Self::Record),
            "sink" => Ok(Self::Sink),
            other => other.parse().map(Self::Foreign),
        }
    }
}

/// A class that can be asked for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ExpectedClass {
    /// One by one
    Even,
    /// At random
    Poisson,
    /// In groups
    Clustered,
}

impl ExpectedClass {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Even => "EVEN",
            Self::Poisson => "POISSON",
            Self::Clustered => "CLUSTERED",
        }
    }
}
