//! Flags that change what the file says: `--seed`, `--scale`, `--set`, `--target`.

use std::collections::BTreeMap;

use super::phase;
use super::problem::{Complaint, Report};
use super::stream::Draft;
use super::units;
use super::words::{self, quote};
use crate::exact;
use crate::plan::{PhaseKind, Rate};

/// What flags change; they come after the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--seed`: for `seed`.
    pub seed: Option<u64>,
    /// `--scale`: all rates times this, `0.5` or `1/10`; after every `--set`.
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
    let PhaseKind::Rate { from, to, .. } = &mut phases[at].kind else {
        return Err(Complaint::new(format!("phase {} has no rate", quote(phase)))
            .expecting("a phase with a rate"));
    };
    let rate = phase::constant(value.trim())?;
    (*from, *to) = (rate, rate);
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

fn scale((above, below): (u128, u128), streams: &mut [Draft]) -> Result<(), Complaint> {
    let scaled = |rate: Rate| {
        let arrivals = u128::from(rate.arrivals).checked_mul(above)?;
        let seconds = u128::from(rate.seconds).checked_mul(below)?;
        units::bounded(exact::rate(arrivals, seconds))
    };
    for draft in streams {
        for phase in &mut draft.stream.phases {
            let PhaseKind::Rate { from, to, .. } = &mut phase.kind else { continue };
            let Some(ends) = scaled(*from).zip(scaled(*to)) else {
                let name = format!("{}.{}", draft.stream.name, phase.name);
                return Err(Complaint::new(format!(
                    "the rate of {} becomes too high or too fine",
                    quote(&name)
                ))
                .expecting("rates of at most 1000000/s"));
            };
            (*from, *to) = ends;
        }
    }
    Ok(())
}
