//! The generator's own delay over time: whether the load left when it was due.

use super::canvas::{Colour, PlotError};
use super::plot_timeline::{Span, Times, lines_of_times};
use crate::units;

/// Lateness over time, one line for each stream; none if there is nothing to draw.
pub(crate) fn lateness(
    times: &[Times],
    limit: Option<u64>,
    span: &Span,
) -> Result<Option<String>, PlotError> {
    let limit = limit.map(|us| (us, format!("limit {}", units::time_us(us))));
    lines_of_times("Lateness of the generator", (times, &Colour::DATA), limit.as_slice(), span)
}
