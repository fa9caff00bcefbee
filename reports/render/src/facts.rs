//! What every way of showing a run says, derived once from the run, so that terminal and page cannot disagree.

use load_plan::closed;
use load_plan::plan::{Limit, PhaseKind, Stream, Time};
use run_analysis::judge::unsent;
use run_record::preflight::Preflight;
use run_record::run::{
    Counts, ErrorCount, Finding, ObjectiveResult, ObjectiveStatus, Run, Severity, State, Verdict,
};
use run_record::spread::Spread;

use crate::{text, units};

/// One objective with its figures in words.
pub(crate) struct Objective {
    /// How it was decided.
    pub(crate) status: Option<ObjectiveStatus>,
    /// The step it limits.
    pub(crate) step: String,
    /// As written, with a word where Hanno added it.
    pub(crate) text: String,
    /// Measured percentile where there is one, share over and counts.
    pub(crate) figures: String,
}

/// The objectives in the order of the plan.
pub(crate) fn objectives(run: &Run) -> Vec<Objective> {
    let one = |(index, result): (usize, &ObjectiveResult)| Objective {
        status: result.status,
        step: result.step.clone(),
        text: if result.implied {
            format!("{} (implied)", result.text)
        } else {
            result.text.clone()
        },
        figures: figures(
            run,
            result,
            run.plan.objectives.get(index).map(|objective| objective.limit),
        ),
    };
    run.objectives.iter().enumerate().map(one).collect()
}

fn figures(run: &Run, result: &ObjectiveResult, limit: Option<Limit>) -> String {
    if result.total == 0 {
        return "nothing counted for it".to_owned();
    }
    // What a stop kept from being sent is no figure of the target.
    let unsent = limit.map_or(0, |limit| unsent(run, &result.step, limit)).min(result.over);
    let sent = ObjectiveResult {
        total: result.total.saturating_sub(unsent),
        over: result.over - unsent,
        ..result.clone()
    };
    match (sent.total, unsent) {
        (_, 0) => counted(run, result, limit),
        (0, unsent) => format!("none of {} was sent to its end", units::count(unsent)),
        (_, unsent) => {
            let more = units::count(unsent);
            format!("{}; {more} more were not sent to their end", counted(run, &sent, limit))
        }
    }
}

fn counted(run: &Run, result: &ObjectiveResult, limit: Option<Limit>) -> String {
    let over = units::percent_of(result.over, result.total);
    let of = format!("{} of {}", units::count(result.over), units::count(result.total));
    match limit {
        Some(Limit::Latency { time, quantile_ppm, .. }) => {
            let measured = measured(run, &result.step, time, quantile_ppm)
                .map(|us| format!("{} {}; ", percentile_name(quantile_ppm), units::time_us(us)))
                .unwrap_or_default();
            format!("{measured}{over} over ({of})")
        }
        Some(Limit::Errors { .. }) => format!("{over} not completed ({of})"),
        Some(Limit::Rate { .. }) => {
            let offered =
                units::percent_of(result.total - result.over.min(result.total), result.total);
            format!("{offered} offered ({of} not)")
        }
        None => format!("{over} over ({of})"),
    }
}

/// The percentile of completed requests, the greatest over the streams that have the step; only
/// those that a record keeps for every step.
fn measured(run: &Run, step: &str, time: Time, quantile_ppm: u32) -> Option<u64> {
    let of_spread = |spread: &Spread| match quantile_ppm {
        500_000 => Some(spread.p50),
        900_000 => Some(spread.p90),
        950_000 => Some(spread.p95),
        990_000 => Some(spread.p99),
        999_000 => Some(spread.p999),
        _ => None,
    };
    let steps = run.steps.iter().filter(|result| result.step == step);
    let spreads = steps.filter_map(|result| match time {
        Time::Response => result.response_us,
        Time::Service => result.service_us,
        Time::Server => result.server_us,
        Time::Delivery => result.delivery_us,
    });
    spreads.filter_map(|spread| of_spread(&spread)).max()
}

/// `p99` for 990 000, `p99.95` for 999 500.
fn percentile_name(quantile_ppm: u32) -> String {
    format!("p{}", f64::from(quantile_ppm) / 10_000.0)
}

/// The verdict in one word; what a run without one is doing otherwise.
pub(crate) fn verdict_word(run: &Run) -> &'static str {
    match (run.verdict, run.state) {
        (Some(Verdict::Pass), _) => "PASS",
        (Some(Verdict::Inconclusive), _) => "INCONCLUSIVE",
        (Some(Verdict::Fail), _) => "FAIL",
        (Some(Verdict::Invalid), _) => "INVALID",
        (None, State::Running) => "RUNNING",
        (None, _) => "NOT JUDGED",
    }
}

