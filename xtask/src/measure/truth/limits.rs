//! A generator that is short of CPU, descriptors, ports or users: every run must be INVALID and name what it lacks, and
//! a twin with enough of it must not.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

use super::Section;
use super::confined::{self, TenthOfACore};
use crate::measure::bench::Bench;
use crate::measure::hanno::{Hanno, codes};
use crate::measure::schedule::scenario;
use crate::measure::show::table;
use crate::say;

const SECONDS: u32 = 3;

/// One run in so many is a twin's; at least one.
const TWINS_ONE_IN: u32 = 5;

/// What is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    Cpu,
    Descriptors,
    Ports,
    Users,
}

const ALL: [Short; 4] = [Short::Cpu, Short::Descriptors, Short::Ports, Short::Users];

/// What came of a limit, or of its twin.
#[derive(Debug, Default)]
struct Tally {
    runs: u32,
    invalid: u32,
    named: u32,
    /// Runs without a record.
    failed: Vec<String>,
    /// Every code, and how often.
    codes: BTreeMap<String, u32>,
    /// Share of the arrivals that were dropped, the least of all runs, in percent.
    dropped_percent_min: f64,
}

/// How long all of it takes, start and drain of each run included.
pub(super) fn seconds(runs: u32) -> u32 {
    // What comes late for want of CPU is still served.
    (runs + twins(runs)) * ((SECONDS + 3) * 4 + 6)
}

fn twins(runs: u32) -> u32 {
    (runs / TWINS_ONE_IN).max(1)
}

/// Runs with each limit, and without.
pub(super) fn measure(bench: &Bench, runs: u32) -> Result<Section> {
    confined::require_root()?;
    let mut tallies = Vec::new();
    for short in ALL {
        say::error(&format!("{}: {runs} runs, {} without the limit", short.said(), twins(runs)));
        let limited = short.tally(bench, true, runs);
        tallies.push((short, limited, short.tally(bench, false, twins(runs))));
    }
    Ok(section(&tallies))
}

impl Short {
    fn code(self) -> &'static str {
        match self {
            Self::Cpu => "GENERATOR_CPU",
            Self::Descriptors => "DESCRIPTORS",
            Self::Ports => "PORTS",
            Self::Users => "USERS_EXHAUSTED",
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Cpu => "a tenth of a core at 5000/s",
            Self::Descriptors => "100 descriptors for 400 connections",
            Self::Ports => "100 ports for 400 connections",
            Self::Users => "10 users and 10 places for 20 at once",
        }
    }

    /// Requests per second, and what the sink does with them.
    fn load(self) -> (u32, &'static [&'static str]) {
        match self {
            // At less than twice of what it has, it may just keep up.
            Self::Cpu => (5000, &[]),
            Self::Descriptors | Self::Ports => (200, &["--latency", "constant:2s"]),
            Self::Users => (200, &["--latency", "constant:100ms"]),
        }
    }

    fn tally(self, bench: &Bench, limited: bool, runs: u32) -> Tally {
        let mut tally = Tally { dropped_percent_min: 100.0, ..Tally::default() };
        for run in 1..=runs {
            let name = format!(
                "{}-{}-{run}",
                self.code().to_lowercase(),
                if limited { "limited" } else { "twin" }
            );
            let ran = self.run(bench, limited, &name);
            tally.add(ran, self.code());
        }
        tally
    }

    fn run(self, bench: &Bench, limited: bool, name: &str) -> Result<Value> {
        let (per_second, behaviour) = self.load();
        let network = match self {
            Self::Ports => Some(confined::own_network(limited.then_some((40_000, 40_099)))),
            _ => None,
        };
        let server =
            network.map_or_else(|| bench.hanno.clone(), |network| bench.hanno.within(&network));
        let sink = server.sink(&bench.folder.join(format!("{name}.csv")), behaviour)?;
        let mut text = scenario("limits", &sink.url, per_second, SECONDS);
        if self == Self::Users {
            // The twin has room for a machine that stands still for a second.
            let (users, queue) = if limited { (10, 10) } else { (200, 600) };
            let mix = "journeys = { get = 1 }\n";
            text = text.replace(mix, &format!("{mix}users = {users}\nqueue = {queue}\n"));
        }
        let group = (self == Self::Cpu && limited).then(TenthOfACore::make).transpose()?;
        let generator = self.generator(&bench.hanno, limited, sink.id(), group.as_ref());
        let record = bench.folder.join(name);
        let run = generator.run(&bench.scenario(&text)?, &sink.url, &record, SECONDS);
        sink.finish()?;
        run
    }

    fn generator(
        self,
        hanno: &Hanno,
        limited: bool,
        sink: u32,
        group: Option<&TenthOfACore>,
    ) -> Hanno {
        match (self, group) {
            (Self::Cpu, Some(group)) => hanno.within(&group.within()),
            (Self::Descriptors, _) if limited => hanno.within(&confined::descriptors(100)),
            (Self::Ports, _) => hanno.within(&confined::network_of(sink)),
            _ => hanno.clone(),
        }
    }
}

