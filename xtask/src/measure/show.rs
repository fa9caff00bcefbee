//! Figures as text, and rows as a Markdown table.

/// Nanoseconds as microseconds with one digit, rounded half away from zero.
pub(crate) fn microseconds(ns: i64) -> String {
    let tenths = (ns.abs() + 50) / 100;
    let sign = if ns < 0 && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}

/// Nanoseconds as milliseconds with two digits.
pub(crate) fn milliseconds(ns: i64) -> String {
    let hundredths = (ns.abs() + 5_000) / 10_000;
    let sign = if ns < 0 && hundredths > 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A table whose cells are aligned, so that it reads well as text too.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let cells =
        |row: &[String], index: usize| row.get(index).map_or(0, |cell| cell.chars().count());
    let width = |index: usize| {
        rows.iter().map(|row| cells(row, index)).chain([header[index].chars().count(), 3]).max()
    };
    let widths: Vec<usize> = (0..header.len()).filter_map(width).collect();
    let line = |row: &[String]| {
        let padded = row.iter().zip(&widths).enumerate().map(|(index, (cell, width))| {
            // The first column names, the others count.
            if index == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule: Vec<String> =
        widths
            .iter()
            .enumerate()
            .map(|(index, width)| {
                if index == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
            })
            .collect();
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let body: String = rows.iter().map(|row| line(row)).collect();
    format!("{}{}{body}", line(&header), line(&rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded() {
        for (ns, text) in [
            (0, "0.0"),
            (49, "0.0"),
            (50, "0.1"),
            (-49, "0.0"),
            (-1_260, "-1.3"),
            (12_345_678, "12345.7"),
        ] {
            assert_eq!(microseconds(ns), text);
        }
        for (ns, text) in
            [(4_999, "0.00"), (5_000, "0.01"), (-10_000_000, "-10.00"), (500_123_456, "500.12")]
        {
            assert_eq!(milliseconds(ns), text);
        }
    }

    #[test]
    fn tables_are_aligned() {
        let rows =
            [vec!["é".to_owned(), "10".to_owned()], vec!["long".to_owned(), "9.5".to_owned()]];
        let expected = "| name |   p50 |\n| ---- | ----: |\n| é    |    10 |\n| long |   9.5 |\n";
        assert_eq!(table(&["name", "  p50"], &rows), expected);
    }
}
