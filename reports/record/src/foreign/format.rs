//! Which tool wrote a log: the names that the command line knows.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Who wrote the log, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Gatling's `simulation.log`, in text.
    Gatling,
    /// What k6 writes with `--out csv=FILE`.
    K6Csv,
    /// What `vegeta encode` writes, CSV or JSON: which of the two is seen.
    Vegeta,
    /// `JMeter`'s results as CSV with a header.
    Jtl,
    /// A column of any CSV file.
    Csv {
        /// Which column.
        column: Column,
        /// What it counts.
        unit: Unit,
    },
}

/// A column of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By its name in the first line.
    Name(String),
    /// By its number, from 1, in a file whose first line is already a row.
    Number(usize),
}

/// What a stamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
}

impl Unit {
    /// How many decimals of it make a nanosecond.
    pub(super) fn decimals(self) -> usize {
        match self {
            Self::Ns => 0,
            Self::Us => 3,
            Self::Ms => 6,
            Self::S => 9,
        }
    }
}

/// Why a text is not a [`Format`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// No tool is called so.
    #[error(
        "no format `{0}`; formats are gatling, k6-csv, vegeta, jtl and csv:COLUMN,UNIT \
         (UNIT is ns, us, ms or s)"
    )]
    Unknown(String),
    /// `csv:` is not followed by a column and a unit.
    #[error(
        "`{0}` should be csv:COLUMN,UNIT, as in csv:sent_at,ms, or csv:1,ns for the first column \
         of a file without header"
    )]
    Csv(String),
    /// The unit is none.
    #[error("no unit `{0}`; units are ns, us, ms and s")]
    Unit(String),
    /// Columns are numbered from 1.
    #[error("columns are numbered from 1")]
    ColumnZero,
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match text {
            "gatling" => return Ok(Self::Gatling),
            "k6-csv" => return Ok(Self::K6Csv),
            "vegeta" => return Ok(Self::Vegeta),
            "jtl" => return Ok(Self::Jtl),
            _ => {}
        }
        let Some(rest) = text.strip_prefix("csv:") else {
            let form = if text == "csv" { FormatError::Csv } else { FormatError::Unknown };
            return Err(form(text.to_owned()));
        };
        // A name may hold commas, a unit does not.
        let (column, unit) = rest
            .rsplit_once(',')
            .filter(|(column, _)| !column.is_empty())
            .ok_or_else(|| FormatError::Csv(text.to_owned()))?;
        Ok(Self::Csv { column: column.parse()?, unit: unit.parse()? })
    }
}

impl FromStr for Column {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match text.parse() {
            Ok(0) => Err(FormatError::ColumnZero),
            Ok(number) => Ok(Self::Number(number)),
            Err(_) => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl FromStr for Unit {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match text {
            "ns" => Ok(Self::Ns),
            "us" => Ok(Self::Us),
            "ms" => Ok(Self::Ms),
            "s" => Ok(Self::S),
            _ => Err(FormatError::Unit(text.to_owned())),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gatling => out.write_str("gatling"),
            Self::K6Csv => out.write_str("k6-csv"),
            Self::Vegeta => out.write_str("vegeta"),
            Self::Jtl => out.write_str("jtl"),
            Self::Csv { column, unit } => write!(out, "csv:{column},{unit}"),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => out.write_str(name),
            Self::Number(number) => write!(out, "{number}"),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Ns => "ns",
            Self::Us => "us",
            Self::Ms => "ms",
            Self::S => "s",
        })
    }
}
