//! A table of text for the terminal: columns as wide as their widest cell.

use unicode_width::UnicodeWidthStr;

/// Rows of cells with two spaces between; the first column is on the left, the others on the
/// right, because they are figures. Rows may be shorter than others; lines have no trailing space.
pub(crate) fn table(rows: &[Vec<String>], indent: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max()
    };
    let widths: Vec<usize> = (0..columns).filter_map(width_of).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.width());
            if column == 0 {
                line.extend([cell.as_str(), &pad]);
            } else {
                line.extend(["  ", &pad, cell]);
            }
        }
        text.push_str(line.trim_end_matches(' '));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_display_width() {
        let rows = [["", "p50", "p99"], ["表", "1.00 ms", "2.0 s"], ["ab", "9 µs", "—"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(
            table(&rows, 2),
            "          p50    p99\n  表  1.00 ms  2.0 s\n  ab     9 µs      —\n"
        );
        assert_eq!(table(&[], 2), "");
    }
}
