//! Prints what run-render makes of a simulated run, to look at it:
//! `cargo run -p run-render --example sample_report failed > report.html`.

#[path = "../tests/render/planned.rs"]
mod planned;
#[path = "../tests/render/sample.rs"]
mod sample;
#[path = "../tests/render/simulation.rs"]
mod simulation;
#[path = "../tests/render/dice.rs"]
mod dice;
#[path = "../tests/render/target.rs"]
mod target;

use std::io::{Error, Write as _};

use run_render::html::report;
use run_render::terminal::{SummaryOptions, summary};
use run_render::words::findings_md;

const USAGE: &str = "name a run (passed, failed, invalid, interrupted, empty, all-failed, one-request, running, \
    damaged, hostile), `text-` and a run for the terminal, or `findings` for docs/FINDINGS.md";

fn main() -> Result<(), Error> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    if wanted == "findings" {
        return std::io::stdout().write_all(findings_md().as_bytes());
    }
    let evidence = match wanted.trim_start_matches("text-") {
        "passed" => sample::passed(),
        "failed" => sample::failed(),
        "invalid" => sample::invalid(),
        "interrupted" => sample::interrupted(),
        "empty" => sample::empty(),
        "all-failed" => sample::all_failed(),
        "one-request" => sample::one_request(),
        "running" => sample::running(),
        "damaged" => sample::damaged(),
        "hostile" => sample::hostile("<b>\"long & hostile\"</b> \u{202e}name that goes on and on"),
        _ => return Err(Error::other(USAGE)),
    };
    let shown = if wanted.starts_with("text-") {
        summary(&evidence.run, &SummaryOptions { width: 80, colour: true })
    } else {
        report(&evidence).map_err(Error::other)?
    };
    std::io::stdout().write_all(shown.as_bytes())
}
