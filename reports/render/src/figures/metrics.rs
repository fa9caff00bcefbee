//! What the target says of itself: a small picture for each of its series, over the axis of time that all share.

use run_analysis::evidence::{Evidence, MetricSeries};

use super::time::{Clock, Panel, Seconds};
use crate::figure::{Column, Figure, Group, slug};
use crate::svg::{Colour, Phases, PlotError, Vertical};
use crate::text;

/// Height in shown pixels: they are many, and looked at side by side.
const HEIGHT: i32 = 90;

const OF_GAUGE: &str = "As the target told it; gaps are seconds without an answer.";

const OF_COUNTER: &str = "What came to this counter a second; gaps are seconds without an answer, and new starts of the \
    target.";

/// One for each series that has a value.
pub(super) fn metrics(
    evidence: &Evidence,
    clock: &Clock,
) -> Result<Vec<Option<Figure>>, PlotError> {
    // Names of phases would take more room than the values, and stand in the timelines above.
    let phases = Phases { rows: Vec::new(), ..clock.phases.clone() };
    let draw = |(number, series)| picture(number, series, clock, &phases);
    (1..).zip(&evidence.metrics).map(draw).collect()
}

fn picture(
    number: u32,
    series: &MetricSeries,
    clock: &Clock,
    phases: &Phases,
) -> Result<Option<Figure>, PlotError> {
    let bytes = series.name.split('{').next().is_some_and(|name| name.ends_with("_bytes"));
    let (vertical, head) = match (series.counter, bytes) {
        (true, _) => (Vertical::Number, "per_s"),
        (false, true) => (Vertical::Bytes, "bytes"),
        (false, false) => (Vertical::Number, "value"),
    };
    let caption = if series.counter { OF_COUNTER } else { OF_GAUGE };
    let below = series.seconds.iter().any(|(_, value)| *value < 0.0);
    let below = if below { " Values below 0 are drawn at 0." } else { "" };
    let panel = Panel {
        group: Group::Target,
        // Names of two series may have the same letters.
        stem: format!("target-{number:02}-{}", slug(&series.name)),
        title: text::clean(&series.name),
        caption: format!("{caption}{below}"),
        vertical,
        height: HEIGHT,
        limits: Vec::new(),
        colours: &Colour::DATA,
    };
    let seconds = Seconds {
        seconds: series.seconds.iter().map(|(second, _)| *second).collect(),
        columns: vec![Column {
            name: if series.counter { "a second".to_owned() } else { "value".to_owned() },
            head: head.to_owned(),
            values: series.seconds.iter().map(|(_, value)| Some(*value)).collect(),
        }],
    };
    clock.chart(panel, seconds, phases)
}
