//! `hanno check`: what a scenario would do; sends nothing.

use std::process::ExitCode;

use load_plan::expect::expected;
use run_render::terminal;

use crate::args::ScenarioArgs;
use crate::failure::Failure;
use crate::{say, scenario};

pub(crate) fn check(args: &ScenarioArgs) -> Result<ExitCode, Failure> {
    let scenario = scenario::load(args)?.scenario;
    say::result(&terminal::plan(&scenario.plan, &expected(&scenario.plan)));
    scenario::warn(&scenario.warnings);
    Ok(ExitCode::SUCCESS)
}
