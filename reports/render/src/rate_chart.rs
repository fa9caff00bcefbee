//! Planned rates over time in block characters, for `hanno check`, which draws before anything is sent.

use unicode_width::UnicodeWidthStr;

use crate::{text, units};

/// Eighths of a character cell, from none to all.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// More streams than this are named only, so that a picture stays a picture.
const STREAMS_MAX: usize = 12;
/// A picture needs this many columns beside its labels to show anything.
const PLOT_COLUMNS_MIN: usize = 10;

/// One picture for each stream, `height` lines high and at most `width` columns wide, each with a
/// scale of its own from 0 to the stream's greatest rate. A series holds corners `(seconds, per second)`
/// in order of time, joined by straight lines; two corners at one time are a jump. A column shows the
/// greatest rate within it, so that a short spike cannot vanish.
pub fn rate_chart(series: &[(&str, Vec<(f64, f64)>)], width: usize, height: usize) -> String {
    let ends = series.iter().flat_map(|(_, corners)| corners.iter().map(|corner| corner.0));
    let end = ends.filter(|end| end.is_finite()).fold(0.0_f64, f64::max);
    if end <= 0.0 {
        return "no arrivals are planned\n".to_owned();
    }
    let label_columns = series
        .iter()
        .map(|(_, corners)| units::per_second(peak(corners)).width())
        .max()
        .unwrap_or(0);
    let columns = width.saturating_sub(label_columns + 2).max(PLOT_COLUMNS_MIN);
    let mut chart = String::new();
    for (name, corners) in series.iter().take(STREAMS_MAX) {
        chart.push_str(&text::fit(name, width));
        chart.push('\n');
        chart.push_str(&picture(corners, end, (columns, height.max(1)), label_columns));
    }
    chart.push_str(&axis(end, columns, label_columns));
    for (name, corners) in series.iter().skip(STREAMS_MAX) {
        let line = format!("{name}: at most {}", units::per_second(peak(corners)));
        chart.push_str(&text::fit(&line, width));
        chart.push('\n');
    }
    chart
}

fn peak(corners: &[(f64, f64)]) -> f64 {
    corners.iter().map(|corner| corner.1).filter(|rate| rate.is_finite()).fold(0.0, f64::max)
}

/// The lines of one stream, from the top, with the peak beside the first and 0 beside the last.
fn picture(corners: &[(f64, f64)], end: f64, size: (usize, usize), label_columns: usize) -> String {
    let (columns, height) = size;
    let peak = peak(corners);
    let cells = height * 8;
    let filled: Vec<usize> = (0..columns)
        .map(|column| {
            let from = end * as_f64(column) / as_f64(columns);
            let to = end * as_f64(column + 1) / as_f64(columns);
            eighths(greatest(corners, from, to), peak, cells)
        })
        .collect();
    let mut lines = String::new();
    for row in 0..height {
        let label = match row {
            0 => units::per_second(peak),
            _ if row + 1 == height => "0".to_owned(),
            _ => String::new(),
        };
        let below = (height - 1 - row) * 8;
        let blocks: String =
            filled.iter().map(|filled| EIGHTHS[filled.saturating_sub(below).min(8)]).collect();
        let line = format!("{}{label} ┤{blocks}", " ".repeat(label_columns - label.width()));
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

/// Of `cells` eighths, how many a rate fills; at least one where it is not 0.
fn eighths(rate: f64, peak: f64, cells: usize) -> usize {
    if rate <= 0.0 || peak <= 0.0 {
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of cells, as the rate is between 0 and the peak"
    )]
    let filled = (rate / peak * as_f64(cells)).round() as usize;
    filled.clamp(1, cells)
}

/// The greatest rate in an interval: at its ends or at a corner within it.
fn greatest(corners: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let mut greatest = 0.0_f64;
    for pair in corners.windows(2) {
        let [(start, first), (stop, last)] = *pair else { continue };
        if stop <= from || start >= to || stop <= start {
            continue;
        }
        for at in [from.max(start), to.min(stop)] {
            greatest = greatest.max(first + (last - first) * (at - start) / (stop - start));
        }
    }
    greatest
}

/// The axis of time below the pictures, with its start, middle and end.
fn axis(end: f64, columns: usize, label_columns: usize) -> String {
    let (middle, last) = (units::number(end / 2.0), format!("{} s", units::number(end)));
    let indent = " ".repeat(label_columns + 1);
    let mut labels = "0".to_owned();
    let centre = columns / 2 - (middle.width() / 2).min(columns / 2);
    if columns >= 30 {
        labels = format!("{labels:<centre$}{middle}");
    }
    let pad = columns.saturating_sub(last.width());
    labels = format!("{labels:<pad$}{last}");
    format!("{indent}└{}\n{indent} {labels}\n", "─".repeat(columns))
}

fn as_f64(value: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "columns and rows of a terminal are few")]
    {
        value as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_and_a_hold_are_drawn_to_scale() {
        let corners = vec![(0.0, 0.0), (10.0, 400.0), (20.0, 400.0), (20.0, 0.0), (40.0, 0.0)];
        let chart = rate_chart(&[("reads", corners)], 47, 2);
        let expected = "\
reads
400/s ┤     ▂▃▅▆███████████
    0 ┤▂▃▅▆████████████████
      └────────────────────────────────────────
       0                  20               40 s
";
        assert_eq!(chart, expected);
    }

    #[test]
    fn a_spike_shorter_than_a_column_is_seen() {
        let corners =
            vec![(0.0, 1.0), (50.0, 1.0), (50.0, 90.0), (50.01, 90.0), (50.01, 1.0), (1000.0, 1.0)];
        let chart = rate_chart(&[("spike", corners)], 60, 3);
        assert!(chart.contains('█'), "{chart}");
    }

    #[test]
    fn it_keeps_to_its_width_whatever_is_asked() {
        let names: Vec<String> = (0..30).map(|n| format!("{}{n}", "s".repeat(90))).collect();
        let series: Vec<(&str, Vec<(f64, f64)>)> =
            names.iter().map(|name| (name.as_str(), vec![(0.0, 1e7), (86_400.0, 0.5)])).collect();
        for line in rate_chart(&series, 80, 3).lines() {
            assert!(line.width() <= 80, "{line}");
        }
        assert_eq!(rate_chart(&[], 80, 3), "no arrivals are planned\n");
        assert_eq!(rate_chart(&[("a", vec![(0.0, 0.0)])], 80, 3), "no arrivals are planned\n");
        let silent = rate_chart(&[("a", vec![(0.0, 0.0), (5.0, 0.0)])], 80, 3);
        assert!(!silent.contains("NaN") && !silent.contains('█'), "{silent}");
    }
}
