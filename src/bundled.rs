//! The bundled target: a data set in a directory of its own, and the service as a child process on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use chat_api::issuer::DevIssuer;
use chat_store::populate;
use chat_store::{Options, RedbStore};
use load_plan::table::Rows;

use crate::args::Store;
use crate::child::Child;
use crate::{clock, dataset};

/// The service that a run brings along.
#[derive(Debug)]
pub(crate) struct Bundled {
    pub(crate) child: Child,
    pub(crate) rows: Rows,
    pub(crate) dataset_sha256: String,
}

impl Bundled {
    /// Fills a store and starts the service on it. The service removes the directory when it ends.
    pub(crate) fn start(store: Store) -> anyhow::Result<Self> {
        let data = fresh_directory()?;
        Self::start_in(&data, store).inspect_err(|_| discard(&data))
    }

    fn start_in(data: &Path, store: Store) -> anyhow::Result<Self> {
        let (rows, dataset_sha256) = fill(data)?;
        let mut command = Command::new(std::env::current_exe().context("where is hanno?")?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--store", store.name(), "--data"])
            .arg(data)
            .args(["--until-stdin-ends", "--temporary-data"]);
        Ok(Self { child: Child::start(command)?, rows, dataset_sha256 })
    }
}

fn fill(data: &Path) -> anyhow::Result<(Rows, String)> {
    let store = RedbStore::open(data, Options::default())?;
    let dataset = populate::fill(&store, &dataset::spec(None, None))?;
    let issuer = DevIssuer::load_or_create(data)?;
    Ok((dataset::bundled(&dataset.rows, &issuer)?, dataset.summary.sha256))
}

fn fresh_directory() -> anyhow::Result<PathBuf> {
    let name = format!("hanno-{}-{}", std::process::id(), clock::now().as_nanosecond());
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir(&path).with_context(|| format!("cannot create {}", path.display()))?;
    Ok(path)
}

/// Removes what only this run used.
pub(crate) fn discard(data: &Path) {
    if let Err(error) = std::fs::remove_dir_all(data) {
        tracing::warn!("cannot remove {}: {error}", data.display());
    }
}
