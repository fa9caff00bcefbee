//! Pictures of what beginning again costs: the trade-off between a table that keeps what was read and memory that does not.

use std::collections::BTreeSet;

use run_analysis::study::{Again, Retry, Study};

use super::coinciding;
use crate::figure::{Chart, Column, Figure, Group, slug};
use crate::figures::gaps::NO_PHASES;
use crate::svg::{Colour, Horizontal, PlotError, Vertical};
use crate::units;

/// Where more pages than so many times the least are read for a result, there is none in practice.
const TIMES_MAX: f64 = 1e6;

const BOTH: [Again; 2] = [Again::Organisation, Again::Room];

/// How many get a result, and what each result costs.
pub(super) fn figures(study: &Study) -> Result<Vec<Figure>, PlotError> {
    let shares = columns(study, "share", |retry| Some(retry.expected.finished_share));
    let pages = columns(study, "times", times);
    let finished = Chart {
        title: "Organisations that come to a result".to_owned(),
        caption: format!(
            "The share that has a result{}, by the chance that the reading of a room fails. Thick: all rooms are read \
             again after a failure, because what was read is in memory. Thin: only the room that failed is, because \
             a table keeps the others.{}",
            attempts(study),
            coinciding(&shares)
        ),
        vertical: Vertical::Share,
        columns: shares,
        ..chart(study, "finished-by-rooms")
    };
    let pages = Chart {
        title: "Pages read for each result".to_owned(),
        caption: format!(
            "How many times as many pages are read for each result as if nothing failed. Where a line ends, hardly \
             any organisation has a result.{}",
            coinciding(&pages)
        ),
        vertical: Vertical::Magnitude,
        columns: pages,
        ..chart(study, "pages-again-by-rooms")
    };
    Ok([finished.figure()?, pages.figure()?].into_iter().flatten().collect())
}

/// Which is read again.
pub(super) fn words(again: Again) -> &'static str {
    match again {
        Again::Room => "room",
        Again::Organisation => "organisation",
    }
}

/// Pages for each result, in those that are read if nothing fails.
pub(super) fn times(retry: &Retry) -> Option<f64> {
    let times = retry.expected.pages / retry.expected.finished_share / retry.pages_least;
    (times.is_finite() && times <= TIMES_MAX).then_some(times)
}

fn chart(study: &Study, stem: &str) -> Chart<'static> {
    Chart {
        group: Group::Study,
        stem: stem.to_owned(),
        title: String::new(),
        caption: String::new(),
        horizontal: Horizontal::Count("rooms"),
        place_head: "rooms",
        places: rooms(study).into_iter().map(units::as_f64).collect(),
        reach: f64::INFINITY,
        vertical: Vertical::Number,
        height: 220,
        columns: Vec::new(),
        limits: Vec::new(),
        phases: NO_PHASES,
    }
}

fn rooms(study: &Study) -> BTreeSet<u64> {
    study.retries.iter().map(|retry| retry.rooms).collect()
}

/// How many attempts there are, where it is one number.
fn attempts(study: &Study) -> String {
    let attempts: BTreeSet<u32> = study.retries.iter().map(|retry| retry.attempts_max).collect();
    match (attempts.len(), attempts.first()) {
        (1, Some(one)) => format!(" within {one} attempts"),
        _ => String::new(),
    }
}

/// A colour for each chance of failure, in which both ways are drawn.
fn columns(
    study: &Study,
    unit: &str,
    value: impl Fn(&Retry) -> Option<f64>,
) -> Vec<(Colour, Column)> {
    let mut chances: Vec<f64> = study.retries.iter().map(|retry| retry.failure_share).collect();
    chances.sort_by(f64::total_cmp);
    chances.dedup_by(|one, two| one.total_cmp(two).is_eq());
    let mut columns = Vec::new();
    for (colour, chance) in Colour::DATA.into_iter().zip(chances) {
        for again in BOTH {
            let at = |rooms: u64| {
                let is_here = |retry: &&Retry| {
                    retry.rooms == rooms
                        && retry.again == again
                        && retry.failure_share.total_cmp(&chance).is_eq()
                };
                value(study.retries.iter().find(is_here)?)
            };
            let values = rooms(study).into_iter().map(at).collect();
            let name = format!("{} again, {} fail", words(again), units::share(chance));
            let head = format!("{}_{unit}", slug(&name).replace('-', "_"));
            columns.push((colour, Column { name, head, values }));
        }
    }
    columns
}
