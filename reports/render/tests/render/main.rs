//! What every way of showing a run must hold, over runs from good to degenerate and hostile.

mod planned;
mod sample;
mod compared;
mod simulation;
mod dice;
mod target;
mod studied;

mod payloads;

mod html;
mod index;
mod audit;
mod study;
mod files;
mod markdown;
mod terminal;
mod words;

use run_analysis::evidence::Evidence;

/// Every kind of run, by name.
fn all() -> Vec<(&'static str, Evidence)> {
    vec![
        ("passed", sample::passed()),
        ("failed", sample::failed()),
        ("invalid", sample::invalid()),
        ("interrupted", sample::interrupted()),
        ("empty", sample::empty()),
        ("all failed", sample::all_failed()),
        ("one request", sample::one_request()),
        ("running", sample::running()),
        ("damaged", sample::damaged()),
        ("hostile", sample::hostile(HOSTILE)),
        ("compared", compared::compared()),
        ("compared and hostile", sample::renamed(&compared::compared(), HOSTILE)),
    ]
}

/// Markup, quotes, an entity, a terminal escape, a line break and a right-to-left override in one name.
const HOSTILE: &str =
    "<script>alert(1)</script>'\"&amp;]]>\u{1b}[2J\n\u{202e}javascript:x <img src=x>";

/// Words that only a number that is none leaves behind.
fn assert_only_numbers(name: &str, text: &str) {
    for wrong in ["NaN", "inf", "-0 "] {
        let found = text.match_indices(wrong).find(|(at, _)| {
            let before = text[..*at].chars().next_back();
            let after = text[at + wrong.len()..].chars().next();
            !before.is_some_and(char::is_alphabetic) && !after.is_some_and(char::is_alphabetic)
        });
        assert!(
            found.is_none(),
            "{name}: {wrong} near {:?}",
            found.map(|(at, _)| &text[at..]).map(|t| t.chars().take(60).collect::<String>())
        );
    }
}
