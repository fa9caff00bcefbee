//! Prints the page of a study as it could be, to look at it:
//! `cargo run -p run-render --example sample_study > study.html`, or with `text` what the terminal shows.

#[path = "../tests/render/studied.rs"]
mod studied;

use std::io::{Error, Write as _};

use run_render::study::{page, terminal};

fn main() -> Result<(), Error> {
    let study = studied::study();
    let shown = match std::env::args().nth(1).as_deref() {
        Some("text") => terminal(&study, 100),
        _ => page(&study).map_err(Error::other)?,
    };
    std::io::stdout().write_all(shown.as_bytes())
}
