//! What a store is filled with: rooms to send load to, or organisations of any size for the view-limit batch.

use std::path::PathBuf;

use super::{PlacesArgs, StoreArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct PopulateArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
    /// What the names of DynamoDB's tables begin with; those that are not there are made
    #[arg(long, value_name = "PREFIX", env = "HANNO_TABLE_PREFIX")]
    pub(crate) table_prefix: Option<String>,
    /// Directory of the embedded store
    #[arg(long, value_name = "DIR", env = "HANNO_DATA", required_if_eq("store", "redb"))]
    pub(crate) data: Option<PathBuf>,
    /// The file that gets one line for each account and room, new or empty; a summary goes beside it as .json
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "organisations",
        // Of what conflicts with something given, clap asks for nothing: each has to be named.
        conflicts_with_all = ["organisations", "messages", "rooms", "accounts"]
    )]
    pub(crate) out: Option<PathBuf>,
    /// Seed of everything that is made up
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The moment of the newest message, e.g. 2026-11-01T00:00:00Z; required with --organisations
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<jiff::Timestamp>,
    #[command(flatten)]
    pub(crate) history: HistoryArgs,
}

/// Organisations with messages of 60 days; all of it is made of the numbers, the seed and the moment.
#[derive(Debug, clap::Args)]
pub(crate) struct HistoryArgs {
    /// Write so many organisations with messages of 60 days instead, as `view-limits` needs them; at
    /// most 100000
    #[arg(long, value_name = "N")]
    pub(crate) organisations: Option<u64>,
    /// Messages over all organisations, at most 16000000 [default: 1000 for each]
    #[arg(long, value_name = "N", requires = "organisations")]
    pub(crate) messages: Option<u64>,
    /// Rooms over all organisations, at most 1000000 [default: 20 for each]
    #[arg(long, value_name = "N", requires = "organisations")]
    pub(crate) rooms: Option<u64>,
    /// Accounts over all organisations, at most 10000000 [default: 10 for each]
    #[arg(long, value_name = "N", requires = "organisations")]
    pub(crate) accounts: Option<u64>,
}
