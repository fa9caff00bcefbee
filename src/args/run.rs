//! What `hanno run` takes: a scenario, or a URL with what is to be known beside it.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{CredentialsArgs, DistanceArgs, ScenarioArgs, StoreArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) ad_hoc: AdHocArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) credentials: CredentialsArgs,
    #[command(flatten)]
    pub(crate) distance: DistanceArgs,
    /// Where the record goes: a new or empty directory [default: runs/TIME-NAME]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print run.json instead of the summary
    #[arg(long)]
    pub(crate) json: bool,
}

/// A scenario in three flags, for a URL in the place of a file.
#[derive(Debug, clap::Args)]
pub(crate) struct AdHocArgs {
    /// With a URL: how often to GET it, e.g. 500/s or 90/min
    #[arg(long, value_name = "RATE", requires = "duration")]
    pub(crate) rate: Option<String>,
    /// With a URL: for how long, e.g. 30s
    #[arg(long, value_name = "TIME", requires = "rate")]
    pub(crate) duration: Option<String>,
    /// With a URL: how its GETs are spread in time [default: even]
    #[arg(long, value_enum, value_name = "SPACING", requires = "rate")]
    pub(crate) spacing: Option<AdHocSpacing>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum AdHocSpacing {
    /// At equal distances
    #[default]
    Even,
    /// As independent people come
    Poisson,
}

impl AdHocSpacing {
    /// As scenarios have it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Even => "even",
            Self::Poisson => "poisson",
        }
    }
}
