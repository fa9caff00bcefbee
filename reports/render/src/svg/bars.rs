//! Bars made of parts, one below the other, each with its figures in words below it: readable in any colour.

use super::canvas::{self, HPos, PlotError, enlarged, shown_width, to_i32};
use super::colour::Colour;
use super::frame::WIDTH;
use crate::text;

/// Height of a bar with its words, in shown pixels.
const ROW: i32 = 58;
/// Height of the bar itself.
const BAR: i32 = 14;
/// The legend.
const TOP: i32 = 26;
/// Left and right of everything.
const MARGIN: i32 = 8;
/// Columns of text that fit.
const COLUMNS: usize = 110;

/// One bar.
pub(crate) struct Bar {
    /// What it is about.
    pub(crate) name: String,
    /// The figures in words.
    pub(crate) words: String,
    /// How long each part is; parts without a value are left out.
    pub(crate) parts: Vec<Option<f64>>,
}

/// Bars of the same parts over one scale.
pub(crate) struct Bars<'a> {
    /// What the picture shows, for those who do not see it.
    pub(crate) alternative: String,
    /// Names of the parts.
    pub(crate) parts: &'a [&'a str],
    /// From above.
    pub(crate) bars: &'a [Bar],
}

impl Bars<'_> {
    /// The picture; none if there is no bar with a length.
    pub(crate) fn draw(&self) -> Result<Option<String>, PlotError> {
        let length = |bar: &Bar| bar.parts.iter().flatten().sum::<f64>();
        let longest = self.bars.iter().map(length).fold(0.0, f64::max);
        if longest <= 0.0 {
            return Ok(None);
        }
        let per_pixel = longest / f64::from(WIDTH - 2 * MARGIN);
        let rows = i32::try_from(self.bars.len()).unwrap_or(0);
        let drawn = canvas::draw((WIDTH, TOP + rows * ROW), &self.alternative, |sheet| {
            let mut column = MARGIN;
            let there = |part: &usize| self.bars.iter().any(|bar| bar.parts[*part].is_some());
            for part in (0..self.parts.len()).filter(there) {
                let (name, colour) = (self.parts[part], Colour::DATA[part]);
                let corners = [(column, 5), (column + 16, 17)].map(enlarged);
                sheet.rectangle(corners[0], corners[1], colour)?;
                sheet.text(name, (column + 22, 11), HPos::Left)?;
                column += 48 + shown_width(name);
            }
            let mut top = TOP;
            for bar in self.bars {
                sheet.text(&text::fit(&bar.name, COLUMNS), (MARGIN, top + 8), HPos::Left)?;
                let mut from = 0.0;
                for (part, colour) in bar.parts.iter().zip(Colour::DATA) {
                    let Some(part) = part.filter(|part| *part > 0.0) else { continue };
                    let [left, right] =
                        [from, from + part].map(|at: f64| MARGIN + to_i32(at / per_pixel));
                    let corners = [(left, top + 18), (right.max(left + 1), top + 18 + BAR)];
                    sheet.rectangle(enlarged(corners[0]), enlarged(corners[1]), colour)?;
                    from += part;
                }
                sheet.text(&text::fit(&bar.words, COLUMNS), (MARGIN, top + 42), HPos::Left)?;
                top += ROW;
            }
            Ok(())
        })?;
        Ok(Some(drawn))
    }
}
