//! `hanno explain`: what a finding means and what to do.

use std::process::ExitCode;

use anyhow::anyhow;
use run_analysis::findings::Code;
use run_render::words;

use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::say;

pub(crate) fn explain(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let text = match &args.code {
        None => words::findings_md(),
        Some(code) => words::explain(&code.to_uppercase()).ok_or_else(|| unknown(code))?,
    };
    say::result(&text);
    Ok(ExitCode::SUCCESS)
}

fn unknown(code: &str) -> Failure {
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    Failure::usage(anyhow!("no finding is called `{code}`; there are {}", known.join(", ")))
}
