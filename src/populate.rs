//! `hanno populate`: fills a store, and writes what a load test can draw from.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use chat_store::populate::{self, Dataset};
use chat_store::{Options, RedbStore};

use crate::args::{PopulateArgs, Store};
use crate::failure::Failure;
use crate::{dataset, say};

pub(crate) fn populate(args: &PopulateArgs) -> Result<ExitCode, Failure> {
    let Store::Redb = args.store;
    let store = RedbStore::open(&args.data, Options::default()).map_err(Failure::unable)?;
    let as_of_unix_ms = args.as_of.and_then(|time| u64::try_from(time.as_millisecond()).ok());
    let filled = populate::fill(&store, &dataset::spec(args.seed, as_of_unix_ms));
    let filled = filled.map_err(refused)?;
    write(&filled, &args.out)?;
    say::result(&filled.summary_json());
    Ok(ExitCode::SUCCESS)
}

/// A store that holds something else, or a time before there were ids, is the user's to change.
fn refused(error: populate::PopulateError) -> Failure {
    match error {
        populate::PopulateError::Store(_) => Failure::unable(error),
        _ => Failure::usage(error),
    }
}

/// The rows, and the summary beside them as `.json`.
fn write(dataset: &Dataset, path: &Path) -> anyhow::Result<()> {
    let mut rows = BufWriter::new(create(path)?);
    dataset
        .write_jsonl(&mut rows)
        .and_then(|()| rows.flush())
        .with_context(|| format!("cannot write {}", path.display()))?;
    let summary = path.with_extension("json");
    writeln!(create(&summary)?, "{}", dataset.summary_json())
        .with_context(|| format!("cannot write {}", summary.display()))
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
