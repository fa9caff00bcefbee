//! `[objectives]`: limits on steps, `"PUT reaction" = ["p99 <= 50ms", "errors <= 0.1%"]`.

use toml::de::DeValue;

use super::journey::Placed;
use super::listen;
use super::problem::{Complaint, Report};
use super::section::{Section, found};
use super::stream::Draft;
use super::words::{self, quote};
use super::{units, value};
use crate::plan::{AbortOn, Limit, Objective, Time};

/// Objectives of a scenario: each has an exact counter for every second.
const MAX_OBJECTIVES: usize = 1000;
/// What is implied for every step where the file has no objectives.
const IMPLIED: &str = "errors <= 0.1%";
/// Long enough that a hiccup does not end a run, and short beside what a run costs.
const DEFAULT_ABORT_DELAY_NS: u64 = 10 * SECOND_NS;
/// A run that is stopped later than this might as well go on.
const MAX_ABORT_DELAY_NS: u64 = 3_600 * SECOND_NS;
const SECOND_NS: u64 = 1_000_000_000;
/// `IMPLIED` in parts per million.
const IMPLIED_PPM: u32 = 1000;

const EXPECTED: &str = "`[service|server|delivery] pNN <= DURATION`, `errors <= SHARE` or `rate >= SHARE`, \
     such as \"p99 <= 50ms\", \"service p99.9 <= 1s\", \"errors <= 0.1%\" or \"rate >= 99%\"";

/// Reads all objectives in the order of the file, or implies one for each step that arrivals take.
pub(crate) fn read(
    root: &Section<'_>,
    journeys: &[Placed],
    drafts: &[Draft],
    report: &mut Report,
) -> Vec<Objective> {
    let steps = step_names(journeys);
    let section = root.value("objectives").map(|value| Section::open(value, report));
    let mut objectives = match section {
        Some(Some(section)) => written(&section, &steps, (journeys, drafts), report),
        Some(None) => return Vec::new(),
        None => Vec::new(),
    };
    if objectives.is_empty() {
        let arriving =
            steps.iter().filter(|step| !listen::only_for_readers(step, journeys, drafts));
        objectives.extend(arriving.map(|step| Objective {
            step: (*step).to_owned(),
            text: IMPLIED.to_owned(),
            implied: true,
            limit: Limit::Errors { at_most_ppm: IMPLIED_PPM },
        }));
    }
    objectives
}

/// Reads `[abort_on]`, which is written as objectives are, and `abort_delay`.
pub(crate) fn read_abort(
    root: &Section<'_>,
    journeys: &[Placed],
    drafts: &[Draft],
    report: &mut Report,
) -> Option<AbortOn> {
    let delay_ns = root.optional("abort_delay", report, whole_seconds);
    let Some(value) = root.value("abort_on") else {
        if delay_ns.is_some() {
            let complaint = Complaint::new("`abort_delay` without `[abort_on]`");
            report.at(root.place("abort_delay"), complaint.expecting("limits at which to stop"));
        }
        return None;
    };
    let section = Section::open(value, report)?;
    let limits = written(&section, &step_names(journeys), (journeys, drafts), report);
    if limits.is_empty() {
        report.at(value.span(), Complaint::new("no limit in `[abort_on]`").expecting(EXPECTED));
    }
    Some(AbortOn { limits, delay_ns: delay_ns.unwrap_or(DEFAULT_ABORT_DELAY_NS) })
}

/// Counters are kept by the second.
fn whole_seconds(value: &DeValue<'_>) -> Result<u64, Complaint> {
    let ns = value::duration(value)?;
    if ns.is_multiple_of(SECOND_NS) && ns <= MAX_ABORT_DELAY_NS {
        Ok(ns)
    } else {
        Err(found(value).expecting("whole seconds, at most 1h, such as \"10s\""))
    }
}

/// Each name once: a step of one name in two journeys is one kind of request.
fn step_names(journeys: &[Placed]) -> Vec<&str> {
    let mut names = Vec::new();
    for step in journeys.iter().flat_map(|placed| &placed.journey.steps) {
        if !names.contains(&step.name.as_str()) {
            names.push(step.name.as_str());
        }
    }
    names
}

