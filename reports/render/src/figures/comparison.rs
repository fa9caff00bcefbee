//! Response times side by side: of the phases of a stream by the rate that each asks for, and of the places in a
//! cluster. A target that does not scale and arrivals that come in larger groups look alike over time; here they do not.

use std::collections::BTreeSet;

use run_analysis::audit::is_clustered;
use run_record::breakdown::PhaseResult;
use run_record::run::{Run, StreamResult};
use run_record::spread::Spread;

use super::gaps::NO_PHASES;
use crate::figure::{Chart, Column, Figure, Group, slug};
use crate::svg::{Colour, Horizontal, PlotError, Vertical};
use crate::units;

/// Steps or streams with lines of their own, as many as there are colours; the tables have all.
const LINES_MAX: usize = Colour::DATA.len();

/// What is drawn of a distribution.
type Pick = (&'static str, fn(&Spread) -> u64);

const PICKS: [Pick; 3] =
    [("p50", |spread| spread.p50), ("p90", |spread| spread.p90), ("p99", |spread| spread.p99)];

/// Values of one step or stream over common places.
struct Row {
    /// In the legend, before the quantile.
    name: String,
    /// In the data, before the quantile.
    head: String,
    /// Place and distribution, in order of place.
    points: Vec<(f64, Spread)>,
}

/// Each step with at least two measured phases; none if there is no such step.
pub(super) fn by_phase(run: &Run) -> Result<Option<Figure>, PlotError> {
    let steps = of_steps(run);
    let horizontal = if steps.iter().all(|step| rates_differ(step)) {
        Horizontal::Rate
    } else {
        Horizontal::Order
    };
    let rows: Vec<Row> = steps.iter().map(|step| row_of(step, &steps, horizontal)).collect();
    let place_head = if horizontal == Horizontal::Rate { "asked_per_s" } else { "phase" };
    let caption = "Response time (logarithmic) of the completed requests of each measured phase: thick the median, \
        then 90\u{a0}%, thin 99\u{a0}%. A line that rises is a target that is slower the more is asked of it, or arrivals that \
        come in larger groups: where two streams ask for the same rates and only one rises, it is the arrivals.";
    draw(chart("phase", caption, horizontal, place_head), rows)
}

/// Streams whose arrivals were in clusters, and the others for comparison; none where no stream's were.
pub(super) fn by_place(run: &Run) -> Result<Option<Figure>, PlotError> {
    if !run.streams.iter().any(|stream| stream.audit.as_ref().is_some_and(is_clustered)) {
        return Ok(None);
    }
    let rows: Vec<Row> = run.streams.iter().filter_map(places_of).collect();
    let caption = "Response time (logarithmic) of first requests by their place in a cluster: thick the median, then \
        90\u{a0}%, thin 99\u{a0}%. A request is in a cluster with the one before if it was sent before half an arrival more was \
        asked for, and within 10 ms. Where a line rises, the last of a group waits for all before it.";
    draw(chart("place", caption, Horizontal::Place, "from_place"), rows)
}

/// The phases of each step of which at least two have times, in order of time.
fn of_steps(run: &Run) -> Vec<Vec<&PhaseResult>> {
    let of_step = |step: &run_record::run::StepResult| {
        let phases = run.phases.iter().filter(|phase| {
            phase.stream == step.stream && phase.step == step.step && phase.response_us.is_some()
        });
        phases.collect::<Vec<_>>()
    };
    run.steps.iter().map(of_step).filter(|phases| phases.len() > 1).take(LINES_MAX).collect()
}

/// Whether the phases of a step can be told apart by what they ask for.
fn rates_differ(phases: &Vec<&PhaseResult>) -> bool {
    let rates: BTreeSet<u64> = phases
        .iter()
        .filter_map(|phase| phase.asked_per_s.filter(|rate| *rate > 0.0))
        .map(f64::to_bits)
        .collect();
    rates.len() == phases.len()
}

fn row_of(phases: &[&PhaseResult], all: &[Vec<&PhaseResult>], horizontal: Horizontal) -> Row {
    let (stream, step) = (&phases[0].stream, &phases[0].step);
    let alone = all.iter().filter(|other| other[0].stream == *stream).count() == 1;
    let name = if alone { stream.clone() } else { format!("{stream}: {step}") };
    let places = (1..).zip(phases).filter_map(|(number, phase)| {
        let rate = phase.asked_per_s.unwrap_or_default();
        let place = if horizontal == Horizontal::Rate { rate } else { f64::from(number) };
        Some((place, phase.response_us?))
    });
    let mut points: Vec<(f64, Spread)> = places.collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    Row { head: head(&name), name, points }
}

/// None for a stream whose arrivals were never near each other.
fn places_of(stream: &StreamResult) -> Option<Row> {
    let points: Vec<(f64, Spread)> = stream
        .places
        .iter()
        .filter_map(|place| Some((f64::from(place.from), place.response_us?)))
        .collect();
    let name = stream.name.clone();
    (points.len() > 1).then(|| Row { head: head(&name), name, points })
}

/// The beginning of the name of a column.
fn head(name: &str) -> String {
    match slug(name).replace('-', "_") {
        slug if slug.is_empty() => "times".to_owned(),
        slug => slug,
    }
}

fn chart(
    by: &str,
    caption: &str,
    horizontal: Horizontal,
    place_head: &'static str,
) -> Chart<'static> {
    let title = if by == "place" {
        "Response time by place in a cluster"
    } else {
        "Response time by phase"
    };
    Chart {
        group: Group::Comparison,
        stem: format!("response-by-{by}"),
        title: title.to_owned(),
        caption: caption.to_owned(),
        horizontal,
        place_head,
        places: Vec::new(),
        reach: f64::INFINITY,
        vertical: Vertical::Microseconds,
        height: 240,
        columns: Vec::new(),
        limits: Vec::new(),
        phases: NO_PHASES,
    }
}

/// A chart with the lines of these rows, over all their places.
fn draw(mut chart: Chart<'_>, rows: Vec<Row>) -> Result<Option<Figure>, PlotError> {
    let mut places: Vec<f64> =
        rows.iter().flat_map(|row| &row.points).map(|point| point.0).collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|one, two| one.total_cmp(two).is_eq());
    for (colour, row) in Colour::DATA.into_iter().zip(rows) {
        for (quantile, pick) in PICKS {
            let at = |place: &f64| {
                let point = row.points.iter().find(|point| point.0.total_cmp(place).is_eq());
                point.map(|point| units::as_f64(pick(&point.1)))
            };
            let values = places.iter().map(at).collect();
            let name = format!("{} {quantile}", row.name);
            let head = format!("{}_{quantile}_us", row.head);
            chart.columns.push((colour, Column { name, head, values }));
        }
    }
    chart.places = places;
    chart.figure()
}
