//! What stands around the marks of every picture over two axes: legend, phases, axes, limits.

use super::canvas::{self, HPos, PlotError, SCALE, Sheet, enlarged, shown_width, to_i32};
use super::colour::Colour;
use super::label::{LABEL_GAP, LABEL_RISE, Label};
use super::scale::Axis;
use crate::text;

/// As shown, in CSS pixels when there is room. The same for all pictures, so that those over one time line up.
pub(super) const WIDTH: i32 = 820;
/// Left of the plot, for labels such as `999 ms`.
pub(super) const LEFT: i32 = 64;
/// Right of the plot: less, and the last label of the x axis is cut.
pub(super) const RIGHT: i32 = 40;
/// Above the plot, for the label at the top of the y axis.
const TOP: i32 = 10;
/// Below the plot, for labels.
const BOTTOM: i32 = 24;
/// Below the labels, for the name of an x axis whose labels do not say what it is.
const NAME_ROW: i32 = 20;
/// One row of the legend.
const LEGEND_ROW: i32 = 22;
/// Length of a line in the legend.
const SWATCH: i32 = 18;
/// Between the names of the legend, with the space after the line.
pub(super) const LEGEND_GAP: i32 = 26;
/// Longer names are cut.
const LEGEND_COLUMNS_MAX: usize = 40;
/// One row of phases, with the space below it.
const STRIP_ROW: i32 = 18;
/// Size of the names of phases.
const STRIP_FONT: i32 = 11;
/// Mean advance of a character in the name of a phase.
const STRIP_ADVANCE: i32 = 7;

/// One phase of a stream over time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PhaseSpan {
    /// Seconds from the run's start.
    pub(crate) from: f64,
    /// Seconds from the run's start.
    pub(crate) to: f64,
    /// What it is called here.
    pub(crate) name: String,
    /// Whether it counts.
    pub(crate) measured: bool,
}

/// What was measured when: shown above and behind a picture over time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phases {
    /// Rows of phases, one for each stream whose phases differ from the others'.
    pub(crate) rows: Vec<Vec<PhaseSpan>>,
    /// Stretches that no stream measures.
    pub(crate) unmeasured: Vec<(f64, f64)>,
    /// Where the run was stopped before its end.
    pub(crate) stop: Option<Stop>,
}

/// The end of what was seen of a run, before what was planned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stop {
    /// Seconds from the run's start.
    pub(crate) at: f64,
    /// How it came to it.
    pub(crate) words: &'static str,
}

/// One entry of the legend.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) colour: Colour,
    /// How thick the line is; none for a patch instead of one.
    pub(super) line: Option<i32>,
}

/// What stands around the marks.
pub(super) struct Frame<'a> {
    /// Said by a screen reader instead of the picture.
    pub(super) alternative: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// Of the plot, in shown pixels.
    pub(super) height: i32,
    pub(super) legend: Vec<Entry>,
    pub(super) phases: &'a Phases,
    /// Whether what is not measured is shaded.
    pub(super) shaded: bool,
}

/// A picture, and where its plot is within it, so that a pointer can be turned into a value.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    /// The `svg` element.
    pub(crate) svg: String,
    /// Left, top, right and bottom of the plot in drawn units.
    pub(crate) plot: [i32; 4],
    /// The first and the last value of the horizontal axis.
    pub(crate) x: (f64, f64),
    /// The same of the vertical axis, from below.
    pub(crate) y: (f64, f64),
}

/// Where marks go.
pub(super) struct Plot<'a, 'b> {
    pub(super) sheet: &'a Sheet<'b>,
    frame: &'a Frame<'a>,
    /// Where the plot begins, in shown pixels.
    top: i32,
}

