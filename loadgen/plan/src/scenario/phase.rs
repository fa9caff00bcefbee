//! `[[stream.phase]]`: a stretch of a stream, at a rate, idle, or with readers.

use std::ops::Range;

use toml::de::DeValue;

use super::problem::{Complaint, Report};
use super::section::{Section, Value, found};
use super::units::{self, A_RATE};
use super::value;
use super::words::quote;
use crate::plan::{Phase, PhaseKind, Rate, Spacing};

const SPACINGS: [(&str, Spacing); 2] = [("even", Spacing::Even), ("poisson", Spacing::Poisson)];

/// Readers of a phase: each is a task with a connection of its own.
const MAX_READERS: u32 = 100_000;

/// The phases that have no rate.
#[derive(Clone, Copy)]
enum Rateless {
    Idle,
    Listen,
}

const KINDS: [(&str, Rateless); 2] = [("idle", Rateless::Idle), ("listen", Rateless::Listen)];

/// Stands for a rate that is reported as wrong, so that reading can go on.
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

/// Reads a phase that starts at `start_ns`.
pub(crate) fn read(
    value: &Value<'_>,
    index: usize,
    start_ns: u64,
    report: &mut Report,
) -> Option<Placed> {
    let keys = ["name", "kind", "rate", "spacing", "duration", "measure", "users"];
    let section = Section::of(value, &keys, report)?;
    let name = match section.value("name") {
        Some(_) => section.optional("name", report, value::name),
        None => Some(format!("phase-{}", index + 1)),
    };
    let duration_ns = section.required("duration", report, value::duration);
    let measure = section.optional("measure", report, value::truth);
    let (kind, measured) = match section.value("kind") {
        Some(_) => (without_rate(&section, measure, report), false),
        None => (at_rate(&section, report), measure.unwrap_or(true)),
    };
    let name = name.unwrap_or_else(|| format!("phase-{}", index + 1));
    if section.value("users").is_some() && !matches!(kind, PhaseKind::Listen { .. }) {
        let complaint = Complaint::new("`users` in a phase that does not listen");
        let expected = "`users` of the stream, or `kind = \"listen\"`";
        report.at(section.place("users"), complaint.expecting(expected));
    }
    // A phase with a wrong part stays in its place, so that what comes after it is read as meant.
    let phase = Phase { name, start_ns, duration_ns: duration_ns.unwrap_or(1), measured, kind };
    Some(Placed {
        phase,
        name_span: section.place("name"),
        rate_span: section.place("rate"),
        duration_span: section.place("duration"),
    })
}

fn without_rate(section: &Section<'_>, measure: Option<bool>, report: &mut Report) -> PhaseKind {
    let known = section.optional("kind", report, value::word("kind", &KINDS));
    for key in ["rate", "spacing"].into_iter().filter(|key| section.value(key).is_some()) {
        let complaint = Complaint::new(format!("`{key}` beside `kind`"));
        report.at(
            section.place(key),
            complaint.expecting("a `rate`, or a `kind` without one, not both"),
        );
    }
    if measure == Some(true) {
        let complaint = Complaint::new("`measure` in a phase in which nothing is due");
        report.at(section.place("measure"), complaint);
    }
    match known {
        Some(Rateless::Idle) => PhaseKind::Idle {},
        Some(Rateless::Listen) => {
            let users = section.required("users", report, value::whole_32(1..=MAX_READERS));
            PhaseKind::Listen { users: users.unwrap_or(1) }
        }
        // Reported; taking it for an idle phase would make up a second problem.
        None => SOME_RATE,
    }
}

fn at_rate(section: &Section<'_>, report: &mut Report) -> PhaseKind {
    let spacing = section.optional("spacing", report, value::word("spacing", &SPACINGS));
    let spacing = spacing.unwrap_or(Spacing::Even);
    match rates(section, report) {
        Some((from, to)) => PhaseKind::Rate { from, to, spacing },
        None => SOME_RATE,
    }
}

fn rates(section: &Section<'_>, report: &mut Report) -> Option<(Rate, Rate)> {
    const EXPECTED: &str = "a rate such as \"500/s\", or { from = \"0/s\", to = \"500/s\" }";
    let Some(value) = section.value("rate") else {
        report.at(
            section.span(),
            Complaint::new("missing key `rate`").expecting("a `rate`, or `kind = \"idle\"`"),
        );
        return None;
    };
    match value.get_ref() {
        DeValue::String(_) => {
            let rate = section.optional("rate", report, value::text(EXPECTED, constant))?;
            Some((rate, rate))
        }
        DeValue::Table(_) => ramp(&Section::of(value, &["from", "to"], report)?, report),
        other => {
            report.at(value.span(), found(other).expecting(EXPECTED).of("rate"));
            None
        }
    }
}

/// A constant rate: more than 0.
pub(crate) fn constant(text: &str) -> Result<Rate, Complaint> {
    let rate = units::rate(text)?;
    if rate.arrivals > 0 {
        return Ok(rate);
    }
    Err(Complaint::new(format!("{} is zero", quote(text)))
        .expecting("a rate more than 0, or `kind = \"idle\"` for a phase without arrivals"))
}

fn ramp(section: &Section<'_>, report: &mut Report) -> Option<(Rate, Rate)> {
    let from = section.required("from", report, value::text(A_RATE, units::rate));
    let to = section.required("to", report, value::text(A_RATE, units::rate));
    let (from, to) = from.zip(to)?;
    if from.arrivals == 0 && to.arrivals == 0 {
        let complaint = Complaint::new("a ramp from 0 to 0");
        let expected = "`kind = \"idle\"` for a phase without arrivals";
        report.at(section.span(), complaint.expecting(expected));
    }
    Some((from, to))
}
