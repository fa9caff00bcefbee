//! `cargo xtask services …`: the foreign programs that tests and measurements need, fetched once, pinned by checksum,
//! and kept outside the build tree: DynamoDB Local, and readers of Hanno's files that share none of its code.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{install, say};
use cache::Cache;
use dynamodb::Jars;

mod dynamodb;
mod standing;
mod readers;
mod maven;
mod cache;

/// What to do.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Starts DynamoDB Local for this workspace and prints its endpoint; the same if it is up already
    ///
    /// It keeps all in memory and listens on ALL interfaces of this machine (it has no setting for that), without
    /// checking who asks: on a network that you do not trust, keep its port closed from outside.
    #[command(after_help = "Examples:
  cargo xtask services up
  export HANNO_TEST_DYNAMODB=$(cargo xtask services up)
  eval \"$(cargo xtask services up --env)\" && cargo test")]
    Up {
        /// The port [default: a free one]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        port: Option<u16>,
        /// Prepare all that the tests need, and print it as `export` lines for a shell
        #[arg(long)]
        env: bool,
    },
    /// Stops what `up` started, and nothing else
    Down,
}

/// Does it; results go to standard output.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let cache = Cache::open()?;
    match options.action {
        Action::Up { port, env } => {
            let needs: &[_] = if env { &install::NEEDS } else { &install::FOR_DYNAMODB };
            install::provide(root, needs, false)?;
            let endpoint = standing::up(root, &cache, port)?;
            if env {
                for (name, value) in environment(root, &cache, &endpoint)? {
                    say::line(&format!("export {name}='{value}'"));
                }
            } else {
                say::line(&endpoint);
            }
            Ok(())
        }
        Action::Down => standing::down(root, &cache),
    }
}

/// DynamoDB Local for one run of the tests, and where everything is; it ends when this is dropped.
pub(crate) struct ForTests {
    /// Variables that the tests read.
    pub(crate) environment: Vec<(&'static str, String)>,
    _server: dynamodb::Server,
}

impl ForTests {
    /// Fetches what is missing and starts the server.
    pub(crate) fn start(root: &Path) -> Result<Self> {
        let cache = Cache::open()?;
        let server = Jars::provide(root, &cache)?.start_for_us(&cache)?;
        let environment = environment(root, &cache, &server.endpoint())?;
        Ok(Self { environment, _server: server })
    }
}

/// DynamoDB Local for a measurement; it ends when this is dropped.
pub(crate) fn dynamodb_for_us(root: &Path) -> Result<dynamodb::Server> {
    install::provide(root, &install::FOR_DYNAMODB, false)?;
    let cache = Cache::open()?;
    Jars::provide(root, &cache)?.start_for_us(&cache)
}

/// Another load generator, to be measured beside Hanno.
pub(crate) fn vegeta(root: &Path) -> Result<PathBuf> {
    install::provide(root, &install::FOR_PYTHON, false)?;
    let cache = Cache::open()?;
    readers::vegeta(root, &cache, &readers::python(root, &cache)?)
}

/// The variables by which tests find what they need. They fail when one is missing: no test is skipped.
fn environment(root: &Path, cache: &Cache, endpoint: &str) -> Result<Vec<(&'static str, String)>> {
    let python = readers::python(root, cache)?;
    let composecheck = readers::composecheck(root, cache, &python)?;
    let jars = maven::provide(root, cache, "hdrhistogram")?;
    Ok(vec![
        ("HANNO_TEST_DYNAMODB", endpoint.to_owned()),
        ("HANNO_TEST_JARS", jars.display().to_string()),
        ("HANNO_TEST_PYTHON", python.display().to_string()),
        ("HANNO_TEST_COMPOSECHECK", composecheck.display().to_string()),
    ])
}
