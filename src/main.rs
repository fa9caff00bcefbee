//! The `hanno` command: one file for each verb, each a few calls into the libraries.

mod args;
mod failure;
mod signals;

mod run;
mod check;
mod schedule;
mod sink;
mod audit;
mod serve;
mod populate;
mod token;
mod view_limits;
mod report;
mod index;
mod doctor;
mod explain;
mod schema;
mod completions;

mod scenario;
mod ad_hoc;
mod targets;
mod place;
mod ground;
mod distance;
mod stores;
mod bundled;
mod child;
mod dataset;
mod replay;
mod progress;
mod auditing;
mod files;
mod temporary;
mod say;
mod clock;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Verb};
use crate::failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    say::start_log();
    verb(args).unwrap_or_else(Failure::tell)
}

fn verb(args: Args) -> Result<ExitCode, Failure> {
    match args.verb {
        Verb::Run(args) => run::run(&args),
        Verb::Check(args) => check::check(&args),
        Verb::Schedule(args) => schedule::schedule(&args),
        Verb::Sink(args) => sink::sink(&args),
        Verb::Audit(args) => audit::audit(&args),
        Verb::Serve(args) => serve::serve(&args),
        Verb::Populate(args) => populate::populate(&args),
        Verb::Token(args) => token::token(&args),
        Verb::ViewLimits(args) => view_limits::view_limits(&args),
        Verb::Report(args) => Ok(report::report(&args)),
        Verb::Doctor(args) => doctor::doctor(&args),
        Verb::Explain(args) => explain::explain(&args),
        Verb::Schema(args) => schema::schema(&args),
        Verb::Completions(args) => Ok(completions::completions(&args)),
    }
}
