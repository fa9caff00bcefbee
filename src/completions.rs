//! `hanno completions`: a completion script for a shell.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Args, CompletionsArgs};
use crate::say;

pub(crate) fn completions(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "hanno", &mut script);
    say::result(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
