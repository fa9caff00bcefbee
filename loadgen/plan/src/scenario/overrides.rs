//! Flags that change what the file says: `--seed`, `--scale`, `--set`, `--target`.

use std::collections::BTreeMap;

use super::kind::MAX_BURST;
use super::problem::{Complaint, Report};
use super::rate;
use super::stream::{Draft, MAX_USERS};
use super::units;
use super::words::{self, quote};
use crate::exact;
use crate::expect::sum;
use crate::plan::{Phase, PhaseKind, Rate};

/// What flags change; they come after the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--seed`: for `seed`.
    pub seed: Option<u64>,
    /// `--scale`: all rates times this, `0.5` or `1/10`, those of `--set` too; also the sizes of bursts and
    /// the users of closed phases, rounded half up and at least 1. Readers stay as they are.
    pub scale: Option<String>,
    /// `--set`: `stream.phase.rate=200/s` each.
    pub set: Vec<String>,
    /// `--target`: for `target`.
    pub target: Option<String>,
}

/// Applies `--set` and `--scale` to the streams; notes what was changed.
pub(crate) fn apply(
    overrides: &Overrides,
    streams: &mut [Draft],
    changed: &mut BTreeMap<String, String>,
    report: &mut Report,
) {
    for text in &overrides.set {
        match set(text, streams) {
            Ok((key, value)) => {
                if changed.insert(key.clone(), value).is_some() {
                    report.flag("--set", Complaint::new(format!("{} is set twice", quote(&key))));
                }
            }
            Err(complaint) => report.flag("--set", complaint),
        }
    }
    if let Some(text) = &overrides.scale {
        changed.insert("scale".to_owned(), text.clone());
        if let Err(complaint) = units::scale(text).and_then(|factor| scale(factor, streams)) {
            report.flag("--scale", complaint);
        }
    }
}

fn set(text: &str, streams: &mut [Draft]) -> Result<(String, String), Complaint> {
    let wrong = || {
        Complaint::new(format!("{} sets nothing", quote(text)))
            .expecting("`STREAM.PHASE.rate=RATE`, such as `reads.hold.rate=200/s`")
    };
    let (key, value) = text.split_once('=').ok_or_else(wrong)?;
    let parts: Vec<_> = key.trim().split('.').collect();
    let [stream, phase, what] = parts.as_slice() else { return Err(wrong()) };
    if *what != "rate" {
        return Err(words::unknown("key", what, &["rate"]));
    }
    let at = streams.iter().position(|draft| draft.stream.name == *stream).ok_or_else(|| {
        let known: Vec<_> = streams.iter().map(|draft| draft.stream.name.as_str()).collect();
        words::unknown("stream", stream, &known)
    })?;
    let phases = &mut streams[at].stream.phases;
    let at = phases.iter().position(|known| known.name == *phase).ok_or_else(|| {
        let known: Vec<_> = phases.iter().map(|phase| phase.name.as_str()).collect();
        words::unknown("phase", phase, &known)
    })?;
    let kind = &mut phases[at].kind;
    let spacing = kind.spacing().ok_or_else(|| {
        Complaint::new(format!("phase {} has no rate", quote(phase)))
            .expecting("a phase with a rate")
    })?;
    let rate = rate::constant(value.trim())?;
    *kind = PhaseKind::Rate { from: rate, to: rate, spacing };
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

fn scale(factor: Factor, streams: &mut [Draft]) -> Result<(), Complaint> {
    for draft in streams {
        for phase in &mut draft.stream.phases {
            let name = quote(&format!("{}.{}", draft.stream.name, phase.name));
            if matches!(phase.kind, PhaseKind::Replay(_)) {
                return Err(Complaint::new(format!("{name} is replayed from a file"))
                    .expecting("another `speed` in that phase, or no `--scale`"));
            }
            if scale_phase(factor, phase).is_none() {
                let what = format!("the rate of {name} becomes too high or too fine");
                return Err(Complaint::new(what).expecting("rates of at most 1000000/s"));
            }
        }
    }
    Ok(())
}

/// A fraction: above the line, and below it.
type Factor = (u128, u128);

/// `None` if it becomes too much.
fn scale_phase(factor: Factor, phase: &mut Phase) -> Option<()> {
    match &mut phase.kind {
        PhaseKind::Rate { from, to, .. } => {
            (*from, *to) = (scaled(*from, factor)?, scaled(*to, factor)?);
        }
        PhaseKind::Steps { rates, .. } => {
            for rate in rates {
                *rate = scaled(*rate, factor)?;
            }
        }
        PhaseKind::Sine { mean, amplitude, .. } => {
            (*mean, *amplitude) = (scaled(*mean, factor)?, scaled(*amplitude, factor)?);
            units::bounded(sum(*mean, *amplitude))?;
        }
        PhaseKind::Burst(burst) => burst.size = heads(burst.size, factor, MAX_BURST)?,
        PhaseKind::Closed(closed) => closed.users = heads(closed.users, factor, MAX_USERS)?,
        PhaseKind::Replay(_) | PhaseKind::Idle {} | PhaseKind::Listen { .. } => {}
    }
    // Bursts and users may have come to more than any rate may.
    units::bounded(Some(phase.peak())).map(drop)
}

fn scaled(rate: Rate, (above, below): Factor) -> Option<Rate> {
    let arrivals = u128::from(rate.arrivals).checked_mul(above)?;
    let seconds = u128::from(rate.seconds).checked_mul(below)?;
    units::bounded(exact::rate(arrivals, seconds))
}

/// A whole number of what cannot be halved: rounded half up, and never none.
fn heads(count: u32, (above, below): Factor, max: u32) -> Option<u32> {
    let twice = u128::from(count).checked_mul(above)?.checked_mul(2)?;
    let rounded = twice.checked_add(below)? / below.checked_mul(2)?;
    u32::try_from(rounded.max(1)).ok().filter(|count| *count <= max)
}
