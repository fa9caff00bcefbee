//! redb's errors in the caller's terms; the only place that knows them.

use std::{io, path::Path, path::PathBuf};

use redb::{DatabaseError, StorageError};

use crate::StoreError;

/// Why a data directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or this one, has it open.
    #[error("the data directory {} is in use by another process", dir.display())]
    Locked {
        /// Which.
        dir: PathBuf,
    },
    /// It cannot be made, or files cannot be made in it.
    #[error("the data directory {} is not writable: {source}", dir.display())]
    NotWritable {
        /// Which.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk or the quota is full.
    #[error("there is no space left for the data directory {}", dir.display())]
    Full {
        /// Which.
        dir: PathBuf,
    },
    /// The file was written by a version that lays it out differently.
    #[error("the data directory {} has layout {found}, this version knows {known}", dir.display())]
    OtherLayout {
        /// Which.
        dir: PathBuf,
        /// What it has.
        found: u64,
        /// What this version knows.
        known: u64,
    },
    /// The file cannot be read as a store.
    #[error("the store in {} cannot be read: {reason}", dir.display())]
    Unreadable {
        /// Which.
        dir: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The writer thread could not be started.
    #[error("the store's writer cannot be started: {0}")]
    NoThread(io::Error),
}

/// For errors while the file is opened or made.
pub(super) fn open_error(dir: &Path, error: DatabaseError) -> OpenError {
    let dir = dir.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            OpenError::Locked { dir }
        }
        DatabaseError::Storage(StorageError::Io(source)) => match source.kind() {
            kind if is_full(kind) => OpenError::Full { dir },
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                OpenError::Unreadable { dir, reason: source.to_string() }
            }
            _ => OpenError::NotWritable { dir, source },
        },
        other => OpenError::Unreadable { dir, reason: other.to_string() },
    }
}

/// For errors while an opened file is prepared.
pub(super) fn unusable(dir: &Path, error: impl Into<redb::Error>) -> OpenError {
    let dir = dir.to_owned();
    match error.into() {
        redb::Error::Io(source) if is_full(source.kind()) => OpenError::Full { dir },
        redb::Error::Io(source) => OpenError::NotWritable { dir, source },
        other => OpenError::Unreadable { dir, reason: other.to_string() },
    }
}

/// For errors while the store runs.
pub(super) fn store_error(error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        redb::Error::Io(source) if is_full(source.kind()) => StoreError::Full,
        redb::Error::Corrupted(reason) => StoreError::Corrupt(reason),
        // After a failed sync nobody knows what is on disk; redb takes no writes until it is
        // opened again, and neither do we.
        redb::Error::PreviousIo => StoreError::Unavailable(
            "an earlier write failed; the store takes no writes until it is opened again".into(),
        ),
        other => StoreError::Unavailable(other.to_string()),
    }
}

fn is_full(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
