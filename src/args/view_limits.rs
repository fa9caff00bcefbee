//! What `hanno view-limits` takes: a stage of the batch, and which organisations.

use std::path::PathBuf;

use chat_batch::Strategy;
use clap::Subcommand;

use super::{PlacesArgs, StoreArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct ViewLimitsArgs {
    #[command(subcommand)]
    pub(crate) stage: ViewLimitsStage,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ViewLimitsStage {
    /// Find the newest messages of organisations on the free plan, and publish from where on they see
    #[command(after_help = "Examples:
  hanno view-limits compute --org 1 --strategy select --data chat-data
  hanno view-limits compute --all --strategy merge --data chat-data --json
  hanno view-limits compute --all --strategy table --store dynamodb --endpoint http://127.0.0.1:8000
  hanno view-limits compute --org 1 --strategy select --data chat-data --as-of 2019-07-17T00:00:00Z

One line for each organisation, as it ends. The embedded store is open in one process at a time: stop
`hanno serve` first, or use DynamoDB. A service that runs uses a new limit within a minute.

Exit codes: 0 all published; 1 some organisation has no new limit, the others have; 2 usage, no such
organisation or one that pays; 5 the store cannot be opened or asked")]
    Compute(ComputeArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ComputeArgs {
    /// One organisation
    #[arg(long, value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) org: Option<u64>,
    /// Every organisation on the free plan
    #[arg(long)]
    pub(crate) all: bool,
    /// table, sorted-map, merge or select: the way to the answer, which is the same for all
    #[arg(long, value_name = "NAME")]
    pub(crate) strategy: Strategy,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
    /// What the names of DynamoDB's tables begin with [default: hanno-, or that of the named store]
    #[arg(long, value_name = "PREFIX", env = "HANNO_TABLE_PREFIX")]
    pub(crate) table_prefix: Option<String>,
    /// Directory of the embedded store
    #[arg(long, value_name = "DIR", env = "HANNO_DATA", required_if_eq("store", "redb"))]
    pub(crate) data: Option<PathBuf>,
    /// Count messages posted before this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<jiff::Timestamp>,
    /// Print JSON, one object in a line
    #[arg(long)]
    pub(crate) json: bool,
}
