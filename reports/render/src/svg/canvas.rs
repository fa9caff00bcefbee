//! One way to draw a picture of lines over two axes, so that all pictures of a report look alike.
//!
//! plotters' SVG backend rounds coordinates to whole units, which turns lines into stairs; so all
//! is drawn four times as large and shown through the `viewBox`. It also writes fixed colours; each
//! becomes a CSS variable with that colour as its fallback, so that a page can be dark and a
//! picture taken out of it still has colours.

use plotters::coord::Shift;
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::{
    Circle, Color as _, DrawingArea, IntoDrawingArea as _, IntoFont as _, PathElement, RGBColor,
    Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use unicode_width::UnicodeWidthStr as _;

use crate::text;

/// How much larger than shown a picture is drawn.
const SCALE: i32 = 4;
/// As shown, in CSS pixels when there is room.
const WIDTH: i32 = 820;
/// Between the axes.
const PLOT_HEIGHT: i32 = 220;
/// All but the legend.
const HEIGHT: i32 = TOP + PLOT_HEIGHT + BOTTOM;
/// One row of the legend.
const LEGEND_ROW: i32 = 22;
/// Left of the plot, for labels such as `999 ms`.
const LEFT: i32 = 64;
/// Right of the plot: less, and the last label of the x axis is cut.
const RIGHT: i32 = 40;
/// Above the plot, for the label at the top of the y axis.
const TOP: i32 = 10;
/// Below the plot, for labels and the name of the x axis.
const BOTTOM: i32 = 44;
/// Length of a line in the legend.
const SWATCH: i32 = 18;
/// Between the names of the legend, with the space after the line.
const LEGEND_GAP: i32 = 26;
/// Longer names are cut.
const LEGEND_COLUMNS_MAX: usize = 40;
/// Size of the labels.
const FONT: i32 = 12;
/// Mean advance of a character of a sans-serif face, per unit of its size; generous, for legends.
const ADVANCE: f64 = 0.56;
/// plotters divides the size of a font by this when it writes SVG.
const PLOTTERS_FONT: f64 = 1.24;

/// A picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a picture could not be drawn: {0}")]
pub struct PlotError(String);

/// Colours by purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Text.
    Ink,
    /// Lines of the grid and the axes.
    Grid,
    /// What is not measured.
    Band,
    /// A limit.
    Limit,
    /// Data; the hues are those of Okabe and Ito, which can be told apart by people who do not see red
    /// and green alike, darkened for contrast.
    First,
    /// Data.
    Second,
    /// Data.
    Third,
    /// Data.
    Fourth,
    /// Data, and what is asked for rather than measured.
    Fifth,
}

impl Colour {
    const ALL: [Self; 9] = [
        Self::Ink,
        Self::Grid,
        Self::Band,
        Self::Limit,
        Self::First,
        Self::Second,
        Self::Third,
        Self::Fourth,
        Self::Fifth,
    ];
    /// For lines of equal rank, in this order.
    pub(crate) const DATA: [Self; 5] =
        [Self::First, Self::Second, Self::Third, Self::Fourth, Self::Fifth];

    /// Its variable in the style sheet and its value where there is none.
    fn names(self) -> (&'static str, RGBColor) {
        match self {
            Self::Ink => ("--plot-ink", RGBColor(0x43, 0x4a, 0x54)),
            Self::Grid => ("--plot-grid", RGBColor(0xdd, 0xe1, 0xe6)),
            Self::Band => ("--plot-band", RGBColor(0xee, 0xf0, 0xf3)),
            Self::Limit => ("--plot-limit", RGBColor(0xb3, 0x26, 0x1e)),
            Self::First => ("--plot-1", RGBColor(0x00, 0x68, 0xb0)),
            Self::Second => ("--plot-2", RGBColor(0xc9, 0x5a, 0x00)),
            Self::Third => ("--plot-3", RGBColor(0x00, 0x8a, 0x66)),
            Self::Fourth => ("--plot-4", RGBColor(0x96, 0x4b, 0x8f)),
            Self::Fifth => ("--plot-5", RGBColor(0x7b, 0x84, 0x90)),
        }
    }

    fn rgb(self) -> RGBColor {
        self.names().1
    }
}

/// An axis in its own, linear units; what is logarithmic is so before it comes here.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Where it is labelled, with the label.
    pub(crate) ticks: Vec<(f64, String)>,
    /// What it shows, with the unit; the y axis has its name in the caption instead.
    pub(crate) name: String,
}

