//! The summary in Markdown.

use run_render::markdown::summary;

use crate::payloads::PAYLOADS;
use crate::{all, assert_only_numbers, sample};

#[test]
fn the_answer_comes_first_and_every_number_is_one() {
    for (name, evidence) in all() {
        assert_only_numbers(name, &summary(&evidence.run, &evidence.missing));
    }
    let evidence = sample::damaged();
    let text = summary(&evidence.run, &evidence.missing);
    assert!(text.starts_with("## FAIL: `reads and reactions`\n"), "{text}");
    for expected in [
        "| ✗ missed | `GET room` | `p99 <= 30ms` |",
        "- **fail** `OBJECTIVE_MISSED`",
        "latency.hlog, line 7",
        "| `reads` | `GET room` |",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

/// Outside code spans only our own words are left, and rows have as many cells as with plain names.
#[test]
fn no_name_is_markup() {
    let run = sample::failed();
    let of = |name: &str| {
        let evidence = sample::renamed(&run, name);
        summary(&evidence.run, &evidence.missing)
    };
    let plain = outside_code(&of("name"));
    for payload in PAYLOADS {
        let text = of(payload);
        assert_eq!(outside_code(&text), plain, "{payload:?}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{payload:?}");
    }
}

/// The text without what stands between equal fences of backticks, read as `CommonMark` says.
fn outside_code(text: &str) -> String {
    let mut outside = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        outside += &rest[..at];
        let fence = rest[at..].chars().take_while(|character| *character == '`').count();
        let inside = &rest[at + fence..];
        let mut close = 0;
        loop {
            close += inside[close..].find('`').unwrap_or_else(|| panic!("no end: {rest}"));
            let run = inside[close..].chars().take_while(|character| *character == '`').count();
            if run == fence {
                break;
            }
            close += run;
        }
        // A bar that is not escaped would end the cell, in a code span too.
        let cell = inside[..close].replace("\\|", "");
        outside += if cell.contains('|') && on_a_row(text, rest, at) { "|" } else { "code" };
        rest = &inside[close + fence..];
    }
    outside + rest
}

/// Whether what begins at `at` of the rest stands in a table.
fn on_a_row(text: &str, rest: &str, at: usize) -> bool {
    let place = text.len() - rest.len() + at;
    text[..place].rsplit('\n').next().is_some_and(|line| line.starts_with('|'))
}

#[test]
fn a_bar_that_is_not_escaped_would_be_seen() {
    assert_eq!(outside_code("| `a|b` |"), "| | |");
    assert_eq!(outside_code("| `a\\|b` | ``x`y`` |"), "| code | code |");
}
