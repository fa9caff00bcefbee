//! Opens the file of a data directory, or says in one line why that cannot be.

use std::{fs, path::Path};

use redb::{Builder, Database, ReadableDatabase, TableError};

use super::{
    OpenError, Options, RedbStore,
    errors::{open_error, unusable},
    tables::{
        ACCOUNTS, CALCULATED, JOINED, LAYOUT, LAYOUT_KEY, MEMBERS, MESSAGES, NUMBERS, ORG_ACCOUNTS,
        ORGS, REACTIONS, ROOMS, TALLIES, VIEW_LIMITS, WORDS,
    },
};

pub(super) fn open(dir: &Path, options: Options) -> Result<RedbStore, OpenError> {
    fs::create_dir_all(dir)
        .map_err(|source| OpenError::NotWritable { dir: dir.to_owned(), source })?;
    let database = builder(options)
        .create(dir.join(RedbStore::FILE))
        .map_err(|error| open_error(dir, error))?;
    prepare(dir, &database)?;
    // A new file is found after a power loss only once its directory is on disk too.
    fs::File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(|source| OpenError::NotWritable { dir: dir.to_owned(), source })?;
    RedbStore::start(database, options)
}

#[cfg(test)]
pub(crate) fn open_backend(
    backend: impl redb::StorageBackend,
    options: Options,
) -> Result<RedbStore, OpenError> {
    let dir = Path::new("a simulated disk");
    let database =
        builder(options).create_with_backend(backend).map_err(|error| open_error(dir, error))?;
    prepare(dir, &database)?;
    RedbStore::start(database, options)
}

fn builder(options: Options) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(options.cache_bytes);
    builder.set_repair_callback(|session| {
        tracing::warn!(progress = session.progress(), "the store was not closed; repairing it");
    });
    builder
}

/// Makes the tables of a new file and refuses a file of another layout. A file that is as it should
/// be is only read, so that opening waits for no write.
fn prepare(dir: &Path, database: &Database) -> Result<(), OpenError> {
    match layout(database).map_err(|error| unusable(dir, error))? {
        Some(LAYOUT) => Ok(()),
        Some(found) => Err(OpenError::OtherLayout { dir: dir.to_owned(), found, known: LAYOUT }),
        None => make_tables(database).map_err(|error| unusable(dir, error)),
    }
}

/// The layout of the file; none if it is new.
fn layout(database: &Database) -> Result<Option<u64>, redb::Error> {
    let transaction = database.begin_read()?;
    match transaction.open_table(NUMBERS) {
        Ok(numbers) => Ok(numbers.get(LAYOUT_KEY)?.map(|number| number.value())),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn make_tables(database: &Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(ROOMS)?;
    transaction.open_table(MEMBERS)?;
    transaction.open_table(MESSAGES)?;
    transaction.open_table(TALLIES)?;
    transaction.open_table(REACTIONS)?;
    transaction.open_table(JOINED)?;
    transaction.open_table(ORGS)?;
    transaction.open_table(ACCOUNTS)?;
    transaction.open_table(ORG_ACCOUNTS)?;
    transaction.open_table(VIEW_LIMITS)?;
    transaction.open_table(CALCULATED)?;
    transaction.open_table(WORDS)?;
    transaction.open_table(NUMBERS)?.insert(LAYOUT_KEY, LAYOUT)?;
    Ok(transaction.commit()?)
}