fn written(
    section: &Section<'_>,
    steps: &[&str],
    used: (&[Placed], &[Draft]),
    report: &mut Report,
) -> Vec<Objective> {
    let mut objectives: Vec<Objective> = Vec::new();
    for entry in section.entries("steps with objectives", MAX_OBJECTIVES, report) {
        if !steps.contains(&entry.key) {
            report.at(entry.span.clone(), words::unknown("step", entry.key, steps));
        }
        let Some(texts) = entry.value.get_ref().as_array() else {
            let complaint = found(entry.value.get_ref()).expecting("a list of objectives");
            report.at(entry.value.span(), complaint.of(entry.key));
            continue;
        };
        for value in texts {
            let Some(text) = value.get_ref().as_str() else {
                report.at(value.span(), found(value.get_ref()).expecting(EXPECTED));
                continue;
            };
            let twice = |other: &Objective| other.step == entry.key && other.text == text;
            let fits = |limit| listen::check_objective(entry.key, &limit, used).map(|()| limit);
            match limit(text).and_then(fits) {
                Err(complaint) => report.at(value.span(), complaint),
                Ok(_) if objectives.iter().any(twice) => {
                    report
                        .at(value.span(), Complaint::new(format!("{} stands twice", quote(text))));
                }
                Ok(_) if objectives.len() == MAX_OBJECTIVES => {
                    let complaint = Complaint::new("too many objectives");
                    report
                        .at(value.span(), complaint.expecting(format!("at most {MAX_OBJECTIVES}")));
                }
                Ok(limit) => objectives.push(Objective {
                    step: entry.key.to_owned(),
                    text: text.to_owned(),
                    implied: false,
                    limit,
                }),
            }
        }
    }
    objectives
}

/// `p99 <= 50ms`, `errors <= 0.1%`, `rate >= 99%`.
fn limit(text: &str) -> Result<Limit, Complaint> {
    let wrong = || Complaint::new(format!("{} is no objective", quote(text))).expecting(EXPECTED);
    let at_most = text.split_once("<=");
    let Some((what, value)) = at_most.or_else(|| text.split_once(">=")) else {
        return Err(wrong());
    };
    let words: Vec<_> = what.split_whitespace().collect();
    match (words.as_slice(), at_most.is_some()) {
        (["errors"], true) => Ok(Limit::Errors { at_most_ppm: units::share_ppm(value.trim())? }),
        (["rate"], false) => match units::share_ppm(value.trim())? {
            0 => Err(wrong()),
            at_least_ppm => Ok(Limit::Rate { at_least_ppm }),
        },
        ([quantile], true) => {
            latency(Time::Response, quantile, value).unwrap_or_else(|| Err(wrong()))
        }
        ([time, quantile], true) => {
            let time = match *time {
                "service" => Time::Service,
                "server" => Time::Server,
                "delivery" => Time::Delivery,
                other => {
                    let known = ["service", "server", "delivery"];
                    return Err(words::unknown("time", other, &known));
                }
            };
            latency(time, quantile, value).unwrap_or_else(|| Err(wrong()))
        }
        _ => Err(wrong()),
    }
}

/// `None` if `quantile` is not of the form `p99.9`.
fn latency(time: Time, quantile: &str, value: &str) -> Option<Result<Limit, Complaint>> {
    let quantile_ppm = units::quantile_ppm(quantile.strip_prefix('p')?)?;
    let at_most_ns = units::duration(value.trim());
    Some(at_most_ns.map(|at_most_ns| Limit::Latency { time, quantile_ppm, at_most_ns }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_are_read_exactly() {
        let latency =
            |time, quantile_ppm, at_most_ns| Limit::Latency { time, quantile_ppm, at_most_ns };
        for (text, expected) in [
            ("p99 <= 50ms", latency(Time::Response, 990_000, 50_000_000)),
            ("p50<=1s", latency(Time::Response, 500_000, 1_000_000_000)),
            ("service p99.9 <= 1m30s", latency(Time::Service, 999_000, 90_000_000_000)),
            ("server  p99.9999 <= 30ms", latency(Time::Server, 999_999, 30_000_000)),
            ("delivery p95 <= 0.5s", latency(Time::Delivery, 950_000, 500_000_000)),
            (IMPLIED, Limit::Errors { at_most_ppm: IMPLIED_PPM }),
            ("rate >= 99%", Limit::Rate { at_least_ppm: 990_000 }),
        ] {
            assert_eq!(limit(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "p99",
            "p99 < 50ms",
            "p99 >= 50ms",
            "p100 <= 1s",
            "p0 <= 1s",
            "99 <= 50ms",
            "p99 <= 50",
            "p99 <= -1s",
            "errors >= 1%",
            "errors <= 1",
            "rate <= 99%",
            "rate >= 0%",
            "mean <= 1ms",
            "client p99 <= 1ms",
            "p99 <= 1ms <= 2ms",
            "service errors <= 1%",
        ] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
