//! The percentile spectrum: how long the fastest half, nine tenths, 99 %, … of the requests took, on an
//! axis that opens the tail.

use super::canvas::{Axis, Colour, Line, Picture, PlotError};
use super::scale;
use crate::units;

/// The axis ends here at the latest: one in a million.
const DECADES_MAX: u32 = 6;

/// One line of a spectrum.
pub(crate) struct Spectrum {
    /// Which time.
    pub(crate) name: &'static str,
    /// Percentile in 0..=100 and microseconds, ascending.
    pub(crate) points: Vec<(f64, u64)>,
}

/// Times over percentiles, with the limits of the objectives; none if there is nothing to draw.
pub(crate) fn spectrum(
    step: &str,
    spectra: &[Spectrum],
    limits: &[(u64, String)],
) -> Result<Option<String>, PlotError> {
    let colours = [Colour::First, Colour::Second, Colour::Third, Colour::Fourth];
    let lines: Vec<Line> = spectra
        .iter()
        .zip(colours)
        .filter(|(spectrum, _)| !spectrum.points.is_empty())
        .map(|(spectrum, colour)| Line {
            name: spectrum.name.to_owned(),
            colour,
            runs: vec![
                spectrum.points.iter().map(|(at, us)| (tail(*at), scale::log_us(*us))).collect(),
            ],
        })
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let limits: Vec<(f64, String)> =
        limits.iter().map(|(us, words)| (scale::log_us(*us), words.clone())).collect();
    let heights = lines.iter().flat_map(|line| line.runs.iter().flatten()).map(|point| point.1);
    let y = scale::log_times(heights.chain(limits.iter().map(|limit| limit.0)));
    let picture = Picture {
        alternative: format!("Percentile spectrum of {step}: {}", in_words(spectra)),
        x: percentiles(&lines),
        y,
        bands: Vec::new(),
        limits,
        lines,
    };
    picture.draw().map(Some)
}

/// 0 for 0 %, 1 for 90 %, 2 for 99 %: each further step leaves a tenth of the requests.
fn tail(percentile: f64) -> f64 {
    let rest = 1.0 - percentile / 100.0;
    let end = f64::from(DECADES_MAX);
    if rest > 0.0 { (-rest.log10()).clamp(0.0, end) } else { end }
}

/// As far as there are points: to 99 % at least.
fn percentiles(lines: &[Line]) -> Axis {
    let points = lines.iter().flat_map(|line| line.runs.iter().flatten());
    let last = points.map(|point| point.0).fold(2.0, f64::max);
    let mut ticks = vec![(0.0, "0 %".to_owned()), (tail(50.0), "50 %".to_owned())];
    for decade in (1..=DECADES_MAX).take_while(|decade| f64::from(*decade) <= last + 1e-9) {
        let label = match decade {
            1 => "90 %".to_owned(),
            2 => "99 %".to_owned(),
            more => format!("99.{} %", "9".repeat(more as usize - 2)),
        };
        ticks.push((f64::from(decade), label));
    }
    Axis { from: 0.0, to: last, ticks, name: "share of the completed requests".to_owned() }
}

/// What a reader who does not see the picture should know of it.
fn in_words(spectra: &[Spectrum]) -> String {
    let of = |spectrum: &Spectrum, percentile: f64| {
        spectrum
            .points
            .iter()
            .find(|point| point.0 >= percentile)
            .map(|point| units::time_us(point.1))
    };
    let words = spectra.iter().filter_map(|spectrum| {
        let (median, tail) = (of(spectrum, 50.0)?, of(spectrum, 99.0)?);
        Some(format!("{} time, median {median}, 99 % {tail}", spectrum.name))
    });
    words.collect::<Vec<_>>().join("; ")
}
