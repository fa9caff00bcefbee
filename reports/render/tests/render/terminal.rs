//! The summary on the terminal.

use run_render::terminal::{SummaryOptions, summary};
use unicode_width::UnicodeWidthStr;

use crate::{HOSTILE, all, assert_only_numbers, sample};

fn plain(evidence: &run_analysis::evidence::Evidence) -> String {
    summary(&evidence.run, &SummaryOptions::default())
}

#[test]
fn every_line_fits_eighty_columns_and_every_number_is_one() {
    for (name, evidence) in all() {
        let text = plain(&evidence);
        for line in text.lines() {
            assert!(line.width() <= 80, "{name}: {} columns: {line}", line.width());
            assert_eq!(line, line.trim_end(), "{name}");
        }
        assert_only_numbers(name, &text);
    }
}

#[test]
fn a_summary_answers_before_it_explains() {
    let text = plain(&sample::failed());
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is missing in\n{text}"));
    let order = [
        "Objectives",
        "\nFAIL",
        "Findings",
        "Rate",
        "Counts",
        "Times",
        "The generator",
        "Errors",
        "Hanno 0.1.0",
    ];
    let places: Vec<usize> = order.iter().map(|what| at(what)).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn verdicts_say_why() {
    for (evidence, expected) in [
        (sample::passed(), "PASS  All 4 objectives hold."),
        (sample::failed(), "FAIL  2 of 4 objectives missed."),
        (
            sample::invalid(),
            "INVALID  The run says nothing about the target: GENERATOR_LATE, RUNTIME_LAG.",
        ),
        (sample::interrupted(), "PASS  All 4 objectives hold. The run was interrupted:"),
        (sample::empty(), "INCONCLUSIVE  Too little was seen to decide 4 of 4 objectives."),
        (sample::running(), "RUNNING  Not judged:"),
    ] {
        let text = plain(&evidence);
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&expected), "no {expected:?} in\n{text}");
    }
}

#[test]
fn a_target_that_could_not_be_reached_is_the_reason() {
    let mut evidence = sample::empty();
    evidence.run.state = run_record::run::State::Aborted;
    evidence.run.unreachable = Some("connection refused at 127.0.0.1:1".to_owned());
    run_analysis::judge::judge(&evidence.run).write_into(&mut evidence.run);
    let text = plain(&evidence);
    assert!(text.contains("could not be reached: connection refused at 127.0.0.1:1."), "{text}");
    assert!(text.contains("TARGET_UNREACHABLE"), "{text}");
}

#[test]
fn what_is_in_no_histogram_is_always_said() {
    let text = plain(&sample::all_failed());
    assert!(text.contains("0 completed, 19") && text.contains("not (100 %)"), "{text}");
    assert!(text.contains("no measured request completed"), "{text}");
    let text = plain(&sample::failed());
    assert_eq!(text.matches(" completed, ").count(), 2, "{text}");
}

#[test]
fn the_sum_of_the_counters_is_shown_and_so_is_its_failing() {
    let mut evidence = sample::interrupted();
    let holds = plain(&evidence);
    assert!(holds.contains("planned = ") && holds.contains("1000\u{a0}unreleased"), "{holds}");
    evidence.run.counts.lost += 1;
    assert!(plain(&evidence).contains("planned ≠ "));
}

#[test]
fn a_foreign_name_neither_moves_the_cursor_nor_turns_the_text() {
    let text = plain(&sample::hostile(HOSTILE));
    assert!(text.contains("<script>"), "a terminal shows markup as it is");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn colours_come_only_when_asked_for_and_change_nothing_else() {
    let evidence = sample::failed();
    let coloured = summary(&evidence.run, &SummaryOptions { width: 80, colour: true });
    assert!(coloured.contains("\u{1b}[31m"));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        bare += before;
        rest = after.split_once('m').expect("a colour ends with m").1;
    }
    assert_eq!(bare + rest, plain(&evidence));
}

#[test]
fn a_narrow_terminal_gets_the_least_width_that_holds_the_figures() {
    for width in [0, 40, 72, 100, 200] {
        let text = summary(&sample::failed().run, &SummaryOptions { width, colour: false });
        for line in text.lines() {
            assert!(line.width() <= width.max(72), "{width}: {line}");
        }
    }
}
