//! Where a run goes to and where its record goes.

use std::path::{Path, PathBuf};

use load_engine::record_dir::RecordDirError;
use load_engine::targets::Target;
use load_plan::scenario::BUNDLED;

use crate::failure::Failure;
use crate::targets::Targets;

/// The target as the scenario or a flag names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The service that the run brings along.
    Bundled,
    /// One that is there already.
    At(Target),
}

impl Place {
    /// `targets` is the file of named places, which need not be there.
    ///
    /// # Errors
    /// A place that load may not be sent to: exit code 2.
    pub(crate) fn of(target: &str, targets: &Path) -> Result<Self, Failure> {
        let target = match target {
            BUNDLED => return Ok(Self::Bundled),
            url if url.contains("://") => Targets::at_url(targets, url),
            name => Targets::named(targets, name),
        };
        target.map(Self::At).map_err(Failure::usage)
    }
}

/// Before anything is filled or started: a record is never written over something else.
pub(crate) fn refuse_occupied(out: Option<&Path>) -> Result<(), Failure> {
    let occupied =
        |dir: &&Path| std::fs::read_dir(dir).is_ok_and(|mut found| found.next().is_some());
    match out.filter(occupied) {
        Some(dir) => Err(Failure::unable(RecordDirError::NotEmpty(dir.to_owned()))),
        None => Ok(()),
    }
}

/// `runs/<UTC time>-<name>`, unless the user names a directory.
pub(crate) fn record_path(out: Option<&Path>, name: &str, now: jiff::Timestamp) -> PathBuf {
    let by_time = || {
        let time = now.strftime("%Y%m%dT%H%M%SZ");
        let safe =
            |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
        let name: String = name.chars().take(64).map(safe).collect();
        // A URL has several in a row, and may end in one.
        let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
        let name = words.join("-");
        Path::new("runs").join(format!("{time}-{name}"))
    };
    out.map_or_else(by_time, Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leaves_the_folder() {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let path = record_path(None, "../../reads & reactions", now);
        assert_eq!(path, Path::new("runs/19700101T000000Z-reads-reactions"));
        let path = record_path(None, "http://127.0.0.1:8080/", now);
        assert_eq!(path, Path::new("runs/19700101T000000Z-http-127-0-0-1-8080"));
        assert_eq!(record_path(Some(Path::new("x/y")), "z", now), Path::new("x/y"));
    }

    #[test]
    fn only_this_machine_is_a_place() {
        let of = |target| Place::of(target, Path::new("no such file"));
        assert!(of("bundled").is_ok());
        assert!(of("http://127.0.0.1:8080").is_ok());
        for target in ["http://example.org", "staging", ""] {
            assert!(of(target).is_err(), "{target}");
        }
    }
}