/// Why the verdict is what it is, in a sentence, and how far the run came if not to its end.
pub(crate) fn verdict_reason(run: &Run) -> String {
    let reason = match run.verdict {
        Some(Verdict::Invalid) if run.unreachable.is_some() => {
            let why = run.unreachable.as_deref().unwrap_or_default();
            format!("The target could not be reached: {}.", why.trim_end_matches('.'))
        }
        Some(Verdict::Invalid) => {
            format!("The run says nothing about the target: {}.", codes(run, Severity::Invalid))
        }
        Some(Verdict::Fail) => match tally(run, ObjectiveStatus::Missed) {
            (0, _) => format!("{}.", codes(run, Severity::Fail)),
            (missed, all) => format!("{missed} of {all} objectives missed."),
        },
        Some(Verdict::Inconclusive) if run.state == State::Running => {
            "The run did not come to its end, so nothing is decided.".to_owned()
        }
        Some(Verdict::Inconclusive) => match tally(run, ObjectiveStatus::Undecided) {
            (0, _) => "What was seen holds, but the run did not come to its end.".to_owned(),
            (undecided, all) => {
                format!("Too little was seen to decide {undecided} of {all} objectives.")
            }
        },
        Some(Verdict::Pass) => match tally(run, ObjectiveStatus::Held) {
            (1, 1) => "The objective holds.".to_owned(),
            (held, all) if held == all => format!("All {all} objectives hold."),
            (held, all) => format!("{held} of {all} objectives hold."),
        },
        None => "Not judged: the run is still going, or was killed before its end.".to_owned(),
    };
    let stopped = match run.state {
        State::Interrupted if run.verdict == Some(Verdict::Invalid) => " It was interrupted.",
        State::Interrupted => " The run was interrupted: this speaks of the part that was seen.",
        State::Aborted => " Hanno stopped the run before its end.",
        State::Running | State::Finished => "",
    };
    text::clean(&(reason + stopped))
}

/// How many objectives have the status, and how many there are.
fn tally(run: &Run, status: ObjectiveStatus) -> (usize, usize) {
    let with = run.objectives.iter().filter(|objective| objective.status == Some(status)).count();
    (with, run.objectives.len())
}

/// What went wrong: class, status and the target's own word.
pub(crate) fn error(error: &ErrorCount) -> String {
    let status = error.status.map(|status| format!(" {status}"));
    let code = error.code.as_ref().map(|code| format!(" {code}"));
    format!("{}{}{}", error.class, status.unwrap_or_default(), code.unwrap_or_default())
}

/// Findings of one code and severity, which follow each other in a run.
pub(crate) struct FindingGroup<'a> {
    pub(crate) code: &'a str,
    pub(crate) severity: Severity,
    /// What each of them speaks of, and its figures.
    pub(crate) cases: Vec<&'a Finding>,
}

/// Findings so that what is the same of several is said once.
pub(crate) fn finding_groups(findings: &[Finding]) -> Vec<FindingGroup<'_>> {
    let alike =
        |one: &Finding, other: &Finding| one.code == other.code && one.severity == other.severity;
    let groups = findings.chunk_by(alike).filter_map(|cases| {
        let first = cases.first()?;
        Some(FindingGroup {
            code: &first.code,
            severity: first.severity,
            cases: cases.iter().collect(),
        })
    });
    groups.collect()
}

/// The codes of the findings of one severity, each once, in order.
fn codes(run: &Run, severity: Severity) -> String {
    let mut codes: Vec<&str> = Vec::new();
    for finding in run.findings.iter().filter(|finding| finding.severity == severity) {
        if !codes.contains(&finding.code.as_str()) {
            codes.push(&finding.code);
        }
    }
    if codes.is_empty() { "no finding says why".to_owned() } else { codes.join(", ") }
}

