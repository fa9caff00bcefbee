//! The report: one page that needs nothing but itself, and goes from the answer to the evidence.

mod sections;

mod reproduce;
pub(crate) mod sealed;

use askama::Template;
use run_analysis::evidence::Evidence;
use run_record::run::{Finding, ObjectiveStatus, Run, Severity, Verdict};

use crate::figures::figures;
pub use crate::svg::PlotError;
use crate::tables::Table;
use crate::{facts, live_facts, tables, text, units, words};
use sealed::Sealed;
use sections::Section;

/// More findings than this are counted only; `run.json` has all.
const FINDINGS_MAX: usize = 100;

/// A report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A plot.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The page around the plots.
    #[error("the page could not be filled in: {0}")]
    Page(#[from] askama::Error),
}

/// The whole page: one script that only reads the page, nothing fetched from elsewhere, every foreign name escaped.
pub fn report(evidence: &Evidence) -> Result<String, RenderError> {
    let run = &evidence.run;
    let missing = evidence.missing.iter();
    let page = Page {
        style: Sealed::style(),
        script: Sealed::script(),
        name: text::clean(&run.plan.name),
        verdict: facts::verdict_word(run),
        verdict_class: verdict_class(run.verdict),
        reason: facts::verdict_reason(run),
        about: about(run),
        objectives: objectives(run),
        judged: run.verdict.is_some(),
        findings: findings(run),
        findings_left_out: run.findings.len().saturating_sub(FINDINGS_MAX),
        missing: missing.map(|part| (text::clean(&part.what), text::clean(&part.why))).collect(),
        sections: sections::sections(run, figures(evidence)?),
        live: run.live.as_ref().map(live_facts::sentences).unwrap_or_default(),
        tables: tables::all(run),
        conservation: facts::conservation(&run.counts),
        hashes: reproduce::hashes(run),
        commands: reproduce::commands(run),
        hanno: text::clean(&run.environment.hanno),
    };
    Ok(page.render()?)
}

/// What the template fills in. Text is escaped there; only pictures, script and style are taken as they are.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    style: Sealed,
    script: Sealed,
    name: String,
    verdict: &'static str,
    verdict_class: &'static str,
    reason: String,
    about: Vec<(&'static str, String)>,
    objectives: Vec<ObjectiveView>,
    judged: bool,
    findings: Vec<FindingView>,
    findings_left_out: usize,
    /// What is not there, and why.
    missing: Vec<(String, String)>,
    sections: Vec<Section>,
    live: Vec<String>,
    tables: Vec<Table>,
    conservation: String,
    hashes: Vec<(&'static str, String)>,
    commands: Vec<String>,
    hanno: String,
}

/// One line of the objectives.
struct ObjectiveView {
    class: &'static str,
    mark: &'static str,
    status: &'static str,
    step: String,
    text: String,
    figures: String,
}

/// Findings of one code with their words.
struct FindingView {
    class: &'static str,
    severity: &'static str,
    code: String,
    title: &'static str,
    /// What each speaks of, empty for the whole run, and its figures.
    cases: Vec<(String, String)>,
    means: &'static str,
    remedy: &'static str,
}

pub(crate) fn verdict_class(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Fail) => "fail",
        Some(Verdict::Invalid) => "invalid",
        Some(Verdict::Inconclusive) | None => "unsure",
    }
}

/// When, how long, against what.
fn about(run: &Run) -> Vec<(&'static str, String)> {
    let mut about = vec![("started", units::moment(run.started_unix_ns))];
    about.extend(run.ended_ns.map(|ns| ("took", units::duration_ns(ns))));
    about.push(("target", text::clean(&run.environment.target)));
    about.extend(run.environment.store.as_ref().map(|store| ("store", text::clean(store))));
    about.push(("planned", format!("{} arrivals", units::count(run.counts.planned))));
    about.push(("seed", run.seed.to_string()));
    about
}

fn objectives(run: &Run) -> Vec<ObjectiveView> {
    let view = |objective: facts::Objective| {
        let (class, mark, status) = match objective.status {
            Some(ObjectiveStatus::Held) => ("pass", "✓", "held"),
            Some(ObjectiveStatus::Missed) => ("fail", "✗", "missed"),
            Some(ObjectiveStatus::Undecided) => ("unsure", "?", "undecided"),
            None => ("unsure", "?", "not judged"),
        };
        let step = text::clean(&objective.step);
        ObjectiveView {
            class,
            mark,
            status,
            step,
            text: text::clean(&objective.text),
            figures: objective.figures,
        }
    };
    facts::objectives(run).into_iter().map(view).collect()
}

fn findings(run: &Run) -> Vec<FindingView> {
    let mut room = FINDINGS_MAX;
    let mut view = |group: facts::FindingGroup<'_>| {
        let words = words::words(group.code);
        let case = |case: &&Finding| {
            (
                case.subject.as_deref().map(text::clean).unwrap_or_default(),
                text::clean(&words::figures(case)),
            )
        };
        let cases: Vec<_> = group.cases.iter().take(room).map(case).collect();
        room -= cases.len();
        FindingView {
            class: severity_class(group.severity),
            severity: words::severity(group.severity),
            code: text::clean(group.code),
            title: words.map_or("not known to this version of Hanno", |words| words.title),
            cases,
            means: words.map_or("", |words| words.means),
            remedy: words.map_or("", |words| words.remedy),
        }
    };
    let views = facts::finding_groups(&run.findings).into_iter().map(&mut view);
    views.filter(|view| !view.cases.is_empty()).collect()
}

fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Invalid => "invalid",
        Severity::Fail => "fail",
        Severity::Warning => "unsure",
        Severity::Note => "note",
    }
}
