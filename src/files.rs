//! Files that users name: read only if they are regular, written only if nothing is lost.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::failure::Failure;

/// Opens a regular file for reading: a pipe or a device could keep Hanno waiting for ever.
pub(crate) fn open(path: &Path) -> anyhow::Result<File> {
    let context = || format!("cannot read {}", path.display());
    // Looked at before it is opened, since opening a pipe waits for its writer.
    if !std::fs::metadata(path).with_context(context)?.is_file() {
        bail!("cannot read {}: it is not a regular file", path.display());
    }
    File::open(path).with_context(context)
}

/// The whole text, as far as one byte beyond what is allowed, which is enough to know that it is too long.
pub(crate) fn read_text(path: &Path, bytes_max: u64) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    open(path)?
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        anyhow!("{}: not UTF-8 text at byte {at}", path.display())
    })
}

/// What holds something is not overwritten.
fn refuse_occupied(path: &Path) -> Result<(), Failure> {
    let holds_something =
        std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > 0);
    if holds_something {
        let path = path.display();
        return Err(Failure::usage(anyhow!(
            "{path} is there already and is not overwritten: remove it, or name another file"
        )));
    }
    Ok(())
}

/// Creates a file for writing, or takes an empty one or a device.
pub(crate) fn create(path: &Path) -> Result<File, Failure> {
    refuse_occupied(path)?;
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path);
    file.with_context(|| format!("cannot write {}", path.display())).map_err(Failure::unable)
}

/// Whether [`save`] may write there, before anything else is begun.
pub(crate) fn may_save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if holds(path, bytes) { Ok(()) } else { refuse_occupied(path) }
}

/// Writes a whole file; one that holds the same already is left alone.
pub(crate) fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if holds(path, bytes) {
        return Ok(());
    }
    let written = create(path)?.write_all(bytes);
    written.with_context(|| format!("cannot write {}", path.display())).map_err(Failure::unable)
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    open(path).and_then(|file| same(file, bytes)).unwrap_or(false)
}

fn same(file: File, bytes: &[u8]) -> anyhow::Result<bool> {
    let mut found = Vec::new();
    // One byte more tells a longer file.
    file.take(bytes.len() as u64 + 1).read_to_end(&mut found)?;
    Ok(found == bytes)
}