/// The names of the counters in the order of the conservation sum, with their values.
pub(crate) fn parts(counts: &Counts) -> [(&'static str, u64); 7] {
    [
        ("completed", counts.completed),
        ("failed", counts.failed),
        ("timed out", counts.timed_out),
        ("dropped", counts.dropped),
        ("abandoned", counts.abandoned),
        ("unreleased", counts.unreleased),
        ("lost", counts.lost),
    ]
}

/// `planned = completed + …`, with `≠` where it does not hold. Of a run that has not ended, what was known of it.
pub(crate) fn conservation(run: &Run) -> String {
    let counts = &run.counts;
    let sum: u128 = parts(counts).iter().map(|(_, count)| u128::from(*count)).sum();
    let sign = match run.state {
        State::Running => "; known of them:",
        _ if sum == u128::from(counts.planned) => " =",
        _ => " ≠",
    };
    // Numbers stay with their names, and not with the signs, when a line is broken.
    let terms = parts(counts)
        .map(|(name, count)| format!("{} {name}", units::count(count)).replace(' ', "\u{a0}"));
    format!("{}\u{a0}planned{sign} {}", units::count(counts.planned), terms.join(" + "))
}

/// Arrivals that were offered: all but those that never started or were lost.
pub(crate) fn offered(counts: &Counts) -> u64 {
    counts.planned.saturating_sub(counts.dropped + counts.unreleased + counts.lost)
}

/// What the way to the target cost before the run, in a sentence for each base URL.
pub(crate) fn ways(run: &Run) -> Vec<String> {
    let median = |spread: Option<Spread>| spread.map(|spread| units::time_us(spread.p50));
    let of = |way: &Preflight| {
        let times = [
            ("connection", median(way.connect_us)),
            ("with TLS", median(way.tls_us)),
            ("round trip", median(way.round_trip_us)),
        ];
        let known = times.into_iter().filter_map(|(name, time)| Some(format!("{name} {}", time?)));
        let known = known.collect::<Vec<_>>().join(", ");
        let several = (run.preflight.len() > 1).then(|| format!("{}: ", text::clean(&way.base)));
        several.unwrap_or_default() + &known
    };
    run.preflight.iter().map(of).collect()
}

/// Seconds of a stream's measured phases.
pub(crate) fn measured_seconds(stream: &Stream) -> f64 {
    let measured = stream.phases.iter().filter(|phase| phase.measured);
    units::seconds(measured.map(|phase| phase.duration_ns).sum())
}

/// Arrivals that a stream's measured phases asked for: those planned, but of closed users, whose arrivals are planned
/// as answers come, as many as there were if answers took no time.
pub(crate) fn asked(stream: &Stream, planned: u64) -> u64 {
    let measured = stream.phases.iter().filter(|phase| phase.measured);
    let closed = measured.filter_map(|phase| match &phase.kind {
        PhaseKind::Closed(users) => Some(closed::asked(users, phase.duration_ns)),
        _ => None,
    });
    closed.reduce(u64::saturating_add).unwrap_or(planned)
}

/// `count` in `seconds` as a rate; a dash where no time passed.
pub(crate) fn rate(count: u64, seconds: f64) -> String {
    if seconds <= 0.0 {
        return "—".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "at most two decimals are shown")]
    units::per_second(count as f64 / seconds)
}

/// The machine and the target by name, without what is not known.
pub(crate) fn environment(run: &Run) -> Vec<(String, String)> {
    let environment = &run.environment;
    let cores = format!(
        "{} given of {}",
        units::number(environment.cores_given),
        units::count(environment.cores.into())
    );
    let build =
        environment.commit.as_ref().map_or_else(String::new, |commit| format!(" ({commit})"));
    let known = [
        ("target", Some(environment.target.clone())),
        ("store", environment.store.clone()),
        ("store endpoint", environment.endpoint.clone()),
        ("slow credentials", environment.credentials.clone()),
        ("distance", environment.distance.as_ref().map(|held| format!("{held} each way"))),
        ("data set SHA-256", environment.dataset_sha256.clone()),
        ("Hanno", Some(format!("{}{build}", environment.hanno))),
        ("compiler", environment.rustc.clone()),
        ("kernel", Some(environment.kernel.clone())),
        ("processor", Some(environment.cpu_model.clone())),
        ("cores", Some(cores)),
        ("memory", Some(units::bytes(environment.memory))),
    ];
    let limits = environment.limits.iter();
    let limits = limits.map(|(name, limit)| (format!("limit of {name}"), units::count(*limit)));
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    known.filter(|(_, value)| !value.is_empty()).chain(limits).collect()
}

#[cfg(test)]
mod tests {
    use load_plan::scenario::{Context, parse};

    use super::*;

    #[test]
    fn of_closed_users_more_is_asked_for_than_came() {
        let stream = |name: &str, load: &str| {
            let idle = "[[stream.phase]]\nkind = \"idle\"\nduration = \"5s\"\n";
            format!(
                "[[stream]]\nname = \"{name}\"\njourneys = {{ get = 1 }}\n\
                 [[stream.phase]]\nduration = \"3s\"\n{load}\n{idle}"
            )
        };
        let text = format!(
            "schema = 1\nname = \"both\"\ntarget = \"bundled\"\n{}{}\
             [[journey.get.step]]\nname = \"GET\"\nrequest = {{ path = \"/\" }}\n",
            stream("open", "rate = \"10/s\""),
            stream("closed", "kind = \"closed\"\nusers = 2\npace = \"500ms\""),
        );
        let plan = parse("both.toml", &text, &Context::default()).expect("it is right").plan;
        assert_eq!(asked(&plan.streams[0], 30), 30);
        assert_eq!(asked(&plan.streams[1], 7), 12);
    }
}
