//! `kind` of a phase: idle, readers, bursts, a file that is replayed, users who wait for answers.

use super::Context;
use super::problem::{Complaint, Report};
use super::replay;
use super::section::Section;
use super::stream::MAX_USERS;
use super::units;
use super::value;
use super::words;
use crate::exact;
use crate::plan::{Burst, Closed, Cycle, PhaseKind};

/// Readers of a phase: each is a task with a connection of its own.
const MAX_READERS: u32 = 100_000;
/// Arrivals of one burst: what the highest rate has in a second.
pub(crate) const MAX_BURST: u32 = 1_000_000;

const SECOND_NS: u64 = 1_000_000_000;

/// A phase that has no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Idle,
    Listen,
    Burst,
    Replay,
    Closed,
}

/// The kind that may go without a duration.
pub(crate) const REPLAY: &str = "replay";

const KINDS: [(&str, Kind); 5] = [
    ("idle", Kind::Idle),
    ("listen", Kind::Listen),
    ("burst", Kind::Burst),
    (REPLAY, Kind::Replay),
    ("closed", Kind::Closed),
];

/// What a phase of each kind may say beside what every phase may.
fn own(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Idle => &[],
        Kind::Listen => &["users"],
        Kind::Burst => &["size", "every"],
        Kind::Replay => &["file", "column", "unit", "speed", "loop"],
        Kind::Closed => &["users", "ramp", "pace", "pause"],
    }
}

/// All that any kind may say, each once.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    let all = || KINDS.iter().flat_map(|(_, kind)| own(*kind).iter().copied());
    all()
        .enumerate()
        .filter(move |(at, key)| all().take(*at).all(|before| before != *key))
        .map(|(_, key)| key)
}

/// Reads the phase, with its duration, which a replay knows by itself; `None` if its kind is wrong, which
/// is reported.
pub(crate) fn read(
    section: &Section<'_>,
    duration_ns: Option<u64>,
    context: &Context,
    report: &mut Report,
) -> Option<(PhaseKind, Option<u64>)> {
    for key in ["rate", "spacing"].into_iter().filter(|key| section.value(key).is_some()) {
        let complaint = Complaint::new(format!("`{key}` beside `kind`"));
        report.at(
            section.place(key),
            complaint.expecting("a `rate`, or a `kind` without one, not both"),
        );
    }
    let kind = section.optional("kind", report, value::word("kind", &KINDS))?;
    refuse_keys(section, Some(kind), report);
    let read = match kind {
        Kind::Idle => PhaseKind::Idle {},
        Kind::Listen => {
            let users = section.required("users", report, value::whole_32(1..=MAX_READERS));
            PhaseKind::Listen { users: users.unwrap_or(1) }
        }
        Kind::Burst => PhaseKind::Burst(burst(section, report)?),
        Kind::Closed => PhaseKind::Closed(closed(section, duration_ns, report)?),
        Kind::Replay => {
            let (replay, duration_ns) = replay::read(section, duration_ns, context, report)?;
            return Some((PhaseKind::Replay(replay), Some(duration_ns)));
        }
    };
    Some((read, duration_ns))
}

/// Reports what another kind of phase may say and this one (`None`: one at a rate) may not.
pub(crate) fn refuse_keys(section: &Section<'_>, kind: Option<Kind>, report: &mut Report) {
    let allowed = kind.map_or(&[] as &[_], own);
    let wrong = |key: &&str| section.value(key).is_some() && !allowed.contains(key);
    for key in keys().filter(wrong) {
        let this = KINDS.iter().find(|(_, known)| Some(*known) == kind);
        let this = this.map_or("at a rate".to_owned(), |(word, _)| format!("of kind `{word}`"));
        let having = KINDS.iter().filter(|(_, kind)| own(*kind).contains(&key));
        let having: Vec<_> = having.map(|(word, _)| *word).collect();
        let complaint = Complaint::new(format!("`{key}` in a phase {this}"));
        let or = if key == "users" { ", or in the stream" } else { "" };
        let expected = format!("it in a phase whose `kind` is {}{or}", words::one_of(&having));
        report.at(section.place(key), complaint.expecting(expected));
    }
}

fn burst(section: &Section<'_>, report: &mut Report) -> Option<Burst> {
    let size = section.required("size", report, value::whole_32(1..=MAX_BURST));
    let every_ns = section.required("every", report, value::duration);
    let burst = Burst { size: size?, every_ns: every_ns? };
    bounded(u128::from(burst.size), burst.every_ns, section, ("every", report));
    Some(burst)
}

fn closed(section: &Section<'_>, duration_ns: Option<u64>, report: &mut Report) -> Option<Closed> {
    let users = section.required("users", report, value::whole_32(1..=MAX_USERS));
    let ramp_s = match section.value("ramp") {
        Some(_) => section.optional("ramp", report, value::duration_or_zero).and_then(|ramp_ns| {
            whole_seconds(ramp_ns, duration_ns)
                .map_err(|complaint| report.at(section.place("ramp"), complaint.of("ramp")))
                .ok()
        }),
        None => Some(0),
    };
    let pace_ns = section.optional("pace", report, value::duration);
    let pause_ns = section.optional("pause", report, value::duration);
    if section.value("pace").is_some() == section.value("pause").is_some() {
        let complaint = Complaint::new("a closed phase has a `pace` or a `pause`, and not both");
        let expected = "`pace = \"1s\"`: due so long after the time before; or `pause = \"1s\"`: so long after the answer";
        report.at(section.place("pause"), complaint.expecting(expected));
        return None;
    }
    let pace = pace_ns.map(|pace_ns| ("pace", pace_ns, Cycle::Pace { pace_ns }));
    let pause = pause_ns.map(|pause_ns| ("pause", pause_ns, Cycle::Pause { pause_ns }));
    let (key, cycle_ns, cycle) = pace.or(pause)?;
    let closed = Closed { users: users?, ramp_s: ramp_s?, cycle };
    bounded(u128::from(closed.users), cycle_ns, section, (key, report));
    Some(closed)
}

/// The historical injector deals users out by whole seconds.
fn whole_seconds(ramp_ns: u64, duration_ns: Option<u64>) -> Result<u32, Complaint> {
    if !ramp_ns.is_multiple_of(SECOND_NS) {
        return Err(Complaint::new("not a whole number of seconds")
            .expecting("whole seconds, such as \"10s\": users are dealt out by them"));
    }
    if duration_ns.is_some_and(|duration_ns| ramp_ns > duration_ns) {
        return Err(Complaint::new("longer than its phase")
            .expecting("at most the `duration`: users that never start are none"));
    }
    Ok(u32::try_from(ramp_ns / SECOND_NS).expect("a duration has at most 604800 seconds"))
}

/// Reports more than the highest rate.
fn bounded(
    arrivals: u128,
    every_ns: u64,
    section: &Section<'_>,
    (key, report): (&str, &mut Report),
) {
    let rate = exact::rate(arrivals * u128::from(SECOND_NS), every_ns.into());
    if units::bounded(rate).is_none() {
        let complaint =
            Complaint::new(format!("`{key}`: {arrivals} arrivals so often are too many"));
        report.at(section.place(key), complaint.expecting("at most 1000000/s in the mean"));
    }
}
