//! `hanno populate`: fills a store, and writes what a load test can draw from, or organisations of any size.

mod history;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use chat_store::dynamo::DynamoStore;
use chat_store::populate::{self, Dataset, PopulateError, SpecError};
use chat_store::{Options, RedbStore};
use jiff::Timestamp;
use tokio::runtime::Runtime;

use crate::args::PopulateArgs;
use crate::failure::Failure;
use crate::stores::{Dynamo, Stored};
use crate::{dataset, files, say};

pub(crate) fn populate(args: &PopulateArgs) -> Result<ExitCode, Failure> {
    let stored = Stored::of(&args.store, &args.places.file(Path::new(""))?)?;
    let stored = stored.with_prefix(args.table_prefix.as_deref())?;
    let summary = match (args.history.organisations, &args.out) {
        (Some(organisations), _) => history::fill(args, organisations, &stored)?,
        (None, Some(out)) => fill(args, out, &stored)?,
        (None, None) => {
            return Err(Failure::usage(anyhow!("`--out FILE` or `--organisations N` is needed")));
        }
    };
    say::result(&summary);
    Ok(ExitCode::SUCCESS)
}

fn fill(args: &PopulateArgs, out: &Path, stored: &Stored) -> Result<String, Failure> {
    let spec = dataset::spec(args.seed, args.as_of.map(unix_ms));
    // The rows are known before there is a store, and the store is there before the rows are written: what
    // cannot be leaves nothing behind.
    let files = Files::of(&populate::dataset(&spec).map_err(refused)?, out)?;
    files.may_be_saved()?;
    match stored {
        Stored::Redb => {
            let store = directory(args)?;
            files.save()?;
            populate::fill(&store, &spec).map_err(refused)?;
        }
        Stored::Dynamo(dynamo) => runtime()?.block_on(async {
            let store = tables(dynamo).await?;
            files.save()?;
            populate::fill_dynamo(&store, &spec).await.map(drop).map_err(refused)
        })?,
    }
    Ok(files.summary)
}

fn directory(args: &PopulateArgs) -> Result<RedbStore, Failure> {
    let data = args.data.as_ref();
    let data = data.ok_or_else(|| Failure::usage(anyhow!("`--store redb` needs `--data DIR`")))?;
    RedbStore::open(data, Options::default()).map_err(Failure::unable)
}

async fn tables(dynamo: &Dynamo) -> Result<DynamoStore, Failure> {
    let store = dynamo.open().await?;
    store.create_tables().await.map_err(|error| dynamo.failed(error))?;
    Ok(store)
}

fn runtime() -> anyhow::Result<Runtime> {
    Runtime::new().context("cannot start the runtime")
}

/// Ids hold no time before 1970, which is refused with the others that they do not hold.
fn unix_ms(time: Timestamp) -> u64 {
    u64::try_from(time.as_millisecond()).unwrap_or(0)
}

/// The rows, and the summary beside them.
struct Files {
    rows: Vec<u8>,
    summary: String,
    out: PathBuf,
}

impl Files {
    fn of(dataset: &Dataset, out: &Path) -> Result<Self, Failure> {
        let mut rows = Vec::new();
        dataset.write_jsonl(&mut rows).context("cannot make the rows")?;
        let summary = format!("{}\n", dataset.summary_json());
        Ok(Self { rows, summary, out: out.to_owned() })
    }

    fn both(&self) -> [(PathBuf, &[u8]); 2] {
        let summary = self.out.with_extension("json");
        [(self.out.clone(), &self.rows), (summary, self.summary.as_bytes())]
    }

    fn may_be_saved(&self) -> Result<(), Failure> {
        self.both().iter().try_for_each(|(path, bytes)| files::may_save(path, bytes))
    }

    fn save(&self) -> Result<(), Failure> {
        self.both().iter().try_for_each(|(path, bytes)| files::save(path, bytes))
    }
}

/// A store that holds something else, or a size or time that cannot be, is the user's to change.
fn refused(error: PopulateError) -> Failure {
    match error {
        PopulateError::Store(_) => Failure::unable(error),
        PopulateError::NotEmpty { .. } => Failure::usage(anyhow!(
            "{error}; it is not overwritten: name another `--data` directory, or another `--table-prefix`"
        )),
        PopulateError::Spec(SpecError::OutOfRange {
            what: "as_of_unix_ms", least, most, ..
        }) => {
            let [least, most] = [least, most].map(day);
            Failure::usage(anyhow!(
                "--as-of must be from {least} to {most}: ids hold no other time"
            ))
        }
        PopulateError::Spec(SpecError::OutOfRange { what, least, most, found }) => {
            let (flag, why) = match what {
                "orgs" => ("organisations", ""),
                "accounts" | "rooms" => (what, ": each organisation has at least one"),
                _ => (what, ""),
            };
            Failure::usage(anyhow!("--{flag} must be from {least} to {most}, not {found}{why}"))
        }
    }
}

fn day(unix_ms: u64) -> String {
    let time = i64::try_from(unix_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.map_or_else(|| unix_ms.to_string(), |time| time.strftime("%Y-%m-%d").to_string())
}
