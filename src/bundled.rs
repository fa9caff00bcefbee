//! The bundled target: a data set in a store of its own, and the service as a child process on it.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use chat_api::issuer::DevIssuer;
use chat_store::populate::{self, Dataset};
use chat_store::{Options, RedbStore};
use load_plan::table::Rows;
use tokio::runtime::Runtime;

use crate::child::Child;
use crate::dataset;
use crate::failure::Failure;
use crate::stores::{Dynamo, Stored};
use crate::temporary::{discard, fresh_directory};

/// The service that a run brings along.
#[derive(Debug)]
pub(crate) struct Bundled {
    pub(crate) child: Child,
    pub(crate) rows: Rows,
    pub(crate) dataset_sha256: String,
}

impl Bundled {
    /// Fills a store and starts the service on it. The service removes directory and tables when it ends.
    pub(crate) fn start(stored: &Stored) -> Result<Self, Failure> {
        let (data, name) = fresh_directory()?;
        let started = match stored {
            Stored::Redb => Self::in_directory(&data),
            Stored::Dynamo(dynamo) => Self::in_tables(&data, dynamo, &name),
        };
        started.inspect_err(|_| discard(&data))
    }

    fn in_directory(data: &Path) -> Result<Self, Failure> {
        let store = RedbStore::open(data, Options::default()).map_err(Failure::unable)?;
        let dataset =
            populate::fill(&store, &dataset::spec(None, None)).map_err(Failure::unable)?;
        drop(store);
        Ok(Self::serve(data, dataset, &["--store", "redb"])?)
    }

    /// In tables that nobody else uses, within those that may be used.
    fn in_tables(data: &Path, dynamo: &Dynamo, name: &str) -> Result<Self, Failure> {
        let prefix = format!("{}{name}-", dynamo.options.table_prefix);
        let dynamo = dynamo.clone().with_prefix(&prefix)?;
        let runtime = Runtime::new().context("cannot start the runtime")?;
        let dataset = runtime.block_on(fill_tables(&dynamo))?;
        let mut flags =
            vec!["--store", "dynamodb", "--endpoint", &dynamo.named, "--table-prefix", &prefix];
        let targets = dynamo.targets.as_ref().map(|file| file.display().to_string());
        if let Some(file) = &targets {
            flags.extend(["--targets", file]);
        }
        if let Some(how) = dynamo.credentials {
            flags.extend(["--credentials", how.name()]);
        }
        let served = Self::serve(data, dataset, &flags);
        if served.is_err() {
            runtime.block_on(dynamo.discard());
        }
        Ok(served?)
    }

    fn serve(data: &Path, dataset: Dataset, store: &[&str]) -> anyhow::Result<Self> {
        let issuer = DevIssuer::load_or_create(data)?;
        let rows = dataset::bundled(&dataset.rows, &issuer)?;
        let mut command = Command::new(std::env::current_exe().context("where is hanno?")?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(store)
            .arg("--data")
            .arg(data)
            .args(["--until-stdin-ends", "--temporary-data"]);
        Ok(Self { child: Child::start(command)?, rows, dataset_sha256: dataset.summary.sha256 })
    }
}

/// Tables that are half filled are of no use to anybody.
async fn fill_tables(dynamo: &Dynamo) -> Result<Dataset, Failure> {
    let store = dynamo.open().await?;
    store.create_tables().await.map_err(|error| dynamo.failed(error))?;
    let filled = populate::fill_dynamo(&store, &dataset::spec(None, None)).await;
    if filled.is_err() {
        dynamo.discard().await;
    }
    filled.map_err(|error| dynamo.failed(error))
}
