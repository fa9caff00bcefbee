//! Streams of readers: what they may not say, and what a scenario must have for their events to be told apart.
//!
//! Readers are no arrivals: nothing is due, nothing is counted, and most of what a stream says makes no
//! sense for them. A key that has no effect is a misunderstanding, so it is reported.

use super::journey;
use super::problem::{Complaint, Report};
use super::section::Section;
use super::stream::Draft;
use super::words::quote;
use crate::plan::{Limit, PhaseKind, Time};

/// What only a stream of arrivals may say.
const OF_ARRIVALS: [&str; 4] = ["offset", "users", "queue", "max_wait"];

/// Methods of requests that change nothing, by the standard of HTTP.
const READING: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Checks a stream that listens.
pub(crate) fn check(
    section: &Section<'_>,
    draft: &Draft,
    journeys: &[journey::Placed],
    report: &mut Report,
) {
    for key in OF_ARRIVALS.into_iter().filter(|key| section.value(key).is_some()) {
        let complaint = Complaint::new(format!("`{key}` in a stream of readers"));
        let expected = "only `name`, `journeys` and phases; `users` stands in the phase";
        report.at(section.place(key), complaint.expecting(expected));
    }
    let mut listening = false;
    for (phase, span) in draft.stream.phases.iter().zip(&draft.phase_spans) {
        let problem = match phase.kind {
            PhaseKind::Idle {} => None,
            PhaseKind::Listen { .. } if !std::mem::replace(&mut listening, true) => None,
            PhaseKind::Listen { .. } => Some("two phases of readers in one stream"),
            _ => Some("arrivals in a stream of readers"),
        };
        if let Some(problem) = problem {
            let complaint = Complaint::new(problem).expecting("another `[[stream]]` for them");
            report.at(span.clone(), complaint);
        }
    }
    if let Err(complaint) = one_request(draft, journeys) {
        report.at(section.place("journeys"), complaint.of("journeys"));
    }
}

/// Checks what readers need of the rest of the file.
pub(crate) fn check_all(
    root: &Section<'_>,
    (journeys, drafts): (&[journey::Placed], &[Draft]),
    trace_header: bool,
    report: &mut Report,
) {
    if !listens(drafts) {
        return;
    }
    if drafts.iter().all(|draft| draft.stream.readers().is_some()) {
        let complaint = Complaint::new("readers, and no arrivals that could change something");
        let expected = "a `[[stream]]` with a `rate` beside them";
        report.at(root.place("stream"), complaint.expecting(expected));
    }
    shared_journeys(journeys, drafts, report);
    if !trace_header {
        let complaint = Complaint::new("`trace_header = false` beside readers");
        let expected = "`true`: an event is known by the mark of its request";
        report.at(root.place("trace_header"), complaint.expecting(expected));
    }
}

/// Whether an objective says something of a step, given who takes it.
pub(crate) fn check_objective(
    step: &str,
    limit: &Limit,
    (journeys, drafts): (&[journey::Placed], &[Draft]),
) -> Result<(), Complaint> {
    if only_for_readers(step, journeys, drafts) {
        return Err(Complaint::new(format!(
            "{} is what readers open, not an arrival",
            quote(step)
        ))
        .expecting("`delivery p99` on the step that changes something"));
    }
    match limit {
        Limit::Latency { time: Time::Delivery, .. } if !listens(drafts) => {
            Err(Complaint::new("`delivery`, and nobody listens")
                .expecting("a `[[stream]]` with a phase of `kind = \"listen\"`"))
        }
        Limit::Latency { time: Time::Delivery, .. } => match only_reads(step, journeys) {
            Some(method) => Err(Complaint::new(format!(
                "`delivery` of {}, whose {method} changes nothing, so that no event tells of it",
                quote(step)
            ))
            .expecting("it on the step that changes something")),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The method of a step all of whose requests only read.
fn only_reads<'a>(step: &str, journeys: &'a [journey::Placed]) -> Option<&'a str> {
    let steps = journeys.iter().flat_map(|placed| &placed.journey.steps);
    let mut methods =
        steps.filter(|own| own.name == step).map(|own| own.request.method.as_str()).peekable();
    let first = methods.peek().copied()?;
    methods.all(|method| READING.contains(&method)).then_some(first)
}

/// Whether readers open this step and no arrival takes it.
pub(crate) fn only_for_readers(step: &str, journeys: &[journey::Placed], drafts: &[Draft]) -> bool {
    let has = |placed: &journey::Placed| placed.journey.steps.iter().any(|own| own.name == step);
    let users = |at: usize| {
        let has = move |draft: &&Draft| {
            draft.stream.mix.iter().any(|part| usize::from(part.journey) == at)
        };
        drafts.iter().filter(has)
    };
    // One that nobody uses is not for readers; it is reported as such.
    let for_readers = |at: usize| {
        users(at).next().is_some() && users(at).all(|draft| draft.stream.readers().is_some())
    };
    let mut having = (0..journeys.len()).filter(|at| has(&journeys[*at])).peekable();
    having.peek().is_some() && having.all(for_readers)
}

/// An arrival would wait for the end of a stream of events that has none.
fn shared_journeys(journeys: &[journey::Placed], drafts: &[Draft], report: &mut Report) {
    let taken = |at: usize, by_readers: bool| {
        let mut streams = drafts.iter().map(|draft| &draft.stream);
        streams.any(|stream| {
            stream.readers().is_some() == by_readers
                && stream.mix.iter().any(|part| usize::from(part.journey) == at)
        })
    };
    for (at, placed) in journeys.iter().enumerate().filter(|(at, _)| taken(*at, true)) {
        if taken(at, false) {
            let name = quote(&placed.journey.name);
            let complaint =
                Complaint::new(format!("journey {name} is taken by readers and by arrivals"));
            let expected = "a journey of its own for each: what readers open does not end";
            report.at(placed.span.clone(), complaint.expecting(expected));
        }
    }
}

fn listens(drafts: &[Draft]) -> bool {
    drafts.iter().any(|draft| draft.stream.readers().is_some())
}

fn one_request(draft: &Draft, journeys: &[journey::Placed]) -> Result<(), Complaint> {
    const EXPECTED: &str = "one journey of one step: the request that opens the stream of events";
    let steps = |part: &crate::plan::Weighted| {
        journeys.get(usize::from(part.journey)).map_or(1, |placed| placed.journey.steps.len())
    };
    match draft.stream.mix.as_slice() {
        // None is reported where it is read; so is a journey without steps.
        [] => Ok(()),
        [only] if steps(only) <= 1 => Ok(()),
        [only] => {
            Err(Complaint::new(format!("readers that take {} steps", steps(only)))
                .expecting(EXPECTED))
        }
        several => {
            Err(Complaint::new(format!("readers with {} journeys", several.len()))
                .expecting(EXPECTED))
        }
    }
}
