//! Standard output is the result, standard error the conversation; colour only where someone looks.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use run_render::terminal::SummaryOptions;
use tracing_subscriber::EnvFilter;

/// Prints a result. A reader that has gone away, as `head` does, is no error.
pub(crate) fn result(text: &str) {
    drop(writeln!(anstream::stdout().lock(), "{}", text.trim_end()));
}

/// Prints a line of the conversation.
pub(crate) fn note(text: &str) {
    drop(writeln!(anstream::stderr().lock(), "{text}"));
}

/// Prints what went wrong.
pub(crate) fn error(text: &str) {
    drop(writeln!(anstream::stderr().lock(), "error: {text}"));
}

/// Whether results are shown in colour.
fn in_colour() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// How summaries are laid out: for 80 columns, which every terminal has.
pub(crate) fn summary_options() -> SummaryOptions {
    SummaryOptions { width: 80, colour: in_colour() }
}

/// Whether someone watches the conversation.
pub(crate) fn to_a_person() -> bool {
    io::stderr().is_terminal()
}

/// Shows how far something has come, in place of what was shown before; the last such line stays.
pub(crate) fn progress(line: &str, last: bool) {
    let end = if last { "\n" } else { "" };
    let mut stderr = io::stderr().lock();
    let shown = write!(stderr, "\r\x1b[2K{line}{end}").and_then(|()| stderr.flush());
    if let Err(error) = shown {
        tracing::debug!("progress is not shown: {error}");
    }
}

/// The log is for defects: warnings and worse, more with `HANNO_LOG=debug`.
pub(crate) fn start_log() {
    let filter = EnvFilter::try_from_env("HANNO_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colour);
    log.with_writer(io::stderr).init();
}
