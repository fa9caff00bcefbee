//! `kind = "replay"`: arrivals at the times of a file beside the scenario.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::data::file;
use super::problem::{Complaint, Report};
use super::section::{Section, Value, found};
use super::units::{self, MAX_DURATION_NS};
use super::words::quote;
use super::{Context, value};
use crate::exact;
use crate::plan::{Offsets, Replay, Speed};
use crate::stamps::{Source, Stamps, UNITS};

const SECOND_NS: u128 = 1_000_000_000;

/// Sources that a scenario may replay: each takes up to 80 MB of memory.
const MAX_SOURCES: usize = 16;

/// The sources that phases name, at most [`MAX_SOURCES`], if all of their parts are there; what is wrong with them is said by [`read`].
pub(crate) fn sources(root: &DeTable<'_>) -> BTreeSet<Source> {
    let phases = list(root.get("stream")).flat_map(|stream| list(stream.get_ref().get("phase")));
    let sources: BTreeSet<_> = phases.filter_map(|phase| source(phase.get_ref())).collect();
    sources.into_iter().take(MAX_SOURCES).collect()
}

/// The replay and how long it lasts: as said, or to its last arrival.
pub(crate) fn read(
    section: &Section<'_>,
    duration_ns: Option<u64>,
    context: &Context,
    report: &mut Report,
) -> Option<(Replay, u64)> {
    let file = section.required("file", report, file);
    let column = section.required("column", report, value::any_text);
    let unit = section.required("unit", report, value::word("unit", &UNITS));
    let speed = match section.value("speed") {
        Some(_) => section.optional("speed", report, speed),
        None => Some(Speed { numerator: 1, denominator: 1 }),
    };
    let again = section.optional("loop", report, value::truth).unwrap_or(false);
    let source = Source { file: file?, column: column?, unit: unit? };
    let stamps = match stamps(&source, context) {
        Ok(stamps) => stamps,
        Err(complaint) => {
            report.at(section.place("file"), complaint.of("file"));
            return None;
        }
    };
    let (offsets, speed) = (stamps.offsets(), speed?);
    let last_ns = offsets.loaded().and_then(|offsets_ns| offsets_ns.last().copied())?;
    let repeat_ns = match again.then(|| repeat_ns(&offsets, last_ns, speed)) {
        Some(Err(complaint)) => {
            report.at(section.place("loop"), complaint.of("loop"));
            return None;
        }
        repeat => repeat.and_then(Result::ok),
    };
    let replay = Replay { file: source.file, offsets, speed, repeat_ns };
    let derived_ns = speed.due_ns(last_ns).and_then(|last_ns| last_ns.checked_add(1));
    match (duration_ns, derived_ns.filter(|length| *length <= MAX_DURATION_NS)) {
        (Some(duration_ns), _) => Some((replay, duration_ns)),
        // A wrong one is reported where it is read.
        (None, Some(derived_ns)) if section.value("duration").is_some() => {
            Some((replay, derived_ns))
        }
        (None, Some(derived_ns)) if !again => Some((replay, derived_ns)),
        (None, derived_ns) => {
            let why = match derived_ns {
                Some(_) => "a file that is played again and again has no end",
                None => "the file takes more than 7 days at this speed",
            };
            let complaint = Complaint::new(why);
            report.at(section.span(), complaint.expecting("a `duration`, at most 7 days"));
            None
        }
    }
}

fn list<'a, 't>(value: Option<&'a Value<'t>>) -> impl Iterator<Item = &'a Value<'t>> {
    value.and_then(|value| value.get_ref().as_array()).into_iter().flatten()
}

fn source(phase: &DeValue<'_>) -> Option<Source> {
    let text = |key: &str| phase.get(key)?.get_ref().as_str();
    let (kind, unit) = (text("kind")?, text("unit")?);
    let (_, unit) = UNITS.iter().find(|(word, _)| kind == "replay" && *word == unit)?;
    let file = file(phase.get("file")?.get_ref()).ok()?;
    Some(Source { file, column: text("column")?.to_owned(), unit: *unit })
}

fn stamps<'c>(source: &Source, context: &'c Context) -> Result<&'c Stamps, Complaint> {
    let file = quote(&source.file);
    match context.replays.get(source) {
        Some(Ok(stamps)) => Ok(stamps),
        Some(Err(why)) => Err(Complaint::new(format!("cannot replay {file}: {why}"))),
        None => {
            let expected = format!("at most {MAX_SOURCES} files or columns to replay");
            Err(Complaint::new(format!("{file} was not read")).expecting(expected))
        }
    }
}

/// The file begins again one mean gap after its last time, so that its mean rate goes on.
fn repeat_ns(offsets: &Offsets, last_ns: u64, speed: Speed) -> Result<u64, Complaint> {
    let gaps = offsets.count.saturating_sub(1);
    if last_ns == 0 || gaps == 0 {
        return Err(Complaint::new("all times of the file are one")
            .expecting("at least two times, or no `loop`"));
    }
    let repeat_ns = last_ns.checked_add(last_ns.div_ceil(gaps));
    let repeat_ns = repeat_ns.ok_or_else(|| Complaint::new("the file is too long"))?;
    let arrivals = u128::from(offsets.count) * SECOND_NS;
    let arrivals = arrivals.checked_mul(speed.numerator.into());
    let seconds = u128::from(repeat_ns).checked_mul(speed.denominator.into());
    let rate = arrivals.zip(seconds).map(|(arrivals, seconds)| arrivals / seconds);
    match rate {
        Some(..1_000_000) => Ok(repeat_ns),
        _ => Err(Complaint::new("the file at this speed has too many arrivals a second")
            .expecting("less than 1000000/s in the mean")),
    }
}

fn speed(value: &DeValue<'_>) -> Result<Speed, Complaint> {
    const EXPECTED: &str = "how many times faster than the file, such as 2, 0.5 or \"1/10\"";
    let text = match value {
        DeValue::String(text) => text.as_ref(),
        DeValue::Integer(number) => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        other => return Err(found(other).expecting(EXPECTED)),
    };
    let (above, below) = units::scale(text)?;
    let (numerator, denominator) = exact::reduce(above, below);
    // A week is 2^50 nanoseconds: 32 bits leave nothing to overflow, and no one wants more.
    let part = |part: u128| u32::try_from(part).ok().map(u64::from);
    let parts = part(numerator).zip(part(denominator));
    let (numerator, denominator) = parts.ok_or_else(|| {
        Complaint::new(format!("{} has too many digits", quote(text))).expecting(EXPECTED)
    })?;
    Ok(Speed { numerator, denominator })
}
