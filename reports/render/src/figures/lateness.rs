//! How late requests were, by percentile: against the times at which they were due.

use hdrhistogram::Histogram;
use run_analysis::evidence::spectrum_points;

use super::gaps::NO_PHASES;
use crate::figure::{Chart, Column, Figure, Group};
use crate::svg::{Colour, Horizontal, PlotError, Vertical};
use crate::units;

/// The percentile spectrum of lateness, in microseconds.
pub(crate) fn lateness(
    stem: &str,
    name: &str,
    lateness_us: &Histogram<u64>,
) -> Result<Option<Figure>, PlotError> {
    let points = spectrum_points(lateness_us);
    let column = Column {
        name: "lateness".to_owned(),
        head: "lateness_us".to_owned(),
        values: points.iter().map(|point| Some(units::as_f64(point.1))).collect(),
    };
    Chart {
        group: Group::Gaps,
        stem: format!("lateness-{stem}"),
        title: format!("Lateness by percentile, {name}"),
        caption:
            "From the time at which a request was due until it was sent, or arrived (logarithmic)."
                .to_owned(),
        horizontal: Horizontal::Tail,
        place_head: "percentile",
        places: points.iter().map(|point| point.0).collect(),
        reach: f64::INFINITY,
        vertical: Vertical::Microseconds,
        height: 160,
        columns: vec![(Colour::First, column)],
        limits: Vec::new(),
        phases: NO_PHASES,
    }
    .figure()
}
