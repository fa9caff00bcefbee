//! From the text of a scenario to a plan, or to everything that is wrong with it, with places.
//!
//! The file is read by hand from a tree with places, in the order in which its parts depend on each
//! other (tables, journeys, streams, objectives): so every name is resolved where it stands, and one
//! wrong word does not hide the next.

mod problem;
mod section;
mod units;
mod value;
mod words;

mod data;
mod journey;
mod json;
mod request;
mod template;

mod overrides;
mod stream;
mod phase;
mod rate;
mod kind;
mod replay;
mod closed;
mod listen;

mod objective;
mod record;
mod warning;

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;

pub use overrides::Overrides;
pub use problem::{Place, Problem, Problems};
pub use warning::Warning;
pub(crate) use words::quote;

use crate::plan::{Plan, Record, Stream};
use crate::runs::{MAX_EXACTLY, Refused, runs};
use crate::stamps::{Source, Stamps};
use data::Tables;
use problem::{Complaint, Report};
use section::Section;
use stream::Draft;

/// Largest text of a scenario: a thousand times what people write, and quickly read.
pub const MAX_SCENARIO_BYTES: usize = 1 << 20;
/// Seed of a scenario that names none: the same for all, so that one file gives the same arrivals everywhere.
pub const DEFAULT_SEED: u64 = 1;
/// The target that Hanno starts itself.
pub const BUNDLED: &str = "bundled";

/// The only version of the language there is.
const SCHEMA: u64 = 1;
/// Largest seed: what a TOML integer can hold.
const MAX_SEED: u64 = i64::MAX as u64;
/// How long unfinished arrivals may go on where the file does not say: as long as a usual time-out.
const DEFAULT_DRAIN_NS: u64 = 10_000_000_000;
/// Syntax errors that are reported: after some, what follows is a guess.
const MAX_SYNTAX_ERRORS: usize = 20;

/// A scenario with its flags applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What is sent and when.
    pub plan: Plan,
    /// Where: [`BUNDLED`], a name or a URL, as written.
    pub target: String,
    /// What flags changed: `seed`, `scale`, `target`, `STREAM.PHASE.rate`, each with its new value.
    pub overrides: BTreeMap<String, String>,
    /// What is allowed but probably not meant.
    pub warnings: Vec<Warning>,
}

/// What a scenario is read in.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Tables that the target [`BUNDLED`] provides; other targets provide none.
    pub provided: Vec<ProvidedTable>,
    /// For each of [`data_files`]: the columns of its rows, or why it cannot be read.
    pub files: BTreeMap<String, Result<Vec<Column>, String>>,
    /// For each of [`replay_sources`]: its timestamps, or why they cannot be read.
    pub replays: BTreeMap<Source, Result<Stamps, String>>,
    /// Flags.
    pub overrides: Overrides,
}

/// A table whose rows the target provides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvidedTable {
    /// As journeys name it.
    pub name: String,
    /// Of its rows.
    pub columns: Vec<Column>,
    /// Columns that reach no record, report, log or error.
    pub secret: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As placeholders name it.
    pub name: String,
    /// Whether its values are lists.
    pub list: bool,
}

/// Reads a scenario; `file` names it in problems.
pub fn parse(file: &str, text: &str, context: &Context) -> Result<Scenario, Problems> {
    let mut report = Report::new(text);
    let scenario = document(text, &mut report).map(|tree| read(&tree, context, &mut report));
    // Without a tree there is a problem, so the `None` never leaves.
    report.finish(file, scenario).map(|scenario| scenario.expect("no problem, so it was read"))
}

/// The files of `[data.X]`, as written; none if the text is no TOML, which [`parse`] will say.
///
/// For the shell, which reads their first rows to fill [`Context::files`].
pub fn data_files(text: &str) -> Vec<String> {
    let Some(tree) = document(text, &mut Report::new(text)) else { return Vec::new() };
    let tables = tree.get_ref().get("data").and_then(|data| data.get_ref().as_table());
    let tables = tables.into_iter().flat_map(|tables| tables.values());
    let files = tables.filter_map(|table| table.get_ref().get("file")?.get_ref().as_str());
    files.map(str::to_owned).collect()
}

/// Where phases of `kind = "replay"` have their times, each once; none if the text is no TOML.
///
/// For the shell, which reads them to fill [`Context::replays`].
pub fn replay_sources(text: &str) -> Vec<Source> {
    let Some(tree) = document(text, &mut Report::new(text)) else { return Vec::new() };
    replay::sources(tree.get_ref()).into_iter().collect()
}

fn document<'t>(text: &'t str, report: &mut Report) -> Option<Spanned<DeTable<'t>>> {
    if text.len() > MAX_SCENARIO_BYTES {
        let complaint = Complaint::new(format!("{} bytes", text.len()));
        report.at(0..0, complaint.expecting(format!("at most {MAX_SCENARIO_BYTES}")));
        return None;
    }
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut line_end = None;
    for error in errors.iter().take(MAX_SYNTAX_ERRORS) {
        let span = error.span().unwrap_or(0..0);
        // A second error on the line of the first mostly is the first once more.
        if line_end.is_none_or(|end| span.start > end) {
            let rest = text.get(span.start..).and_then(|rest| rest.find('\n'));
            line_end = Some(rest.map_or(text.len(), |length| span.start + length));
            let complaint = Complaint::new(format!("not TOML: {}", error.message()));
            report.at(span, complaint);
        }
    }
    errors.is_empty().then_some(tree)
}

