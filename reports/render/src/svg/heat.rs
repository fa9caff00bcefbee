//! A map of how many requests took how long when: time to the right, time taken upwards, number as colour.

use super::canvas::PlotError;
use super::colour::Colour;
use super::frame::{Drawn, Entry, Frame, Phases};
use super::scale::{Horizontal, Vertical};
use crate::units;

/// Height of the plot in shown pixels.
const HEIGHT: i32 = 220;

/// Requests within a stretch of time that took between two times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeatCell {
    /// Seconds from the run's start.
    pub(crate) from: f64,
    /// Seconds from the run's start.
    pub(crate) to: f64,
    /// Microseconds.
    pub(crate) low_us: f64,
    /// Microseconds.
    pub(crate) high_us: f64,
    /// How many.
    pub(crate) count: u64,
}

/// Cells over time.
pub(crate) struct HeatMap<'a> {
    /// What the picture shows, for those who do not see it.
    pub(crate) alternative: String,
    /// In the order of rows, each in the order of time.
    pub(crate) cells: &'a [HeatCell],
    /// The end of the axis, in seconds.
    pub(crate) end: f64,
    /// What was measured when.
    pub(crate) phases: &'a Phases,
}

impl HeatMap<'_> {
    /// The picture; none if there is no cell.
    pub(crate) fn draw(&self) -> Result<Option<Drawn>, PlotError> {
        let Some(most) = self.cells.iter().map(|cell| cell.count).max() else { return Ok(None) };
        let bounds = bounds(most);
        let legend = (0_u8..).zip(bounds.windows(2)).map(|(level, pair)| Entry {
            name: range(pair[0], pair[1] - 1),
            colour: Colour::Heat(level),
            line: None,
        });
        let horizontal = Horizontal::Time { end: self.end };
        let ends = self.cells.iter().flat_map(|cell| [cell.low_us, cell.high_us]);
        let frame = Frame {
            alternative: self.alternative.clone(),
            x: horizontal.axis(0.0, self.end),
            y: Vertical::Microseconds.axis(ends),
            height: HEIGHT,
            legend: legend.collect(),
            phases: self.phases,
            shaded: false,
        };
        let drawn = frame.draw(|plot| {
            for (cell, level) in joined(self.cells, &bounds) {
                let [low, high] =
                    [cell.low_us, cell.high_us].map(|us| Vertical::Microseconds.place(us));
                plot.rectangle((cell.from, high), (cell.to, low), Colour::Heat(level))?;
            }
            Ok(())
        })?;
        Ok(Some(drawn))
    }
}

/// Neighbours in a row that have one colour, as one cell: a third of the marks.
fn joined(cells: &[HeatCell], bounds: &[u64]) -> Vec<(HeatCell, u8)> {
    let mut joined: Vec<(HeatCell, u8)> = Vec::new();
    for cell in cells {
        let level = level(cell.count, bounds);
        match joined.last_mut() {
            Some((last, last_level))
                if *last_level == level
                    && (last.to - cell.from).abs() < 1e-9
                    && (last.low_us - cell.low_us).abs() < 1e-9 =>
            {
                last.to = cell.to;
            }
            _ => joined.push((*cell, level)),
        }
    }
    joined
}

/// Where each colour begins, with the end of the last: even steps of the logarithm from one to the most.
fn bounds(most: u64) -> Vec<u64> {
    let levels = Colour::HEAT_LEVELS;
    let mut bounds: Vec<u64> = (0..levels)
        .map(|level| {
            let power = units::as_f64(most).powf(f64::from(level) / f64::from(levels));
            units::to_u64(power.ceil())
        })
        .collect();
    bounds.push(most.saturating_add(1));
    bounds.dedup();
    bounds
}

fn level(count: u64, bounds: &[u64]) -> u8 {
    let below = bounds.iter().filter(|bound| **bound <= count).count();
    u8::try_from(below).unwrap_or(1).saturating_sub(1).min(Colour::HEAT_LEVELS - 1)
}

fn range(from: u64, to: u64) -> String {
    if from >= to {
        units::count(from)
    } else {
        format!("{}–{}", units::count(from), units::count(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_has_a_colour_and_more_is_never_lighter() {
        for most in [1, 2, 3, 7, 60, 5_000, u64::MAX] {
            let bounds = bounds(most);
            assert!(bounds.is_sorted() && bounds[0] == 1 && bounds.len() <= 7, "{bounds:?}");
            let counts = [1, most / 3, most / 2, most - 1, most];
            let levels: Vec<u8> =
                counts.into_iter().filter(|count| *count > 0).map(|c| level(c, &bounds)).collect();
            assert!(levels.is_sorted(), "{levels:?}");
            assert!(usize::from(*levels.last().unwrap()) == bounds.len() - 2, "{levels:?}");
        }
    }

    #[test]
    fn neighbours_of_one_colour_are_one_mark() {
        let cell = |from: f64, low_us, count| HeatCell {
            from,
            to: from + 1.0,
            low_us,
            high_us: low_us * 2.0,
            count,
        };
        let cells =
            [cell(0.0, 10.0, 5), cell(1.0, 10.0, 5), cell(3.0, 10.0, 5), cell(3.0, 20.0, 5)];
        assert_eq!(joined(&cells, &bounds(5)).len(), 3);
    }
}