/// A line, in runs: between two runs there is a gap.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) colour: Colour,
    pub(crate) runs: Vec<Vec<(f64, f64)>>,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// Said by a screen reader instead of the picture.
    pub(crate) alternative: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Stretches of the x axis that are not measured.
    pub(crate) bands: Vec<(f64, f64)>,
    /// Values of the y axis that must not be passed, with their words.
    pub(crate) limits: Vec<(f64, String)>,
    pub(crate) lines: Vec<Line>,
}

/// A name of the legend and where it goes: column in shown pixels, row.
type LegendItem = (i32, i32, String, Colour);

impl Picture {
    /// The picture as an `svg` element with `role="img"` and its alternative.
    pub(crate) fn draw(&self) -> Result<String, PlotError> {
        let legend = self.legend();
        let rows = legend.iter().map(|item| item.1).max().map_or(0, |row| row + 1);
        let size = (WIDTH, HEIGHT + rows * LEGEND_ROW);
        let mut svg = String::new();
        {
            let backend = SVGBackend::with_string(&mut svg, (drawn(size.0), drawn(size.1)));
            let sheet = Sheet { area: backend.into_drawing_area(), top: rows * LEGEND_ROW + TOP };
            draw_legend(&sheet, &legend)?;
            self.draw_bands(&sheet)?;
            self.draw_axes(&sheet)?;
            self.draw_limits(&sheet)?;
            self.draw_lines(&sheet)?;
            sheet.area.present().map_err(|error| PlotError(error.to_string()))?;
        }
        Ok(finish(&svg, size, &self.alternative))
    }

    fn legend(&self) -> Vec<LegendItem> {
        let lines = self.lines.iter().map(|line| (line.name.as_str(), line.colour));
        let limits = self.limits.iter().map(|(_, name)| (name.as_str(), Colour::Limit));
        let (mut column, mut row) = (LEFT, 0);
        let mut legend = Vec::new();
        for (name, colour) in lines.chain(limits) {
            let name = text::fit(name, LEGEND_COLUMNS_MAX);
            let width = SWATCH + LEGEND_GAP + shown_width(&name);
            if column > LEFT && column + width > WIDTH - RIGHT {
                (column, row) = (LEFT, row + 1);
            }
            legend.push((column, row, name, colour));
            column += width;
        }
        legend
    }

    fn draw_bands(&self, sheet: &Sheet<'_>) -> Result<(), PlotError> {
        for (from, to) in &self.bands {
            let corner = self.place(sheet, (*from, self.y.to));
            let opposite = self.place(sheet, (*to, self.y.from));
            sheet.rectangle(corner, opposite, Colour::Band)?;
        }
        Ok(())
    }

    fn draw_axes(&self, sheet: &Sheet<'_>) -> Result<(), PlotError> {
        let (left, right) = (self.x.from, self.x.to);
        for (at, label) in &self.y.ticks {
            let ends = [(left, *at), (right, *at)].map(|end| self.place(sheet, end));
            sheet.path(&ends, Colour::Grid, 1)?;
            sheet.text(label, (LEFT - 8, ends[0].1 / SCALE), HPos::Right)?;
        }
        let bottom = sheet.top + PLOT_HEIGHT;
        for (at, label) in &self.x.ticks {
            let ends = [(*at, self.y.from), (*at, self.y.to)].map(|end| self.place(sheet, end));
            sheet.path(&ends, Colour::Grid, 1)?;
            sheet.text(label, (ends[0].0 / SCALE, bottom + 14), HPos::Center)?;
        }
        let baseline =
            [(left, self.y.from), (right, self.y.from)].map(|end| self.place(sheet, end));
        sheet.path(&baseline, Colour::Fifth, 1)?;
        let middle = i32::midpoint(LEFT, WIDTH - RIGHT);
        sheet.text(&self.x.name, (middle, bottom + 34), HPos::Center)
    }

    fn draw_limits(&self, sheet: &Sheet<'_>) -> Result<(), PlotError> {
        for (at, _) in self.limits.iter().filter(|(at, _)| (self.y.from..=self.y.to).contains(at)) {
            let ends = [(self.x.from, *at), (self.x.to, *at)].map(|end| self.place(sheet, end));
            sheet.path(&ends, Colour::Limit, 1)?;
        }
        Ok(())
    }

    fn draw_lines(&self, sheet: &Sheet<'_>) -> Result<(), PlotError> {
        // The first is drawn last: where lines coincide, it is the one that is seen.
        for line in self.lines.iter().rev() {
            for run in &line.runs {
                let path: Vec<_> = run.iter().map(|point| self.place(sheet, *point)).collect();
                match path.as_slice() {
                    [] => {}
                    [alone] => sheet.dot(*alone, line.colour)?,
                    path => sheet.path(path, line.colour, 2)?,
                }
            }
        }
        Ok(())
    }

