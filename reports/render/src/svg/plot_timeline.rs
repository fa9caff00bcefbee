//! What happened when: rates, and response times, second by second.

use super::canvas::{Axis, Colour, Line, Picture, PlotError};
use super::scale;
use crate::units;

/// A line of rates over time: `(seconds from the start, per second)` in order of time.
pub(crate) struct Rates {
    /// What is counted.
    pub(crate) name: &'static str,
    /// Where there is a value.
    pub(crate) points: Vec<(f64, f64)>,
}

/// Percentiles over time, each `(seconds from the start, microseconds)`.
pub(crate) struct Times {
    /// Which percentile.
    pub(crate) name: String,
    /// In order of time.
    pub(crate) points: Vec<(f64, u64)>,
}

/// Where time begins and ends and what of it is not measured.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// Seconds from the start.
    pub(crate) end: f64,
    /// Stretches outside measured phases, in seconds from the start.
    pub(crate) unmeasured: Vec<(f64, f64)>,
    /// Seconds between two points that follow each other; where there are more, the line is broken.
    pub(crate) step: f64,
}

/// Up to three rates of arrivals, the last of them what was asked for; none if there is nothing to draw.
pub(crate) fn rates(rates: &[Rates], span: &Span) -> Result<Option<String>, PlotError> {
    let colours = [Colour::First, Colour::Second, Colour::Fifth];
    let lines: Vec<Line> = rates
        .iter()
        .zip(colours)
        .filter(|(rates, _)| !rates.points.is_empty())
        .map(|(rates, colour)| Line {
            name: rates.name.to_owned(),
            colour,
            runs: runs(rates.points.iter().copied(), span.step),
        })
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let greatest = lines.iter().flat_map(|line| line.runs.iter().flatten()).map(|point| point.1);
    let y = scale::linear(greatest.fold(0.0, f64::max), "arrivals per second", units::per_second);
    let words = rates.iter().map(|rates| {
        let greatest = rates.points.iter().map(|point| point.1).fold(0.0, f64::max);
        format!("{} at most {}", rates.name, units::per_second(greatest))
    });
    let words = words.collect::<Vec<_>>().join("; ");
    over_time(format!("Arrivals per second over time: {words}"), y, lines, (Vec::new(), span))
        .map(Some)
}

/// Percentiles of the response time of one step over time; none if there is nothing to draw. The
/// greatest value, which jumps about most, is drawn faintest.
pub(crate) fn latency(
    what: &str,
    times: &[Times],
    limits: &[(u64, String)],
    span: &Span,
) -> Result<Option<String>, PlotError> {
    let colours = [Colour::First, Colour::Third, Colour::Second, Colour::Fifth];
    lines_of_times(what, (times, &colours), limits, span)
}

/// Times over time, each line in its colour; none if there is nothing to draw.
pub(super) fn lines_of_times(
    what: &str,
    (times, colours): (&[Times], &[Colour]),
    limits: &[(u64, String)],
    span: &Span,
) -> Result<Option<String>, PlotError> {
    let lines: Vec<Line> = times
        .iter()
        .zip(colours)
        .filter(|(times, _)| !times.points.is_empty())
        .map(|(times, colour)| Line {
            name: times.name.clone(),
            colour: *colour,
            runs: runs(times.points.iter().map(|(at, us)| (*at, scale::log_us(*us))), span.step),
        })
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let limits: Vec<(f64, String)> =
        limits.iter().map(|(us, words)| (scale::log_us(*us), words.clone())).collect();
    let heights = lines.iter().flat_map(|line| line.runs.iter().flatten()).map(|point| point.1);
    let y = scale::log_times(heights.chain(limits.iter().map(|limit| limit.0)));
    let words = times.iter().filter_map(|times| {
        let greatest = times.points.iter().map(|point| point.1).max()?;
        Some(format!("{} at most {}", times.name, units::time_us(greatest)))
    });
    let words = words.collect::<Vec<_>>().join("; ");
    over_time(format!("{what} over time: {words}"), y, lines, (limits, span)).map(Some)
}

fn over_time(
    alternative: String,
    y: Axis,
    lines: Vec<Line>,
    (limits, span): (Vec<(f64, String)>, &Span),
) -> Result<String, PlotError> {
    let bands = span.unmeasured.clone();
    Picture { alternative, x: scale::time(span.end), y, bands, limits, lines }.draw()
}

/// Points that follow each other without a gap, so that a second without a value is not bridged.
fn runs(points: impl Iterator<Item = (f64, f64)>, step: f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    for point in points {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| point.0 - last.0 <= step * 1.5) => {
                run.push(point);
            }
            _ => runs.push(vec![point]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_without_a_value_breaks_the_line() {
        let points = [(0.0, 1.0), (1.0, 2.0), (4.0, 3.0), (5.0, 1.0), (9.0, 1.0)];
        let lengths: Vec<usize> = runs(points.into_iter(), 1.0).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 1]);
    }
}
