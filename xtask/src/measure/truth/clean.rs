//! Runs that nothing disturbs but the machine: the generator may not be late of its own, and what is INVALID must say
//! what the machine did.

use anyhow::Result;
use serde_json::Value;

use super::Section;
use crate::measure::bench::Bench;
use crate::measure::hanno::{codes, verdict};
use crate::measure::percentile::{median, nearest_rank};
use crate::measure::schedule::scenario;
use crate::measure::show::table;
use crate::say;

const PER_SECOND: u32 = 1000;
const SECONDS: u32 = 10;

/// How long all of it takes, start and end of each run included.
pub(super) fn seconds(runs: u32) -> u32 {
    runs * (SECONDS + 1)
}

/// Runs them one after the other.
pub(super) fn measure(bench: &Bench, runs: u32) -> Result<Section> {
    let mut all = Vec::new();
    for number in 1..=runs {
        if number % 10 == 1 {
            say::error(&format!("run {number} of {runs}, {SECONDS} s each"));
        }
        let sink = bench.hanno.sink(&bench.folder.join(format!("clean-{number}.csv")), &[])?;
        let scenario = bench.scenario(&scenario("clean", &sink.url, PER_SECOND, SECONDS))?;
        let record = bench.folder.join(format!("clean-{number}"));
        all.push(bench.hanno.run(&scenario, &sink.url, &record, SECONDS)?);
        sink.finish()?;
    }
    Ok(section(&all))
}

fn broken(all: &[Value]) -> Vec<String> {
    let mut broken = Vec::new();
    for (number, run) in (1..).zip(all) {
        let found = codes(run);
        if found.contains(&"GENERATOR_LATE") {
            broken.push(format!("run {number} says that the generator was late"));
        }
        if run["verdict"] == "INVALID" && !found.contains(&"MACHINE_NOISY") {
            broken.push(format!("run {number} is {} without MACHINE_NOISY", verdict(run)));
        }
    }
    broken
}

/// A percentile of a run in microseconds.
fn p99_us(run: &Value, name: &str) -> Option<i64> {
    run[name]["p99"].as_i64()
}

fn section(all: &[Value]) -> Section {
    let invalid = |run: &&Value| run["verdict"] == "INVALID";
    let spread = |name: &str| {
        let mut values: Vec<i64> = all.iter().filter_map(|run| p99_us(run, name)).collect();
        values.sort_unstable();
        let at = |per_mille| nearest_rank(&values, per_mille).unwrap_or_default();
        let middle = median(&values).unwrap_or_default();
        vec![
            format!("{} p99", name.trim_end_matches("_us").replace('_', " ")),
            at(0).to_string(),
            middle.to_string(),
            at(900).to_string(),
            at(1000).to_string(),
        ]
    };
    let figures = ["lateness_us", "timer_probe_us", "runtime_lag_us"].map(spread);
    let mut text = format!(
        "{} runs at {PER_SECOND}/s, evenly spaced, {SECONDS} s each; {} INVALID. None may be late of its own \
         (GENERATOR_LATE), and whatever is INVALID must have MACHINE_NOISY among its findings, with the figures. \
         Microseconds, over the runs:\n\n{}",
        all.len(),
        all.iter().filter(invalid).count(),
        table(&["", "least", "median", "90 %", "greatest"], &figures)
    );
    let row = |(number, run): (u32, &Value)| {
        let us = |name| p99_us(run, name).map_or_else(String::new, |us| us.to_string());
        let steal = run["watch"]["steal_share"].as_f64().unwrap_or_default();
        let class = run["streams"][0]["audit"]["class"].as_str().unwrap_or_default();
        vec![
            number.to_string(),
            us("lateness_us"),
            us("timer_probe_us"),
            us("runtime_lag_us"),
            format!("{:.1}", 100.0 * steal),
            class.to_owned(),
            verdict(run),
        ]
    };
    let rows: Vec<Vec<String>> = (1..).zip(all).filter(|(_, run)| invalid(run)).map(row).collect();
    if !rows.is_empty() {
        let header = [
            "INVALID",
            "lateness p99",
            "timer probe p99",
            "runtime lag p99",
            "steal, %",
            "class",
            "verdict",
        ];
        text = format!("{text}\n{}", table(&header, &rows));
    }
    Section { text, broken: broken(all) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(verdict: &str, codes: &[&str]) -> Value {
        let findings: Vec<Value> =
            codes.iter().map(|code| json!({ "code": code, "severity": "invalid" })).collect();
        json!({ "verdict": verdict, "findings": findings, "lateness_us": { "p99": 70 } })
    }

    #[test]
    fn only_the_machine_may_make_a_run_invalid() {
        let noisy = run("INVALID", &["MACHINE_NOISY", "ARRIVAL_CLASS"]);
        assert_eq!(broken(&[run("PASS", &[]), noisy.clone()]), [""; 0]);
        let late = run("INVALID", &["GENERATOR_LATE", "MACHINE_NOISY"]);
        assert_eq!(broken(&[late]), ["run 1 says that the generator was late"]);
        let class = run("INVALID", &["ARRIVAL_CLASS"]);
        assert_eq!(
            broken(&[noisy, class]),
            ["run 2 is INVALID (ARRIVAL_CLASS) without MACHINE_NOISY"]
        );
    }

    #[test]
    fn every_invalid_run_is_shown_with_its_figures() {
        let text = section(&[run("PASS", &[]), run("INVALID", &["MACHINE_NOISY"])]).text;
        assert!(text.contains("2 runs at 1000/s") && text.contains("1 INVALID"), "{text}");
        assert!(text.contains("INVALID (MACHINE_NOISY)"), "{text}");
    }
}
