//! `[journey.X]`: what one arrival does, step by step.

use std::ops::Range;

use toml::de::DeValue;

use super::data::Tables;
use super::problem::{Complaint, Report};
use super::request;
use super::section::{Entry, Section, Value, found};
use super::template::{Blanks, Data};
use super::units::MAX_DURATION_NS;
use super::value;
use super::words::{self, quote};
use crate::plan::{After, Endpoint, Journey, Request, Step};

/// Journeys of a scenario.
pub(crate) const MAX_JOURNEYS: usize = 1000;
/// Steps of all journeys of a scenario together: each has its own histograms while a run lasts.
const MAX_STEPS: usize = 1000;
/// Time-out of a step that names none: longer than any user waits, shorter than a run.
const DEFAULT_TIMEOUT_NS: u64 = 10_000_000_000;
/// Statuses that complete a step that names none.
const DEFAULT_STATUSES: Range<u16> = 200..300;

const ENDPOINTS: [(&str, Endpoint); 3] =
    [("read", Endpoint::Read), ("write", Endpoint::Write), ("admin", Endpoint::Admin)];

/// A journey and where it stands.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) journey: Journey,
    pub(crate) span: Range<usize>,
}

impl Placed {
    /// The longest one arrival can take by its own limits: time-outs, thinking and timetable.
    pub(crate) fn timeout_ns(&self) -> u64 {
        let steps = self.journey.steps.iter().map(|step| {
            let (After::Done { think_ns: gap } | After::Due { every_ns: gap }) = step.after;
            step.timeout_ns.saturating_add(gap)
        });
        steps.fold(0, u64::saturating_add).min(MAX_DURATION_NS)
    }
}

/// Reads all journeys, in the order of the file.
pub(crate) fn read(root: &Section<'_>, tables: &mut Tables, report: &mut Report) -> Vec<Placed> {
    let Some(value) = root.value("journey") else {
        root.missing("journey", report);
        return Vec::new();
    };
    let Some(section) = Section::open(value, report) else { return Vec::new() };
    let mut steps_left = MAX_STEPS;
    let entries = section.entries("journeys", MAX_JOURNEYS, report);
    entries.iter().map(|entry| journey(entry, tables, &mut steps_left, report)).collect()
}

fn journey(
    entry: &Entry<'_>,
    tables: &mut Tables,
    steps_left: &mut usize,
    report: &mut Report,
) -> Placed {
    if let Err(complaint) = words::name(entry.key) {
        report.at(entry.span.clone(), complaint);
    }
    let mut placed = Placed {
        journey: Journey { name: entry.key.to_owned(), table: None, steps: Vec::new() },
        span: entry.span.clone(),
    };
    let Some(section) = Section::of(entry.value, &["data", "step"], report) else { return placed };
    placed.journey.table = section.optional("data", report, |value| {
        let DeValue::String(name) = value else {
            return Err(found(value).expecting("the name of a table"));
        };
        tables.join(name)
    });
    let data = match (placed.journey.table, section.value("data")) {
        (Some(table), _) => tables.data(table),
        (None, Some(_)) => Data::Unknown,
        (None, None) => Data::None,
    };
    let mut blanks = Blanks { data, picks: 0 };
    let steps = section.list("step", *steps_left, report);
    *steps_left -= steps.len();
    if steps.is_empty() {
        let complaint = Complaint::new(format!("journey {} has no step", quote(entry.key)));
        report.at(entry.span.clone(), complaint.expecting("`[[journey.NAME.step]]`"));
    }
    let mut names: Vec<String> = Vec::new();
    for (index, step) in steps.into_iter().enumerate() {
        if let Some(step) = self::step(step, index == 0, &names, &mut blanks, report) {
            names.push(step.name.clone());
            placed.journey.steps.push(step);
        }
    }
    placed
}

fn step(
    value: &Value<'_>,
    first: bool,
    names: &[String],
    blanks: &mut Blanks<'_>,
    report: &mut Report,
) -> Option<Step> {
    let keys = ["name", "endpoint", "request", "expect", "timeout", "think", "every"];
    let section = Section::of(value, &keys, report)?;
    let name = section.required("name", report, |value| {
        let name = value::title(value)?;
        let twice = names.contains(&name);
        let complaint = || Complaint::new(format!("two steps are called {}", quote(&name)));
        if twice { Err(complaint().expecting("another name")) } else { Ok(name) }
    });
    let request = section.value("request");
    if request.is_none() {
        section.missing("request", report);
    }
    let request = request.and_then(|request| request::read(request, blanks, report));
    let endpoint = section.optional("endpoint", report, value::word("endpoint", &ENDPOINTS));
    let expect = expect(&section, report);
    let timeout_ns = section.optional("timeout", report, value::duration);
    let after = after(&section, first, report);
    let name = name?;
    // Without a right request the step goes on, so that objectives find its name.
    let request = request.unwrap_or_else(Request::nothing);
    Some(Step {
        name,
        endpoint: endpoint.unwrap_or_else(|| usual_endpoint(&request)),
        request,
        expect,
        timeout_ns: timeout_ns.unwrap_or(DEFAULT_TIMEOUT_NS),
        after,
    })
}

/// Reading methods go to where reads are served.
fn usual_endpoint(request: &Request) -> Endpoint {
    match request.method.as_str() {
        "GET" | "HEAD" => Endpoint::Read,
        _ => Endpoint::Write,
    }
}

fn expect(step: &Section<'_>, report: &mut Report) -> Vec<u16> {
    let section = step.value("expect").and_then(|value| Section::of(value, &["status"], report));
    let statuses = section.and_then(|section| section.required("status", report, statuses));
    statuses.unwrap_or_else(|| DEFAULT_STATUSES.collect())
}

fn statuses(value: &DeValue<'_>) -> Result<Vec<u16>, Complaint> {
    let one = |value: &DeValue<'_>| {
        let status = value::whole(100..=599)(value)?;
        Ok(u16::try_from(status).expect("at most 599"))
    };
    let mut statuses = match value {
        DeValue::Array(list) if !list.is_empty() => {
            list.iter().map(|status| one(status.get_ref())).collect::<Result<Vec<_>, _>>()?
        }
        DeValue::Integer(_) => vec![one(value)?],
        DeValue::Array(_) => {
            return Err(Complaint::new("an empty list").expecting("at least one status"));
        }
        other => return Err(found(other).expecting("a status such as 200, or a list of them")),
    };
    statuses.sort_unstable();
    statuses.dedup();
    Ok(statuses)
}

fn after(step: &Section<'_>, first: bool, report: &mut Report) -> After {
    let think = step.optional("think", report, value::duration_or_zero);
    let every = step.optional("every", report, value::duration);
    for key in ["think", "every"].into_iter().filter(|key| first && step.value(key).is_some()) {
        let complaint =
            Complaint::new(format!("`{key}` in the first step, which is due with its arrival"));
        report.at(step.place(key), complaint.expecting(format!("`{key}` in a later step")));
    }
    if step.value("think").is_some() && step.value("every").is_some() {
        let complaint = Complaint::new("`every` beside `think`").expecting("one of them");
        report.at(step.place("every"), complaint);
    }
    match every {
        Some(every_ns) => After::Due { every_ns },
        None => After::Done { think_ns: think.unwrap_or(0) },
    }
}
