//! What is drawn on, and how each kind of mark looks, so that all pictures of a report look alike.
//!
//! plotters' SVG backend rounds coordinates to whole units, which turns lines into stairs; so all
//! is drawn four times as large and shown through the `viewBox`. It also writes fixed colours, which
//! become variables here.

use plotters::coord::Shift;
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::{
    Circle, Color as _, DrawingArea, IntoDrawingArea as _, IntoFont as _, PathElement, RGBColor,
    Rectangle, SVGBackend, Text,
};
pub(super) use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::{Pos, VPos};
use unicode_width::UnicodeWidthStr as _;

use super::colour::Colour;
use crate::text;

/// How much larger than shown a picture is drawn.
pub(super) const SCALE: i32 = 4;
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

/// What is drawn on. Places are in drawn units, which are quarters of the shown pixels.
pub(super) struct Sheet<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws with `marks` on a sheet of so many shown pixels: an `svg` element with `role="img"` and its alternative.
pub(super) fn draw(
    size: (i32, i32),
    alternative: &str,
    marks: impl FnOnce(&Sheet<'_>) -> Result<(), PlotError>,
) -> Result<String, PlotError> {
    let mut svg = String::new();
    {
        let backend = SVGBackend::with_string(&mut svg, (drawn(size.0), drawn(size.1)));
        let sheet = Sheet { area: backend.into_drawing_area() };
        marks(&sheet)?;
        sheet.area.present().map_err(|error| PlotError(error.to_string()))?;
    }
    Ok(finish(&svg, size, alternative))
}

impl Sheet<'_> {
    pub(super) fn path(
        &self,
        path: &[(i32, i32)],
        colour: Colour,
        width: i32,
    ) -> Result<(), PlotError> {
        self.mark(&PathElement::new(path.to_vec(), colour.rgb().stroke_width(drawn(width))))
    }

    pub(super) fn rectangle(
        &self,
        from: (i32, i32),
        to: (i32, i32),
        colour: Colour,
    ) -> Result<(), PlotError> {
        self.mark(&Rectangle::new([from, to], colour.rgb().filled()))
    }

    pub(super) fn dot(&self, at: (i32, i32), colour: Colour) -> Result<(), PlotError> {
        self.mark(&Circle::new(at, 3 * SCALE, colour.rgb().filled()))
    }

    /// At a place in shown pixels, its middle at that height. plotters escapes the text.
    pub(super) fn text(&self, words: &str, at: (i32, i32), side: HPos) -> Result<(), PlotError> {
        self.sized_text(words, at, side, FONT)
    }

    /// The same, of another size.
    pub(super) fn sized_text(
        &self,
        words: &str,
        at: (i32, i32),
        side: HPos,
        font: i32,
    ) -> Result<(), PlotError> {
        let style = ("sans-serif", f64::from(font * SCALE) * PLOTTERS_FONT)
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
    for colour in Colour::all() {
        let (variable, RGBColor(red, green, blue)) = (colour.variable(), colour.rgb());
        let fixed = format!("#{red:02X}{green:02X}{blue:02X}");
        finished =
            finished.replace(&format!("\"{fixed}\""), &format!("\"var({variable}, {fixed})\""));
    }
    finished
}

pub(super) fn enlarged((x, y): (i32, i32)) -> (i32, i32) {
    (x * SCALE, y * SCALE)
}

/// A length as drawn. All lengths here are constants or small multiples of them.
fn drawn(shown: i32) -> u32 {
    shown.unsigned_abs() * SCALE.unsigned_abs()
}

/// How wide a name is when shown, as far as that is known without its font.
pub(super) fn shown_width(name: &str) -> i32 {
    let columns = u32::try_from(name.width()).unwrap_or(u32::MAX);
    to_i32(f64::from(columns) * f64::from(FONT) * ADVANCE)
}

pub(super) fn to_i32(value: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a place within a picture of some thousand units"
    )]
    {
        value.round() as i32
    }
}
