//! `hanno audit`: how arrivals were spread in time, whoever sent them: of a record, a sink's log, another tool's log.

mod against;
mod sink_log;
mod sources;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use load_engine::record_dir;
use run_analysis::audit::as_planned;
use run_record::audit::Audit;
use run_record::spread::Spread;
use run_render::audit::{self as render, Against, Stream};
use serde::Serialize;

use crate::args::AuditArgs;
use crate::failure::Failure;
use crate::{files, say};
use against::Matched;

/// For 80 columns, which every terminal has.
const COLUMNS: usize = 80;

/// What was read and judged.
struct Judged {
    streams: Vec<Stream>,
    /// Planned against arrived, one by one.
    matched: Option<Matched>,
    /// What of the input was left out or is doubtful.
    notes: Vec<String>,
}

/// Judges what lies at the path; the exit code says whether it is as planned.
pub(crate) fn audit(args: &AuditArgs) -> Result<ExitCode, Failure> {
    let mut judged = sources::read(args).map_err(Failure::usage)?;
    for stream in &mut judged.streams {
        if let Some(expected) = args.expect {
            stream.audited.audit.expected = Some(expected.class().to_owned());
        }
    }
    if let Some(folder) = &args.svg {
        draw(&judged.streams, folder)?;
    }
    if let Some(file) = &args.html {
        write_page(&judged, &args.path, file)?;
    }
    say::result(&if args.json { json(&judged)? } else { text(&judged) });
    let planned = judged.streams.iter().all(|stream| as_planned(&stream.audited.audit));
    let whole = judged.matched.as_ref().is_none_or(Matched::is_whole);
    Ok(if planned && whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(judged: &Judged) -> String {
    let streams = judged.streams.iter().map(|stream| render::terminal(stream, COLUMNS));
    let matched = judged.matched.iter().map(Matched::text);
    let notes = judged.notes.iter().map(|note| format!("note: {note}\n"));
    streams.chain(matched).chain(notes).collect::<Vec<_>>().join("\n")
}

fn draw(streams: &[Stream], folder: &Path) -> Result<(), Failure> {
    for stream in streams {
        let pictures = render::pictures(stream).context("cannot draw the pictures");
        for file in pictures? {
            let path = record_dir::put(folder, &file.name, &file.text).map_err(Failure::unable)?;
            say::note(&format!("picture {}", path.display()));
        }
    }
    Ok(())
}

fn write_page(judged: &Judged, path: &Path, file: &Path) -> Result<(), Failure> {
    let against = judged
        .matched
        .as_ref()
        .map(|matched| Against { whole: matched.is_whole(), said: matched.text() });
    let path = path.display().to_string();
    let page = render::page(&path, &judged.streams, against, &judged.notes);
    files::save(file, page.context("cannot make the page")?.as_bytes())?;
    say::note(&format!("page {}", file.display()));
    Ok(())
}

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'a> {
    as_planned: bool,
    streams: Vec<PrintedStream<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a Matched>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct PrintedStream<'a> {
    name: &'a str,
    as_planned: bool,
    said: String,
    audit: &'a Audit,
    #[serde(skip_serializing_if = "Option::is_none")]
    lateness_us: Option<Spread>,
}

impl<'a> PrintedStream<'a> {
    fn of(stream: &'a Stream) -> Self {
        let audit = &stream.audited.audit;
        Self {
            name: &stream.name,
            as_planned: as_planned(audit),
            said: render::said(audit),
            audit,
            lateness_us: stream.lateness_us.as_ref().and_then(Spread::of),
        }
    }
}

fn json(judged: &Judged) -> Result<String, Failure> {
    let streams: Vec<_> = judged.streams.iter().map(PrintedStream::of).collect();
    let whole = judged.matched.as_ref().is_none_or(Matched::is_whole);
    let printed = Printed {
        as_planned: whole && streams.iter().all(|stream| stream.as_planned),
        streams,
        against: judged.matched.as_ref(),
        notes: &judged.notes,
    };
    serde_json::to_string_pretty(&printed)
        .map_err(|error| Failure::unable(anyhow!(error).context("cannot print the audit")))
}
