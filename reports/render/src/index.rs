//! The page over a folder of records: what was run when, how it was judged, and the way to each report.

use askama::Template;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use run_record::run::{Run, Verdict};

use crate::html::sealed::Sealed;
use crate::html::{RenderError, verdict_class};
use crate::{facts, text, units};

/// What is as it is in an address of a file.
const PATH_ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Steps and streams that are named in a row.
const NAMES_MAX: usize = 6;

/// A folder that should hold a record.
#[derive(Debug)]
pub struct Entry {
    /// The name of the folder.
    pub folder: String,
    /// Whether it has a report to go to.
    pub has_report: bool,
    /// The record in short, or why it cannot be read.
    pub record: Result<Row, String>,
}

/// A record in short.
#[derive(Debug)]
pub struct Row {
    started_unix_ns: u64,
    verdict: Option<Verdict>,
    word: &'static str,
    name: String,
    target: String,
    rates: Vec<String>,
    times: Vec<String>,
}

impl Row {
    /// What is shown of a run.
    pub fn of(run: &Run) -> Self {
        let store = run.environment.store.as_ref().map(|store| format!(", {store}"));
        let streams = run.plan.streams.iter().zip(&run.streams);
        let arriving = streams.filter(|(stream, _)| stream.readers().is_none());
        let rates = arriving.map(|(stream, result)| {
            let rate = facts::rate(result.measured.planned, facts::measured_seconds(stream));
            format!("{} {rate}", stream.name)
        });
        let times = run.steps.iter().map(|step| {
            let p99 = step.response_us.map_or_else(|| "—".to_owned(), |s| units::time_us(s.p99));
            format!("{} {p99}", step.step)
        });
        Self {
            started_unix_ns: run.started_unix_ns,
            verdict: run.verdict,
            word: facts::verdict_word(run),
            name: text::clean(&run.plan.name),
            target: text::clean(&format!(
                "{}{}",
                run.environment.target,
                store.unwrap_or_default()
            )),
            rates: few(rates),
            times: few(times),
        }
    }
}

/// The first names, and how many more there are.
fn few(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.map(|name| text::clean(&name)).collect();
    let more = names.len().saturating_sub(NAMES_MAX);
    names.truncate(NAMES_MAX);
    names.extend((more > 0).then(|| format!("and {more} more")));
    names
}

/// The page, newest run first; `left_out` is how many folders there was no room for.
pub fn page(folder: &str, entries: Vec<Entry>, left_out: usize) -> Result<String, RenderError> {
    let (mut runs, mut unreadable) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = utf8_percent_encode(&entry.folder, PATH_ENCODED);
        let link = entry.has_report.then(|| format!("./{path}/report.html"));
        let folder = text::clean(&entry.folder);
        match entry.record {
            Ok(row) => runs.push(RunView { class: verdict_class(row.verdict), row, folder, link }),
            Err(why) => unreadable.push((folder, text::clean(&why))),
        }
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.row.started_unix_ns));
    let (style, folder) = (Sealed::style(), text::clean(folder));
    Ok(Page { style, folder, runs, unreadable, left_out }.render()?)
}

struct RunView {
    class: &'static str,
    row: Row,
    folder: String,
    link: Option<String>,
}

impl RunView {
    fn started(&self) -> String {
        units::moment(self.row.started_unix_ns)
    }
}

#[derive(Template)]
#[template(path = "index.html")]
struct Page {
    style: Sealed,
    folder: String,
    runs: Vec<RunView>,
    unreadable: Vec<(String, String)>,
    left_out: usize,
}
