//! Directories that only one run uses: made with a name that no other has, and removed after it.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::clock;

/// A new directory, and the name that no other run has.
pub(crate) fn fresh_directory() -> anyhow::Result<(PathBuf, String)> {
    let name = format!("run-{}-{}", std::process::id(), clock::now().as_nanosecond());
    let path = std::env::temp_dir().join(format!("hanno-{name}"));
    std::fs::create_dir(&path).with_context(|| format!("cannot create {}", path.display()))?;
    Ok((path, name))
}

/// Removes it with what is in it.
pub(crate) fn discard(directory: &Path) {
    if let Err(error) = std::fs::remove_dir_all(directory) {
        tracing::warn!("cannot remove {}: {error}", directory.display());
    }
}
