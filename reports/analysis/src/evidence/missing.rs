//! What a record should hold and does not: found while it is read, or by comparing its parts.

use run_record::latency::Kind;
use run_record::run::State;

use super::Evidence;

/// Rows of the machine may end this many seconds before the run does: the last second is not over, and one
/// may be under way to the disk.
const SECONDS_SPARE: u32 = 3;

/// The most parts that are named; further ones are counted only.
const PARTS_MAX: usize = 20;

/// A part of the record that could not be used, or not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is not there, in the record's own names.
    pub what: String,
    /// Why, as far as it is known.
    pub why: String,
}

/// Adds one, or counts it with the last where there are many already.
pub(super) fn note(missing: &mut Vec<Missing>, what: &str, why: &impl ToString) {
    if missing.len() < PARTS_MAX {
        missing.push(Missing { what: what.to_owned(), why: why.to_string() });
    } else if missing.len() == PARTS_MAX {
        let why = format!("only the first {PARTS_MAX} are named");
        missing.push(Missing { what: "more parts".to_owned(), why });
    }
}

/// What the counters say was there against what was found.
pub(super) fn compare(evidence: &mut Evidence) {
    // While a run goes on, `run.json` is seconds behind the files beside it.
    if evidence.run.state == State::Running {
        let why =
            "the run was killed or still goes on, and run.json was last written up to 10 s before";
        note(&mut evidence.missing, "the newest counts, objectives and tables", &why);
        return;
    }
    let short: Vec<(String, String)> = evidence
        .run
        .steps
        .iter()
        .filter_map(|step| {
            let found = evidence.measured(&step.stream, &step.step, Kind::Response).len();
            (found < step.count).then(|| {
                let what = format!("times of {}: {}", step.stream, step.step);
                (what, format!("latency.hlog holds {found} of {} completed requests", step.count))
            })
        })
        .collect();
    for (what, why) in short {
        note(&mut evidence.missing, &what, &why);
    }
    let ended = evidence.run.ended_ns.unwrap_or(0) / 1_000_000_000;
    let seen = evidence.resources.last().map_or(0, |row| row.second);
    let none = seen == 0 && ended > 0;
    if none || u64::from(seen.saturating_add(SECONDS_SPARE)) < ended {
        let why = format!("resources/ reaches second {seen} of {ended}");
        note(&mut evidence.missing, "seconds of the machine", &why);
    }
}
