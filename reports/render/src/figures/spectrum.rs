//! The percentile spectrum: how long the fastest half, nine tenths, 99 %, … of the requests took, on an axis that
//! opens the tail.

use run_analysis::evidence::Evidence;
use run_record::latency::Kind;
use run_record::run::StepResult;

use super::limits;
use crate::figure::{Chart, Column, Figure, Group, slug};
use crate::svg::{Colour, Horizontal, Phases, PlotError, Vertical};
use crate::units;

/// All times of a step that were seen, over percentiles.
pub(super) fn spectrum(
    evidence: &Evidence,
    (index, step): (usize, &StepResult),
) -> Result<Option<Figure>, PlotError> {
    let kinds = [
        ("response", Kind::Response),
        ("service", Kind::Service),
        ("server", Kind::Server),
        ("delivery", Kind::Delivery),
    ];
    let spectra: Vec<_> = kinds
        .iter()
        .map(|(name, kind)| (*name, evidence.spectrum(&step.stream, &step.step, *kind)))
        .collect();
    // The ends of the spectra differ with the number of values: their places are put together.
    let mut places: Vec<f64> = spectra.iter().flat_map(|(_, points)| points).map(|p| p.0).collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|one, two| one.total_cmp(two).is_eq());
    let column = |(name, points): &(&str, Vec<(f64, u64)>)| {
        let mut points = points.iter().peekable();
        let values = places.iter().map(|place| {
            let point = points.next_if(|point| point.0.total_cmp(place).is_eq());
            point.map(|point| units::as_f64(point.1))
        });
        Column { name: (*name).to_owned(), head: format!("{name}_us"), values: values.collect() }
    };
    let columns: Vec<Column> = spectra.iter().map(column).collect();
    let title = format!("{}: {}", step.stream, step.step);
    Chart {
        group: Group::Spectrum,
        stem: format!("spectrum-{:02}-{}", index + 1, slug(&title)),
        title: format!("Time by percentile, {title}"),
        caption: caption(index == 0, step),
        horizontal: Horizontal::Tail,
        place_head: "percentile",
        places,
        reach: f64::INFINITY,
        vertical: Vertical::Microseconds,
        height: 240,
        columns: Colour::DATA.into_iter().zip(columns).collect(),
        limits: limits(&evidence.run, &step.step, |_| true),
        phases: &Phases::default(),
    }
    .figure()
}

/// What the lines are is said once.
fn caption(first: bool, step: &StepResult) -> String {
    let requests = step.count.saturating_add(step.not_completed);
    let share = units::percent_of(step.not_completed, requests).replace(' ', "\u{a0}");
    let left_out = format!(
        "{share} of the requests due were not sent or did not complete, and are not in it."
    );
    let delivery = if step.delivery_us.is_some() {
        " Delivery time is from the reply to a change until its event."
    } else {
        ""
    };
    if !first {
        return left_out + delivery;
    }
    format!(
        "Time (logarithmic) within which a share of the completed requests of measured phases was done; {left_out} \
         Response time counts from the due time, service time from the sending, server time is what the server \
         says.{delivery} A gap between response and service time is time spent before sending."
    )
}
