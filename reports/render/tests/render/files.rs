//! Pictures and data as files.

use run_render::files::{ReportFile, csv, svg};

use crate::payloads::PAYLOADS;
use crate::{all, assert_only_numbers, sample};

#[test]
fn every_picture_is_a_document_of_its_own() {
    for (name, evidence) in all() {
        for file in svg(&evidence).unwrap() {
            assert_only_numbers(name, &file.text);
            assert!(
                file.text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""),
                "{}",
                file.name
            );
            assert_eq!(file.text.matches("<svg").count(), file.text.matches("</svg>").count());
            assert!(
                file.text.contains("prefers-color-scheme: dark") && file.text.contains("<title>")
            );
            for forbidden in ["<script", "<image", "url(", "@import", "href"] {
                assert!(!file.text.contains(forbidden), "{}: {forbidden}", file.name);
            }
        }
    }
}

#[test]
fn names_of_files_are_plain_and_differ() {
    let run = sample::failed();
    for payload in PAYLOADS.into_iter().step_by(9) {
        let evidence = sample::renamed(&run, payload);
        let files: Vec<ReportFile> =
            svg(&evidence).unwrap().into_iter().chain(csv(&evidence).unwrap()).collect();
        let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert!(names.iter().all(|name| {
            name.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
                && !name.starts_with('.')
        }));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

#[test]
fn data_is_rectangular_and_holds_no_formula() {
    let run = sample::failed();
    let expected = shapes(&csv(&sample::renamed(&run, "name")).unwrap());
    for payload in PAYLOADS {
        let files = csv(&sample::renamed(&run, payload)).unwrap();
        for file in &files {
            let rows: Vec<Vec<String>> = rows(file);
            assert!(
                rows.iter().all(|row| row.len() == rows[0].len()),
                "{payload:?}: {}",
                file.name
            );
            for cell in rows.concat() {
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']);
                assert!(!formula || cell.parse::<f64>().is_ok(), "{payload:?}: {cell}");
            }
        }
        assert_eq!(shapes(&files), expected, "{payload:?}");
    }
}

#[test]
fn times_of_a_table_are_bare_numbers_under_a_name_with_a_unit() {
    let files = csv(&sample::passed()).unwrap();
    let steps = files.iter().find(|file| file.name == "table-steps.csv").unwrap();
    let head = &rows(steps)[0];
    for name in ["stream", "requests_completed", "response_time_p99_us", "requests_share"] {
        assert!(head.contains(&name.to_owned()), "{name} is not in {head:?}");
    }
    let p99 = head.iter().position(|name| name == "response_time_p99_us").unwrap();
    assert!(rows(steps)[1][p99].parse::<u64>().unwrap() > 1_000);
}

/// Rows and cells of each file.
fn shapes(files: &[ReportFile]) -> Vec<(usize, usize)> {
    files.iter().map(|file| (rows(file).len(), rows(file).concat().len())).collect()
}

/// Read as RFC 4180 says.
fn rows(file: &ReportFile) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = file.text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                cell.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !quoted, "{}", file.name);
    rows
}
