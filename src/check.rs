//! `hanno check`: what a scenario would do; sends nothing.

use std::process::ExitCode;

use load_plan::coincidence::coincidence;
use load_plan::expect::expected;
use run_render::terminal;

use crate::args::ScenarioArgs;
use crate::failure::Failure;
use crate::place::Place;
use crate::scenario::Loaded;
use crate::{say, scenario};

pub(crate) fn check(args: &ScenarioArgs) -> Result<ExitCode, Failure> {
    let Loaded { scenario, folder, .. } = scenario::load(args)?;
    Place::of(&scenario.target, &args.places.file(&folder)?)?;
    let plan = &scenario.plan;
    let (counts, together) = (expected(plan), coincidence(plan));
    say::result(&terminal::plan(plan, &scenario.target, &counts, together));
    scenario::warn(&scenario.warnings);
    Ok(ExitCode::SUCCESS)
}
