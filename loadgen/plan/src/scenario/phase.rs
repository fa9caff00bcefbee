//! `[[stream.phase]]`: a stretch of a stream, at a rate or of a kind that has none.

use std::ops::Range;

use super::problem::{Complaint, Report};
use super::section::{Section, Value};
use super::{Context, kind, rate, value};
use crate::plan::{Phase, PhaseKind, Rate, Spacing};

/// What a phase may say that has a rate, and one that has none beside what is its own.
const KEYS: [&str; 6] = ["name", "kind", "rate", "spacing", "duration", "measure"];

/// Stands for what is reported as wrong, so that reading can go on.
const SOME_RATE: PhaseKind = PhaseKind::Rate {
    from: Rate { arrivals: 1, seconds: 1 },
    to: Rate { arrivals: 1, seconds: 1 },
    spacing: Spacing::Even,
};

/// A phase, and where its parts stand.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) phase: Phase,
    pub(crate) name_span: Range<usize>,
    pub(crate) rate_span: Range<usize>,
    pub(crate) duration_span: Range<usize>,
}

/// Reads the `index`-th phase of its stream, which starts at `start_ns`.
pub(crate) fn read(
    value: &Value<'_>,
    (index, start_ns): (usize, u64),
    context: &Context,
    report: &mut Report,
) -> Option<Placed> {
    let keys: Vec<_> = KEYS.into_iter().chain(kind::keys()).collect();
    let section = Section::of(value, &keys, report)?;
    let name = match section.value("name") {
        Some(_) => section.optional("name", report, value::name),
        None => Some(format!("phase-{}", index + 1)),
    };
    let name = name.unwrap_or_else(|| format!("phase-{}", index + 1));
    let kind_word = section.value("kind").and_then(|value| value.get_ref().as_str());
    let duration_ns = match kind_word {
        // A file has a length of its own.
        Some(kind::REPLAY) => section.optional("duration", report, value::duration),
        _ => section.required("duration", report, value::duration),
    };
    let of_kind = section.value("kind").is_some();
    let (kind, known_ns) = if of_kind {
        kind::read(&section, duration_ns, context, report).unwrap_or((SOME_RATE, duration_ns))
    } else {
        kind::refuse_keys(&section, None, report);
        (rate::read(&section, report).unwrap_or(SOME_RATE), duration_ns)
    };
    let measure = section.optional("measure", report, value::truth);
    if !kind.arrives() && measure == Some(true) {
        let complaint = Complaint::new("`measure` in a phase in which nothing is due");
        report.at(section.place("measure"), complaint);
    }
    let measured = kind.arrives() && measure.unwrap_or(true);
    // A phase with a wrong part stays in its place, so that what comes after it is read as meant.
    let phase = Phase { name, start_ns, duration_ns: known_ns.unwrap_or(1), measured, kind };
    Some(Placed {
        phase,
        name_span: section.place("name"),
        rate_span: section.place("rate"),
        duration_span: section.place("duration"),
    })
}