    /// Where a point is drawn; what lies outside the axes is put on their edge.
    fn place(&self, sheet: &Sheet<'_>, (x, y): (f64, f64)) -> (i32, i32) {
        let part = |axis: &Axis, value: f64| {
            let part = (value - axis.from) / (axis.to - axis.from);
            if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
        };
        let across = f64::from((WIDTH - LEFT - RIGHT) * SCALE) * part(&self.x, x);
        let up = f64::from(PLOT_HEIGHT * SCALE) * part(&self.y, y);
        (LEFT * SCALE + to_i32(across), (sheet.top + PLOT_HEIGHT) * SCALE - to_i32(up))
    }
}

fn draw_legend(sheet: &Sheet<'_>, legend: &[LegendItem]) -> Result<(), PlotError> {
    for (column, row, name, colour) in legend {
        let middle = row * LEGEND_ROW + LEGEND_ROW / 2;
        sheet.path(&[(*column, middle), (column + SWATCH, middle)].map(enlarged), *colour, 2)?;
        sheet.text(name, (column + SWATCH + 6, middle), HPos::Left)?;
    }
    Ok(())
}

/// What is drawn on, and how each kind of mark looks.
struct Sheet<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    /// Where the plot begins, below the legend, in shown pixels.
    top: i32,
}

impl Sheet<'_> {
    fn path(&self, path: &[(i32, i32)], colour: Colour, width: i32) -> Result<(), PlotError> {
        self.mark(&PathElement::new(path.to_vec(), colour.rgb().stroke_width(drawn(width))))
    }

    fn rectangle(&self, from: (i32, i32), to: (i32, i32), colour: Colour) -> Result<(), PlotError> {
        self.mark(&Rectangle::new([from, to], colour.rgb().filled()))
    }

    fn dot(&self, at: (i32, i32), colour: Colour) -> Result<(), PlotError> {
        self.mark(&Circle::new(at, 3 * SCALE, colour.rgb().filled()))
    }

    /// At a place in shown pixels, its middle at that height. plotters escapes the text.
    fn text(&self, words: &str, at: (i32, i32), side: HPos) -> Result<(), PlotError> {
        let style = ("sans-serif", f64::from(FONT * SCALE) * PLOTTERS_FONT)
            .into_font()
            .color(&Colour::Ink.rgb())
            .pos(Pos::new(side, VPos::Center));
        self.mark(&Text::new(words.to_owned(), enlarged(at), style))
    }

    fn mark<E>(&self, element: &E) -> Result<(), PlotError>
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: for<'b> Drawable<SVGBackend<'b>>,
    {
        self.area.draw(element).map_err(|error| PlotError(error.to_string()))
    }
}

/// Variables for colours, the shown size, and the alternative text in place of what plotters writes.
fn finish(svg: &str, size: (i32, i32), alternative: &str) -> String {
    let head = format!("width=\"{}\" height=\"{}\"", drawn(size.0), drawn(size.1));
    let alternative = text::escape(&text::clean(alternative));
    let shown = format!(
        "width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{alternative}\"",
        size.0, size.1
    );
    // Names in the picture cannot hold these strings: a quotation mark in text is escaped.
    let mut finished = svg.replacen(&head, &shown, 1).replace("opacity=\"1\" ", "");
    for colour in Colour::ALL {
        let (variable, RGBColor(red, green, blue)) = colour.names();
        let fixed = format!("#{red:02X}{green:02X}{blue:02X}");
        finished =
            finished.replace(&format!("\"{fixed}\""), &format!("\"var({variable}, {fixed})\""));
    }
    finished
}

fn enlarged((x, y): (i32, i32)) -> (i32, i32) {
    (x * SCALE, y * SCALE)
}

/// A length as drawn. All lengths here are constants or small multiples of them.
fn drawn(shown: i32) -> u32 {
    shown.unsigned_abs() * SCALE.unsigned_abs()
}

/// How wide a name is when shown, as far as that is known without its font.
fn shown_width(name: &str) -> i32 {
    let columns = u32::try_from(name.width()).unwrap_or(u32::MAX);
    to_i32(f64::from(columns) * f64::from(FONT) * ADVANCE)
}

fn to_i32(value: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a place within a picture of some thousand units"
    )]
    {
        value.round() as i32
    }
}