impl Tally {
    fn add(&mut self, ran: Result<Value>, code: &str) {
        self.runs += 1;
        let run = match ran {
            Ok(run) => run,
            Err(error) => return self.failed.push(format!("{error:#}")),
        };
        let found = codes(&run);
        self.invalid += u32::from(run["verdict"] == "INVALID");
        self.named += u32::from(found.contains(&code) && is_invalid(&run, code));
        for code in found {
            *self.codes.entry(code.to_owned()).or_default() += 1;
        }
        let count = |name: &str| run["counts"][name].as_f64().unwrap_or_default();
        let dropped_percent = 100.0 * count("dropped") / count("planned").max(1.0);
        self.dropped_percent_min = self.dropped_percent_min.min(dropped_percent);
    }

    fn codes(&self) -> String {
        let codes = self.codes.iter().map(|(code, count)| format!("{code} {count}"));
        codes.collect::<Vec<_>>().join(", ")
    }
}

/// A warning of the same code is no judgement.
fn is_invalid(run: &Value, code: &str) -> bool {
    let findings = run["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    findings.iter().any(|finding| finding["code"] == code && finding["severity"] == "invalid")
}

fn broken(short: Short, limited: &Tally, twin: &Tally) -> Vec<String> {
    let mut broken: Vec<String> = Vec::new();
    let code = short.code();
    for why in limited.failed.iter().chain(&twin.failed) {
        broken.push(format!("{}: a run left no record: {why}", short.said()));
    }
    if limited.named < limited.runs || limited.invalid < limited.runs {
        broken.push(format!(
            "{}: {} of {} runs are INVALID, {} name {code}",
            short.said(),
            limited.invalid,
            limited.runs,
            limited.named
        ));
    }
    if twin.named > 0 {
        broken.push(format!("without the limit {} of {} runs name {code}", twin.named, twin.runs));
    }
    if short == Short::Users && limited.dropped_percent_min <= 0.1 {
        broken.push("so few users dropped too little to show anything".to_owned());
    }
    broken
}

fn section(tallies: &[(Short, Tally, Tally)]) -> Section {
    let row = |(short, limited, twin): &(Short, Tally, Tally)| {
        let of = |tally: &Tally| format!("{} of {}", tally.named, tally.runs);
        vec![
            short.said().to_owned(),
            short.code().to_owned(),
            of(limited),
            limited.codes(),
            of(twin),
            twin.codes(),
        ]
    };
    let rows: Vec<Vec<String>> = tallies.iter().map(row).collect();
    let header = [
        "short of",
        "code",
        "named",
        "all that was found",
        "twin: named",
        "twin: all that was found",
    ];
    let dropped = tallies.iter().find(|(short, _, _)| *short == Short::Users);
    let text = format!(
        "Runs of {SECONDS} s with a limit that the kernel sets (a control group with a quota, `prlimit`, a network namespace \
         with few ephemeral ports) or a pool that is too small. Each must be INVALID with that code among its invalid \
         findings; a twin that has enough must not have it. Of the arrivals for too few users at least {:.1} % were \
         dropped.\n\n{}",
        dropped.map_or(f64::NAN, |(_, limited, _)| limited.dropped_percent_min),
        table(&header, &rows)
    );
    let broken = tallies.iter().flat_map(|(short, limited, twin)| broken(*short, limited, twin));
    Section { text, broken: broken.collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tally(code: &str, severity: &str, dropped: u64) -> Tally {
        let mut tally = Tally { dropped_percent_min: 100.0, ..Tally::default() };
        let verdict = if severity == "invalid" { "INVALID" } else { "PASS" };
        let run = json!({
            "verdict": verdict,
            "findings": [{ "code": code, "severity": severity }],
            "counts": { "planned": 600, "dropped": dropped },
        });
        tally.add(Ok(run), "USERS_EXHAUSTED");
        tally
    }

    #[test]
    fn every_run_must_name_what_it_lacks_and_no_twin_may() {
        let good = || tally("USERS_EXHAUSTED", "invalid", 300);
        let other = || tally("MACHINE_NOISY", "invalid", 300);
        assert_eq!(broken(Short::Users, &good(), &other()), [""; 0]);
        assert_eq!(broken(Short::Users, &other(), &other()).len(), 1, "not named");
        assert_eq!(broken(Short::Users, &good(), &good()).len(), 1, "named by the twin");
        let warned = tally("USERS_EXHAUSTED", "warning", 300);
        assert_eq!(broken(Short::Users, &warned, &other()).len(), 1, "a warning is no judgement");
        assert_eq!(
            broken(Short::Users, &tally("USERS_EXHAUSTED", "invalid", 0), &other()).len(),
            1
        );
    }

    #[test]
    fn a_run_that_leaves_no_record_is_no_finding() {
        let mut limited = Tally::default();
        limited.add(Err(anyhow::anyhow!("exit 5")), "DESCRIPTORS");
        assert_eq!(broken(Short::Descriptors, &limited, &Tally::default()).len(), 2);
    }
}
