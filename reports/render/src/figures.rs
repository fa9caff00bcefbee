//! All pictures of a record, in the order in which a reader needs them.

mod spectrum;
mod parts;
mod comparison;

mod time;
mod machine;
mod steps;
mod errors;
mod consumed;

pub(crate) mod gaps;
pub(crate) mod lateness;

use load_plan::plan::{Limit as ObjectiveLimit, Time};
use run_analysis::evidence::Evidence;
use run_record::latency::Kind;
use run_record::run::{Run, StepResult};

use crate::figure::Figure;
use crate::svg::{Limit, PlotError};
use crate::units;
use time::Clock;

/// Steps with pictures of their own; the others are in the table.
pub(crate) const STEPS_MAX: usize = 16;

/// What draws a picture of one step, which is given with its number.
type OfStep<'a> = &'a dyn Fn((usize, &StepResult)) -> Result<Option<Figure>, PlotError>;

/// Spectra, where the time went, timelines, maps, gaps.
pub(crate) fn figures(evidence: &Evidence) -> Result<Vec<Figure>, PlotError> {
    let steps: Vec<(usize, &StepResult)> =
        evidence.run.steps.iter().take(STEPS_MAX).enumerate().collect();
    let clock = Clock::of(evidence);
    let each =
        |draw: OfStep<'_>| steps.iter().map(|step| draw(*step)).collect::<Result<Vec<_>, _>>();
    let mut figures = each(&|step| spectrum::spectrum(evidence, step))?;
    figures.push(parts::parts(&evidence.run)?);
    figures.push(comparison::by_phase(&evidence.run)?);
    figures.push(comparison::by_place(&evidence.run)?);
    figures.push(machine::arrivals(evidence, &clock)?);
    figures.push(machine::under_way(evidence, &clock)?);
    for kind in [Kind::Response, Kind::Delivery] {
        figures.extend(each(&|step| steps::percentiles(evidence, &clock, step, kind))?);
    }
    figures.push(errors::errors(&evidence.run, &clock)?);
    figures.push(machine::lateness(evidence, &clock)?);
    figures.push(machine::cpu(evidence, &clock)?);
    figures.push(machine::memory(evidence, &clock)?);
    figures.push(machine::connections(evidence, &clock)?);
    figures.push(machine::store_units(evidence, &clock)?);
    figures.push(consumed::per_call(&evidence.run)?);
    figures.extend(each(&|step| steps::heat(evidence, &clock, step))?);
    figures.extend(gaps::gaps(evidence)?.into_iter().map(Some));
    Ok(figures.into_iter().flatten().collect())
}

/// The limits of a step's latency objectives on the chosen times, with their words. On an axis of percentiles
/// each ends at its own: what lies beyond may take longer.
fn limits(run: &Run, step: &str, chosen: impl Fn(Time) -> bool) -> Vec<Limit> {
    let objectives = run.plan.objectives.iter().filter(|objective| objective.step == step);
    let limits = objectives.filter_map(|objective| match objective.limit {
        ObjectiveLimit::Latency { time, at_most_ns, quantile_ppm } if chosen(time) => Some(Limit {
            at: units::as_f64(at_most_ns) / 1e3,
            until: Some(f64::from(quantile_ppm) / 10_000.0),
            words: objective.text.clone(),
        }),
        _ => None,
    });
    limits.collect()
}