impl Frame<'_> {
    /// Draws the frame and, between its background and its axes' labels, the marks.
    pub(super) fn draw(
        &self,
        marks: impl FnOnce(&Plot<'_, '_>) -> Result<(), PlotError>,
    ) -> Result<Drawn, PlotError> {
        let legend = self.legend_places();
        let legend_rows = legend.last().map_or(0, |item| item.1 + 1);
        let strips = i32::try_from(self.phases.rows.len()).unwrap_or(0);
        let top = legend_rows * LEGEND_ROW + strips * STRIP_ROW + TOP;
        let name = if self.x.name.is_empty() { 0 } else { NAME_ROW };
        let size = (WIDTH, top + self.height + BOTTOM + name);
        let svg = canvas::draw(size, &self.alternative, |sheet| {
            let plot = Plot { sheet, frame: self, top };
            self.draw_legend(sheet, &legend)?;
            self.draw_phases(&plot, legend_rows * LEGEND_ROW)?;
            self.draw_axes(&plot)?;
            marks(&plot)?;
            self.draw_stop(&plot)
        })?;
        let plot = [LEFT, top, WIDTH - RIGHT, top + self.height].map(|shown| shown * SCALE);
        Ok(Drawn { svg, plot, x: (self.x.from, self.x.to), y: (self.y.from, self.y.to) })
    }

    /// Column and row of each entry, in shown pixels and in rows.
    fn legend_places(&self) -> Vec<(i32, i32)> {
        let (mut column, mut row) = (LEFT, 0);
        let mut places = Vec::new();
        for entry in &self.legend {
            let width =
                SWATCH + LEGEND_GAP + shown_width(&text::fit(&entry.name, LEGEND_COLUMNS_MAX));
            if column > LEFT && column + width > WIDTH - RIGHT {
                (column, row) = (LEFT, row + 1);
            }
            places.push((column, row));
            column += width;
        }
        places
    }

    fn draw_legend(&self, sheet: &Sheet<'_>, places: &[(i32, i32)]) -> Result<(), PlotError> {
        for (entry, (column, row)) in self.legend.iter().zip(places) {
            let middle = row * LEGEND_ROW + LEGEND_ROW / 2;
            if let Some(width) = entry.line {
                let ends = [(*column, middle), (column + SWATCH, middle)].map(enlarged);
                sheet.path(&ends, entry.colour, width)?;
            } else {
                let corners = [(*column, middle - 6), (column + SWATCH, middle + 6)].map(enlarged);
                sheet.rectangle(corners[0], corners[1], entry.colour)?;
            }
            let name = text::fit(&entry.name, LEGEND_COLUMNS_MAX);
            sheet.text(&name, (column + SWATCH + 6, middle), HPos::Left)?;
        }
        Ok(())
    }

    fn draw_phases(&self, plot: &Plot<'_, '_>, mut top: i32) -> Result<(), PlotError> {
        for (from, to) in self.phases.unmeasured.iter().filter(|_| self.shaded) {
            plot.rectangle((*from, self.y.to), (*to, self.y.from), Colour::Band)?;
        }
        for row in &self.phases.rows {
            for phase in row {
                let colour = if phase.measured { Colour::Measured } else { Colour::Band };
                let [left, right] = [phase.from, phase.to].map(|at| plot.across(at));
                // A gap of a pixel tells neighbours of one colour apart.
                let right = (right - SCALE).max(left + SCALE);
                let from = (left, top * SCALE);
                plot.sheet.rectangle(from, (right, (top + STRIP_ROW - 3) * SCALE), colour)?;
                let room = (right - left) / SCALE - 6;
                let columns = usize::try_from(room / STRIP_ADVANCE).unwrap_or(0);
                if columns >= 3 {
                    let name = text::fit(&phase.name, columns);
                    let at = (left / SCALE + 4, top + STRIP_ROW / 2 - 1);
                    plot.sheet.sized_text(&name, at, HPos::Left, STRIP_FONT)?;
                }
            }
            top += STRIP_ROW;
        }
        Ok(())
    }

    /// A line with its words at the foot, where nothing was seen any more; left of it where there is no room.
    fn draw_stop(&self, plot: &Plot<'_, '_>) -> Result<(), PlotError> {
        let Some(Stop { at, words }) = self.phases.stop else { return Ok(()) };
        plot.path(&[(at, self.y.from), (at, self.y.to)], Colour::Ink, 1)?;
        let (line, height) = (plot.across(at) / SCALE, plot.top + self.height - LABEL_RISE);
        let (place, side) = if line + shown_width(words) + LABEL_GAP < WIDTH - RIGHT {
            (line + LABEL_GAP, HPos::Left)
        } else {
            (line - LABEL_GAP, HPos::Right)
        };
        plot.sheet.sized_text(words, (place, height), side, STRIP_FONT)
    }

    fn draw_axes(&self, plot: &Plot<'_, '_>) -> Result<(), PlotError> {
        let (left, right) = (self.x.from, self.x.to);
        for (at, label) in &self.y.ticks {
            plot.path(&[(left, *at), (right, *at)], Colour::Grid, 1)?;
            plot.sheet.text(label, (LEFT - 8, plot.place((left, *at)).1 / SCALE), HPos::Right)?;
        }
        let bottom = plot.top + self.height;
        for (at, label) in &self.x.ticks {
            plot.path(&[(*at, self.y.from), (*at, self.y.to)], Colour::Grid, 1)?;
            plot.sheet.text(label, (plot.across(*at) / SCALE, bottom + 14), HPos::Center)?;
        }
        plot.path(&[(left, self.y.from), (right, self.y.from)], Colour::Fifth, 1)?;
        if self.x.name.is_empty() {
            return Ok(());
        }
        let middle = i32::midpoint(LEFT, WIDTH - RIGHT);
        plot.sheet.text(&self.x.name, (middle, bottom + 34), HPos::Center)
    }
}

impl Plot<'_, '_> {
    pub(super) fn path(
        &self,
        path: &[(f64, f64)],
        colour: Colour,
        width: i32,
    ) -> Result<(), PlotError> {
        let mut places: Vec<(i32, i32)> = path.iter().map(|point| self.place(*point)).collect();
        places.dedup();
        match places.as_slice() {
            [] => Ok(()),
            [alone] => self.sheet.dot(*alone, colour),
            places => self.sheet.path(places, colour, width),
        }
    }

    pub(super) fn rectangle(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        colour: Colour,
    ) -> Result<(), PlotError> {
        self.sheet.rectangle(self.place(from), self.place(to), colour)
    }

    /// Words above the end of each line, left of words that stand there already, and one row up where that has no room.
    pub(super) fn labels<'w>(
        &self,
        labels: impl Iterator<Item = (&'w str, (f64, f64))>,
    ) -> Result<(), PlotError> {
        let mut taken: Vec<Label> = Vec::new();
        for (words, end) in labels {
            let words = text::fit(words, LEGEND_COLUMNS_MAX);
            let (right, height) = self.place(end);
            let label = Label::free(&taken, right / SCALE - 2, height / SCALE, shown_width(&words));
            let at = (label.right, label.height);
            self.sheet.sized_text(&words, at, HPos::Right, STRIP_FONT)?;
            taken.push(label);
        }
        Ok(())
    }

    /// Where a value of the horizontal axis is.
    fn across(&self, x: f64) -> i32 {
        let width = f64::from((WIDTH - LEFT - RIGHT) * SCALE);
        LEFT * SCALE + to_i32(width * self.frame.x.part(x))
    }

    /// Where a point is drawn; what lies outside the axes is put on their edge.
    fn place(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let up = f64::from(self.frame.height * SCALE) * self.frame.y.part(y);
        (self.across(x), (self.top + self.frame.height) * SCALE - to_i32(up))
    }
}
