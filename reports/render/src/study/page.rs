//! The study as a page that needs nothing but itself: whether the figures may be compared, then the figures.

use askama::Template;
use run_analysis::study::{Disagreement, Study, Sweep};

use super::{again, growth, limits, sentences, tables};
use crate::figure::Figure;
use crate::html::RenderError;
use crate::html::sealed::Sealed;
use crate::tables::Table;
use crate::{text, units};

/// Answers that are told of an organisation over which they differ.
const ANSWERS_MAX: usize = 20;

/// The whole page.
pub fn page(study: &Study) -> Result<String, RenderError> {
    let differing = study.disagreements();
    let (tone, word) = match (study.points.len(), differing.len()) {
        (0, _) => ("unsure", "NOTHING MEASURED"),
        (_, 0) => ("pass", "ONE ANSWER"),
        _ => ("fail", "ANSWERS DIFFER"),
    };
    let page = Page {
        style: Sealed::style(),
        script: Sealed::script(),
        tone,
        word,
        said: sentences(study),
        about: about(study),
        differing: differing.iter().flat_map(answers).collect(),
        parts: parts(study)?,
        doubts: cleaned(&study.prices.doubts),
        sources: cleaned(&study.prices.sources),
        notes: cleaned(&study.notes),
        hanno: text::clean(&study.environment.hanno),
    };
    Ok(page.render()?)
}

#[derive(Template)]
#[template(path = "study.html")]
struct Page {
    style: Sealed,
    script: Sealed,
    tone: &'static str,
    word: &'static str,
    said: Vec<String>,
    about: Vec<(&'static str, String)>,
    /// Answers that are not one.
    differing: Vec<String>,
    parts: Vec<Part>,
    doubts: Vec<String>,
    sources: Vec<String>,
    notes: Vec<String>,
    hanno: String,
}

/// Pictures and tables under one heading.
struct Part {
    id: &'static str,
    title: &'static str,
    figures: Vec<Figure>,
    tables: Vec<Table>,
}

fn parts(study: &Study) -> Result<Vec<Part>, RenderError> {
    let sweep = |id, title, sweep| -> Result<Part, RenderError> {
        let figures = growth::figures(study, sweep)?;
        Ok(Part { id, title, figures, tables: vec![tables::points(study, sweep)] })
    };
    Ok(vec![
        sweep("by-messages", "By the number of messages", Sweep::Messages)?,
        sweep("by-rooms", "By the number of rooms", Sweep::Rooms)?,
        Part {
            id: "cost",
            title: "What it costs",
            figures: Vec::new(),
            tables: vec![tables::money(study)],
        },
        Part {
            id: "limits",
            title: "What DynamoDB would refuse",
            figures: limits::figure(study)?.into_iter().collect(),
            tables: vec![tables::throttling(study)],
        },
        Part {
            id: "again",
            title: "What beginning again costs",
            figures: again::figures(study)?,
            tables: vec![tables::retries(study), tables::break_even(study)],
        },
    ])
}

/// When, where, and what was asked.
fn about(study: &Study) -> Vec<(&'static str, String)> {
    let machine = &study.environment;
    let cores = format!("{} of {} cores", units::number(machine.cores_given), machine.cores);
    vec![
        ("made", units::moment(study.made_unix_ns)),
        ("machine", text::clean(&format!("{}, {cores}", machine.cpu_model))),
        ("visible at most", format!("{} messages", units::count(study.limit.into()))),
        ("not older than", format!("{} days", study.days_max)),
        ("reads at once", units::count(study.in_flight_max.into())),
        ("prices of", text::clean(&study.prices.as_of)),
        (
            "provisioned to end within",
            units::duration_ns(u64::from(study.prices.within_s) * 1_000_000_000),
        ),
    ]
}

/// A line for each answer over an organisation.
fn answers(differing: &Disagreement) -> Vec<String> {
    let (rooms, messages) = (units::count(differing.rooms), units::count(differing.messages));
    let line = |(store, strategy, cut_off, visible): &(String, String, Option<String>, u64)| {
        let oldest = cut_off.as_deref().unwrap_or("none");
        let line = format!(
            "{messages} messages in {rooms} rooms, {store}, {strategy}: {} visible, the oldest {oldest}",
            units::count(*visible)
        );
        text::clean(&line)
    };
    differing.answers.iter().take(ANSWERS_MAX).map(line).collect()
}

fn cleaned(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| text::clean(line)).collect()
}