fn read(tree: &Spanned<DeTable<'_>>, context: &Context, report: &mut Report) -> Scenario {
    let keys = [
        "schema",
        "name",
        "seed",
        "target",
        "stream",
        "journey",
        "objectives",
        "data",
        "record",
        "trace_header",
        "drain",
        "abort_on",
        "abort_delay",
    ];
    let root = Section::root(tree, &keys, report);
    let (mut overrides, mut warnings) = (BTreeMap::new(), Vec::new());
    root.required("schema", report, value::whole(SCHEMA..=SCHEMA));
    let name = root.required("name", report, value::title).unwrap_or_default();
    let seed = seed(&root, context, &mut overrides, report);
    let target = target(&root, context, &mut overrides, report);

    let mut tables = Tables::read(&root, &target, context, report, &mut warnings);
    let journeys = journey::read(&root, &mut tables, report);
    let mut drafts = stream::read(&root, &journeys, context, report);
    overrides::apply(&context.overrides, &mut drafts, &mut overrides, report);
    check_bounds(&drafts, report);
    check_use(&journeys, &drafts, report);
    let objectives = objective::read(&root, &journeys, &drafts, report);
    let abort_on = objective::read_abort(&root, &journeys, &drafts, report);
    let record = record::read(&root, report);
    let drain_ns = root.optional("drain", report, value::duration_or_zero);
    let trace_header = root.optional("trace_header", report, value::truth).unwrap_or(true);
    listen::check_all(&root, (&journeys, &drafts), trace_header, report);

    let mut plan = Plan {
        name,
        seed,
        streams: drafts.into_iter().map(|draft| draft.settle(&journeys)).collect(),
        journeys: journeys.into_iter().map(|placed| placed.journey).collect(),
        tables: tables.finish(report),
        objectives,
        record: record.unwrap_or(Record::All {}),
        trace_header,
        drain_ns: drain_ns.unwrap_or(DEFAULT_DRAIN_NS),
        abort_on,
    };
    if report.is_empty() {
        // Only a plan without problems can be counted.
        if record.is_none() {
            let (usual, warning) = record::usual(&plan);
            plan.record = usual;
            warnings.extend(warning);
        }
        warnings.extend(warning::about(&plan));
        warnings.extend(context.replays.iter().flat_map(warning::about_replay));
    }
    Scenario { plan, target, overrides, warnings }
}

fn seed(
    root: &Section<'_>,
    context: &Context,
    overrides: &mut BTreeMap<String, String>,
    report: &mut Report,
) -> u64 {
    let written = root.optional("seed", report, value::whole(0..=MAX_SEED));
    match context.overrides.seed {
        Some(seed) => {
            if seed > MAX_SEED {
                let complaint = Complaint::new(format!("{seed} is out of range"));
                let expected = format!("a whole number from 0 to {MAX_SEED}");
                report.flag("--seed", complaint.expecting(expected));
            }
            overrides.insert("seed".to_owned(), seed.to_string());
            seed
        }
        None => written.unwrap_or(DEFAULT_SEED),
    }
}

fn target(
    root: &Section<'_>,
    context: &Context,
    overrides: &mut BTreeMap<String, String>,
    report: &mut Report,
) -> String {
    let Some(target) = &context.overrides.target else {
        return root.required("target", report, value::title).unwrap_or_else(|| BUNDLED.to_owned());
    };
    root.optional("target", report, value::title);
    if let Err(complaint) = words::title(target) {
        report.flag("--target", complaint);
    }
    overrides.insert("target".to_owned(), target.clone());
    target.clone()
}

/// Whether all due times can be computed exactly.
fn check_bounds(drafts: &[Draft], report: &mut Report) {
    for draft in drafts {
        let phases = &draft.stream.phases;
        for run in runs(phases) {
            let (phase, complaint) = match run.check(phases) {
                Err(Refused::TooLarge(phase)) => {
                    let complaint = Complaint::new("too long for its rates to be computed exactly");
                    let expected = "a shorter phase, or rates with fewer digits";
                    (phase, complaint.expecting(expected))
                }
                Err(Refused::TooMany(phase)) => {
                    let complaint = Complaint::new("too many arrivals for the spacing `exactly`");
                    let expected = format!("at most {MAX_EXACTLY} in a phase, or `poisson`");
                    (phase, complaint.expecting(expected))
                }
                // A file that could not be read is reported where it is named.
                Err(Refused::NotLoaded(_)) | Ok(()) => continue,
            };
            report.at(draft.phase_spans[phase].clone(), complaint);
        }
    }
}

/// Every journey is in the mix of some stream.
fn check_use(journeys: &[journey::Placed], drafts: &[Draft], report: &mut Report) {
    let used = |at: usize| {
        let mut mixes = drafts.iter().flat_map(|Draft { stream: Stream { mix, .. }, .. }| mix);
        mixes.any(|part| usize::from(part.journey) == at)
    };
    for (at, placed) in journeys.iter().enumerate() {
        if !used(at) {
            let name = quote(&placed.journey.name);
            let complaint = Complaint::new(format!("journey {name} is not used"));
            report
                .at(placed.span.clone(), complaint.expecting("a stream with it in its `journeys`"));
        }
    }
}
