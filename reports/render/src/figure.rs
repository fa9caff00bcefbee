//! A picture with everything that belongs to it: title, caption, data. Page, SVG file, CSV file and the values under
//! the pointer are all made of it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::cell::{Cell, csv_text};
use crate::svg::Phases;
use crate::svg::{self, Colour, Drawn, Horizontal, Limit, Line, Lines, PlotError, Vertical};
use crate::text;

/// What need not be encoded in a `data:` address.
const CSV_ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b',').remove(b'*');

/// Longer parts of file names are cut.
const SLUG_MAX: usize = 40;

/// Where on the page a picture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Percentile spectra.
    Spectrum,
    /// Where the time went.
    Parts,
    /// Phases and places in a cluster beside each other.
    Comparison,
    /// What happened when, over one axis of time.
    Timeline,
    /// What the target says of itself.
    Target,
    /// What one call cost the store.
    Units,
    /// Heat maps of response time.
    Heat,
    /// Gaps between arrivals.
    Gaps,
    /// On the page of a study, which has sections of its own.
    Study,
}

/// A picture, what it shows, and the data it was drawn from.
pub(crate) struct Figure {
    pub(crate) group: Group,
    /// What its files are called, without the ending.
    pub(crate) stem: String,
    pub(crate) title: String,
    /// What is plotted, and what to look for.
    pub(crate) caption: String,
    /// Made by the canvas, which escapes every name.
    pub(crate) svg: String,
    pub(crate) data: Data,
    /// How a pointer becomes a value; none where the values are written in the picture.
    pub(crate) hover: Option<Hover>,
}

/// Rows of values under names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Data {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// How the script finds the row under the pointer.
pub(crate) struct Hover {
    /// `lines`: the row whose place is nearest; `heat`: the cell.
    pub(crate) kind: &'static str,
    /// From a value to a place on the horizontal axis.
    pub(crate) scale: &'static str,
    /// Left, top, right, bottom of the plot in units of the `viewBox`, then the ends of both axes.
    pub(crate) plot: String,
}

impl Figure {
    /// The picture as a file.
    pub(crate) fn svg_file(&self) -> String {
        svg::standalone(&self.title, &self.svg)
    }

    /// The data as an address that needs no server.
    pub(crate) fn csv_address(&self) -> String {
        let csv = self.data.csv();
        format!("data:text/csv;charset=utf-8,{}", utf8_percent_encode(&csv, CSV_ENCODED))
    }
}

impl Data {
    /// Comma separated, names first.
    pub(crate) fn csv(&self) -> String {
        let head = self.head.iter().map(|name| csv_text(name)).collect::<Vec<_>>().join(",");
        let row = |row: &Vec<Cell>| row.iter().map(Cell::csv).collect::<Vec<_>>().join(",");
        let rows = self.rows.iter().map(row);
        std::iter::once(head).chain(rows).map(|line| line + "\n").collect()
    }
}

impl Hover {
    pub(crate) fn of(kind: &'static str, scale: &'static str, drawn: &Drawn) -> Self {
        let [left, top, right, bottom] = drawn.plot;
        let ((x_from, x_to), (y_from, y_to)) = (drawn.x, drawn.y);
        let plot = format!("{left} {top} {right} {bottom} {x_from} {x_to} {y_from} {y_to}");
        Self { kind, scale, plot }
    }
}

/// One line of a chart and one column of its data.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// In the legend.
    pub(crate) name: String,
    /// In the data, with the unit at its end.
    pub(crate) head: String,
    pub(crate) values: Vec<Option<f64>>,
}

/// Lines over common places, from which picture and data are made.
pub(crate) struct Chart<'a> {
    pub(crate) group: Group,
    pub(crate) stem: String,
    pub(crate) title: String,
    pub(crate) caption: String,
    pub(crate) horizontal: Horizontal,
    /// Of the first column of the data.
    pub(crate) place_head: &'static str,
    pub(crate) places: Vec<f64>,
    /// Lines are broken where places are further apart.
    pub(crate) reach: f64,
    pub(crate) vertical: Vertical,
    pub(crate) height: i32,
    pub(crate) columns: Vec<(Colour, Column)>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) phases: &'a Phases,
}

impl Chart<'_> {
    /// The picture with its data; none if there is no value.
    pub(crate) fn figure(mut self) -> Result<Option<Figure>, PlotError> {
        self.columns.retain(|(_, column)| column.values.iter().any(Option::is_some));
        let lines = self.columns.iter().map(|(colour, column)| Line {
            name: &column.name,
            colour: *colour,
            values: &column.values,
        });
        let lines = Lines {
            alternative: self.alternative(),
            horizontal: self.horizontal,
            places: &self.places,
            reach: self.reach,
            vertical: self.vertical,
            height: self.height,
            lines: lines.collect(),
            limits: &self.limits,
            phases: self.phases,
        };
        let Some(drawn) = lines.draw()? else { return Ok(None) };
        Ok(Some(Figure {
            group: self.group,
            hover: Some(Hover::of("lines", self.horizontal.scale(), &drawn)),
            svg: drawn.svg,
            data: self.data(),
            stem: self.stem,
            title: text::clean(&self.title),
            caption: self.caption,
        }))
    }

    /// The greatest value of each line, for those who do not see the picture.
    fn alternative(&self) -> String {
        let words = self.columns.iter().map(|(_, column)| {
            let greatest = column.values.iter().flatten().copied().fold(0.0, f64::max);
            format!("{} at most {}", column.name, self.vertical.cell(greatest).shown())
        });
        format!("{}: {}", self.title, words.collect::<Vec<_>>().join("; "))
    }

    fn data(&self) -> Data {
        let columns = || self.columns.iter().map(|(_, column)| column);
        let head = std::iter::once(self.place_head.to_owned());
        let rows = self.places.iter().enumerate().map(|(index, place)| {
            let cell = |column: &Column| {
                let value = column.values.get(index).copied().flatten();
                let kind = if self.vertical == Vertical::Usd { Cell::Usd } else { Cell::Number };
                value.map_or(Cell::None, kind)
            };
            std::iter::once(Cell::Number(*place)).chain(columns().map(cell)).collect()
        });
        Data {
            head: head.chain(columns().map(|column| column.head.clone())).collect(),
            rows: rows.collect(),
        }
    }
}

impl Vertical {
    fn cell(self, value: f64) -> Cell {
        match self {
            Self::Microseconds => Cell::MeanUs(value),
            Self::Nanoseconds => Cell::MeanUs(value / 1e3),
            Self::PerSecond => Cell::PerSecond(value),
            Self::Count | Self::Number | Self::Magnitude => Cell::Number(value),
            Self::Share => Cell::Share(value),
            Self::Bytes => Cell::Bytes(crate::units::to_u64(value)),
            Self::Usd => Cell::Usd(value),
        }
    }
}

/// A part of a file name, made of a foreign name: letters and digits of ASCII with hyphens between.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= SLUG_MAX {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_file_name_that_cannot_leave_its_folder() {
        assert_eq!(slug("reads: GET room/../x"), "reads-get-room-x");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("表"), "");
        assert!(slug(&"a b".repeat(100)).len() <= SLUG_MAX);
    }

    #[test]
    fn data_has_a_line_for_each_row_and_no_formula() {
        let data = Data {
            head: vec!["=head".to_owned(), "p99_us".to_owned()],
            rows: vec![
                vec![Cell::text("+1"), Cell::Number(f64::NAN)],
                vec![Cell::None, Cell::Us(7)],
            ],
        };
        assert_eq!(data.csv(), "\"'=head\",p99_us\n\"'+1\",\n,7\n");
    }
}
