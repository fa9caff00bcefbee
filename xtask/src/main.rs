//! The project's only task runner: what continuous integration runs, and how measured figures are made.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod test;
mod install;
mod services;
mod tidy;
mod measure;
mod child;
mod say;

/// Tasks of the Hanno workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs every check and test; what is missing is installed only with `--install` or `CI=true`
    Test {
        /// Install what is missing instead of saying how
        #[arg(long)]
        install: bool,
    },
    /// Checks the house rules that the compiler does not know
    Tidy,
    /// Starts and stops the servers that tests and measurements need, for use by hand
    Services(services::Options),
    /// Measures Hanno against an independent witness on this machine, into `docs/measured/`
    Measure(measure::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Test { install } => test::run(&root(), install),
        Task::Tidy => tidy::run(&root()),
        Task::Services(options) => services::run(&root(), &options),
        Task::Measure(options) => measure::run(&root(), &options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::error(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The workspace: the folder above this package.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package lies in the workspace's folder").to_owned()
}
