//! Text for a terminal: paragraphs within its width, aligned rows, colours where there are any.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::{table, text};

/// Narrower than this a row of times does not fit.
const WIDTH_MIN: usize = 72;
/// What is longer in a summary is cut with a line that says how much; the record has all of it.
pub(crate) const ROWS_MAX: usize = 20;
/// Figures begin here under a heading.
pub(crate) const INDENT: usize = 2;

/// How a summary is laid out.
#[derive(Clone, Copy, Debug)]
pub struct SummaryOptions {
    /// Columns of the terminal; what is below 72 counts as 72.
    pub width: usize,
    /// Whether to write ANSI colours.
    pub colour: bool,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self { width: 80, colour: false }
    }
}

/// The text so far, and how to go on.
pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) width: usize,
    pub(crate) colour: bool,
}

impl Page {
    pub(crate) fn new(options: &SummaryOptions) -> Self {
        Self { text: String::new(), width: options.width.max(WIDTH_MIN), colour: options.colour }
    }

    /// Rows of one cell are titles over the whole width; the others are aligned among themselves.
    pub(crate) fn rows_with_titles(&mut self, rows: &[Vec<String>]) {
        let figures: Vec<Vec<String>> = rows.iter().filter(|row| row.len() > 1).cloned().collect();
        let aligned = table::table(&figures, INDENT);
        let mut aligned = aligned.lines();
        for row in rows {
            match row.as_slice() {
                [title] => self.line(&format!("  {title}")),
                _ => self.line(aligned.next().unwrap_or_default()),
            }
        }
    }

    /// Says how many rows were left out.
    pub(crate) fn cut(&mut self, rows: usize) {
        if rows > ROWS_MAX {
            self.line(&format!("  … and {} more in the record", rows - ROWS_MAX));
        }
    }

    pub(crate) fn heading(&mut self, heading: &str) {
        self.text.push('\n');
        self.paint(Style::new().bold(), heading);
        self.text.push('\n');
    }

    /// A paragraph after `used` columns that are written already, its further lines indented.
    pub(crate) fn wrapped(&mut self, body: &str, used: usize, indent: usize) {
        if body.is_empty() {
            return;
        }
        let gap = if used == 0 { indent } else { used + 1 };
        self.text.push_str(&" ".repeat(gap - used));
        self.line(&text::wrap(body, self.width, gap, indent));
    }

    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end_matches(' '));
        self.text.push('\n');
    }

    pub(crate) fn paint(&mut self, style: Style, painted: &str) {
        if self.colour {
            write!(self.text, "{style}{painted}{style:#}")
                .expect("writing to a String cannot fail");
        } else {
            self.text.push_str(painted);
        }
    }
}

pub(crate) fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(colour.into()))
}
