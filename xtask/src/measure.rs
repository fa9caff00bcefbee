//! `cargo xtask measure …`: figures about Hanno, made beside a witness that shares none of its code.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use bench::{Bench, Page};

mod truth;
mod pacing;
mod omission;
mod memory;
mod why;
mod sink;
mod store;
mod newest;
mod batch;
mod criterion;
mod bench;
mod witness;
mod closed_loop;
mod hanno;
mod cores;
mod schedule;
mod sink_log;
mod percentile;
mod picture;
mod show;
mod machine;

/// What is measured, and with which binary.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
    /// Measure this `hanno` instead of building one in release
    #[arg(long, global = true, value_name = "FILE")]
    hanno: Option<PathBuf>,
    /// Write the page here instead of into `docs/measured/`
    #[arg(long, global = true, value_name = "FILE")]
    page: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// The claims of Hanno about itself, in parts; a part measured again leaves the others on the page
    Truth(truth::Options),
    /// Lateness at the sink against a bare sender, in alternated pairs
    Pacing {
        /// How many pairs
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
        pairs: u32,
        /// How long each run sends
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=3600))]
        seconds: u32,
    },
    /// Response times against a server that freezes, beside a closed loop that hides it
    Omission {
        /// How long each run sends; whole periods of 5 s
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(5..=3600))]
        seconds: u32,
    },
    /// Resident memory of a run of 10 min 30 s
    Memory {
        /// How long the run sends; the windows that are compared shrink with it
        #[arg(long, default_value_t = 630, value_parser = clap::value_parser!(u32).range(10..=86_400))]
        seconds: u32,
    },
    /// The sink itself: requests on one core, programmed latency, and what the relay adds
    Sink {
        /// How many runs at full speed
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
        runs: u32,
        /// How long each run sends, and each latency is asked for
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=3600))]
        seconds: u32,
    },
    /// The pitfalls, each run as the guide says: its pictures and the page of its figures; twelve minutes
    Why,
    /// How fast arrivals are computed, by `cargo bench --bench schedule`
    Schedule,
    /// What Goose's users cost beside plain tasks, by `cargo bench --bench users`
    Users,
    /// The strategies for the newest 5000 messages, by `cargo bench --bench newest`: page and pictures
    Newest,
    /// Writing organisations into the embedded store and computing their view limits, at four sizes
    Batch,
    /// GET and PUT on redb and on DynamoDB Local, and the units that they use up
    Store {
        /// How many pairs
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
        pairs: u32,
    },
}

/// Measures, prints the page and writes it; fails if a limit is broken, after writing.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let page = |name| Page::new(root, name, options.page.as_deref());
    let bench = |name| Bench::new(page(name), options.hanno.as_deref());
    match &options.what {
        What::Truth(options) => truth::run(&bench("truth")?, options),
        What::Pacing { pairs, seconds } => pacing::run(&bench("pacing")?, *pairs, *seconds),
        What::Omission { seconds } => omission::run(&bench("omission")?, *seconds),
        What::Memory { seconds } => memory::run(&bench("memory")?, *seconds),
        What::Sink { runs, seconds } => sink::run(&bench("sink")?, *runs, *seconds),
        What::Why => why::run(&bench("why")?, root),
        What::Batch => batch::run(&bench("view-limits")?),
        What::Schedule | What::Users | What::Newest | What::Store { .. }
            if options.hanno.is_some() =>
        {
            bail!("--hanno is of no use here: what is measured is a part of it, built for that")
        }
        What::Schedule => criterion::schedule(&page("schedule")),
        What::Users => criterion::users(&page("users")),
        What::Newest => newest::run(&page("newest-5000")),
        What::Store { pairs } => store::run(&page("store"), *pairs),
    }
}
