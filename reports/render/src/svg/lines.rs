//! Lines over two axes: percentiles, rates, shares.

use super::canvas::PlotError;
use super::colour::Colour;
use super::frame::{Drawn, Entry, Frame, Phases};
use super::scale::{Horizontal, Vertical};

/// A line; where there is no value it is broken.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    /// For the legend.
    pub(crate) name: &'a str,
    /// Of the line.
    pub(crate) colour: Colour,
    /// One for each place of the horizontal axis.
    pub(crate) values: &'a [Option<f64>],
}

/// A value that must not be passed, with its words, which stand at the end of its line.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    /// In the unit of the vertical axis.
    pub(crate) at: f64,
    /// Up to which place of the horizontal axis it holds; everywhere if none.
    pub(crate) until: Option<f64>,
    /// What it is.
    pub(crate) words: String,
}

/// Lines over common places.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    /// What the picture shows, for those who do not see it.
    pub(crate) alternative: String,
    /// What the horizontal axis is.
    pub(crate) horizontal: Horizontal,
    /// Where values are, rising.
    pub(crate) places: &'a [f64],
    /// Lines are broken where places are further apart.
    pub(crate) reach: f64,
    /// What the vertical axis is.
    pub(crate) vertical: Vertical,
    /// Of the plot, in shown pixels.
    pub(crate) height: i32,
    /// Lines in the order of the legend.
    pub(crate) lines: Vec<Line<'a>>,
    /// What must not be passed.
    pub(crate) limits: &'a [Limit],
    /// What was measured when.
    pub(crate) phases: &'a Phases,
}

impl Lines<'_> {
    /// The picture; none if no line has a value.
    pub(crate) fn draw(&self) -> Result<Option<Drawn>, PlotError> {
        let values = || self.lines.iter().flat_map(|line| line.values).copied().flatten();
        if values().next().is_none() {
            return Ok(None);
        }
        let legend = self.lines.iter().enumerate().map(|(line, of)| Entry {
            name: of.name.to_owned(),
            colour: of.colour,
            line: Some(self.width(line)),
        });
        let last = self.places.last().copied().unwrap_or(0.0);
        let first = self.places.first().copied().unwrap_or(0.0);
        let frame = Frame {
            alternative: self.alternative.clone(),
            x: self.horizontal.axis(first, last),
            y: self.vertical.axis(values().chain(self.limits.iter().map(|limit| limit.at))),
            height: self.height,
            legend: legend.collect(),
            phases: self.phases,
            shaded: true,
        };
        let drawn = frame.draw(|plot| {
            let end = |limit: &Limit| {
                let end = limit.until.map_or(frame.x.to, |until| self.horizontal.place(until));
                (end.min(frame.x.to), self.vertical.place(limit.at))
            };
            for limit in self.limits {
                let end = end(limit);
                plot.path(&[(frame.x.from, end.1), end], Colour::Limit, 1)?;
            }
            plot.labels(self.limits.iter().map(|limit| (limit.words.as_str(), end(limit))))?;
            // The first is drawn last: where lines coincide, it is the one that is seen.
            for (index, line) in self.lines.iter().enumerate().rev() {
                for run in self.runs(line.values) {
                    plot.path(&run, line.colour, self.width(index))?;
                    for point in run.iter().filter(|_| self.horizontal.is_sparse()) {
                        plot.path(&[*point], line.colour, 1)?;
                    }
                }
            }
            Ok(())
        })?;
        Ok(Some(drawn))
    }

    /// Lines of one colour belong together: each is thinner than the one before.
    fn width(&self, line: usize) -> i32 {
        let colour = self.lines[line].colour;
        let before = self.lines[..line].iter().filter(|other| other.colour == colour).count();
        let alone = self.lines.iter().filter(|other| other.colour == colour).count() == 1;
        match before {
            0 if alone => 2,
            0 => 4,
            1 => 2,
            _ => 1,
        }
    }

    /// Points that follow each other without a gap, so that a second without a value is not bridged.
    fn runs(&self, values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
        let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut last = f64::NEG_INFINITY;
        for (place, value) in self.places.iter().zip(values) {
            let Some(value) = value else { continue };
            let point = (self.horizontal.place(*place), self.vertical.place(*value));
            match runs.last_mut() {
                Some(run) if place - last <= self.reach => run.push(point),
                _ => runs.push(vec![point]),
            }
            last = *place;
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_without_a_value_breaks_the_line() {
        let places = [0.0, 1.0, 2.0, 3.0, 9.0];
        let values = [Some(1.0), Some(2.0), None, Some(3.0), Some(1.0)];
        let lines = Lines {
            alternative: String::new(),
            horizontal: Horizontal::Time { end: 10.0 },
            places: &places,
            reach: 1.5,
            vertical: Vertical::Number,
            height: 100,
            lines: vec![],
            limits: &[],
            phases: &Phases::default(),
        };
        let lengths: Vec<usize> = lines.runs(&values).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1]);
        assert!(lines.draw().unwrap().is_none(), "no line, no picture");
    }
}
