//! What the runs say, as tables.

use std::collections::BTreeSet;

use serde_json::Value;

use super::runs::Shown;
use super::{Seen, codes, verdict};
use crate::measure::show::{milliseconds, table};

/// Verdict and findings of each run, a line each.
pub(super) fn verdicts(seen: &[Seen]) -> String {
    seen.iter().map(verdict_line).collect()
}

fn verdict_line(seen: &Seen) -> String {
    let Shown { name, fires, must_not, .. } = seen.shown;
    let found: BTreeSet<&str> = codes(&seen.run).into_iter().collect();
    let found = if found.is_empty() { "nothing".to_owned() } else { one_line(&found) };
    let fires = fires.iter().map(|code| format!("must show {code}"));
    let must_not = must_not.iter().map(|code| format!("must not show {code}"));
    let must: Vec<String> = fires.chain(must_not).collect();
    let (verdict, must) = (verdict(&seen.run), must.join(", "));
    format!("- **{name}**: {verdict}. Shows {found}; {must}.\n")
}

fn one_line(codes: &BTreeSet<&str>) -> String {
    codes.iter().copied().collect::<Vec<_>>().join(", ")
}

/// Each step of each run, over all measured phases of its stream.
pub(super) fn by_step(seen: &[Seen]) -> String {
    let rows: Vec<Vec<String>> = seen
        .iter()
        .flat_map(|seen| list(&seen.run, "steps").iter().map(|step| step_row(seen, step)))
        .collect();
    let header = [
        "run: step",
        "asked for",
        "came",
        "class",
        "places",
        "p50",
        "p99",
        "server p50",
        "server p99",
    ];
    table(&header, &rows)
}

fn step_row(seen: &Seen, step: &Value) -> Vec<String> {
    let name = step["stream"].as_str().unwrap_or_default();
    let stream = list(&seen.run, "streams").iter().find(|stream| stream["name"] == name);
    let of_stream = |path: &str| stream.and_then(|stream| stream.pointer(path));
    let came = of_stream("/measured/planned").and_then(Value::as_u64);
    let asked = asked(&seen.run, name).or(came);
    let mut row = vec![
        format!("{}: {}", seen.shown.name, step["step"].as_str().unwrap_or_default()),
        count(asked),
        count(came),
        of_stream("/audit/class").and_then(Value::as_str).unwrap_or("-").to_owned(),
        count(of_stream("/audit/positions").and_then(Value::as_u64)),
    ];
    row.extend(times(step, "response_us", &["p50", "p99"]));
    row.extend(times(step, "server_us", &["p50", "p99"]));
    row
}

/// Each measured phase of streams that have several.
pub(super) fn by_phase(seen: &[Seen]) -> String {
    let mut rows = Vec::new();
    for seen in seen {
        let phases = list(&seen.run, "phases");
        for phase in phases {
            let alike = |other: &&Value| other["stream"] == phase["stream"];
            if phases.iter().filter(alike).count() > 1 {
                rows.push(phase_row(seen.shown.name, phase));
            }
        }
    }
    table(&["run: stream/phase", "asked/s", "requests", "p50", "p90", "p99"], &rows)
}

fn phase_row(run: &str, phase: &Value) -> Vec<String> {
    let text = |name: &str| phase[name].as_str().unwrap_or_default();
    let asked = phase["asked_per_s"].as_f64();
    let mut row = vec![
        format!("{run}: {}/{}", text("stream"), text("phase")),
        asked.map_or_else(none, |rate| rate.to_string()),
        count(phase["count"].as_u64()),
    ];
    row.extend(times(phase, "response_us", &["p50", "p90", "p99"]));
    row
}

/// Arrivals of closed phases if answers took no time, by the findings about them.
pub(super) fn asked(run: &Value, stream: &str) -> Option<u64> {
    let closed = list(run, "findings").iter().filter(|finding| {
        let subject = finding["subject"].as_str().unwrap_or_default();
        finding["code"] == "CLOSED_MODEL" && subject.split(['/', '.', ' ']).next() == Some(stream)
    });
    let numbers: Vec<f64> =
        closed.filter_map(|finding| finding["numbers"]["asked_count"].as_f64()).collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of arrivals, far below 2^53"
    )]
    let sum = numbers.iter().sum::<f64>().round() as u64;
    (!numbers.is_empty()).then_some(sum)
}

fn times(of: &Value, kind: &str, quantiles: &[&str]) -> Vec<String> {
    let time = |quantile: &&str| {
        let us = of[kind][*quantile].as_i64();
        us.map_or_else(none, |us| milliseconds(us * 1000))
    };
    quantiles.iter().map(time).collect()
}

fn count(number: Option<u64>) -> String {
    number.map_or_else(none, |number| number.to_string())
}

fn none() -> String {
    "-".to_owned()
}

fn list<'a>(run: &'a Value, name: &str) -> &'a [Value] {
    run[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::RUNS;
    use super::*;

    const RUN: &str = r#"{"verdict":"PASS",
        "findings":[{"code":"CLOSED_MODEL","severity":"warning","subject":"a","numbers":{"asked_count":500}}],
        "streams":[{"name":"a","measured":{"planned":250},"audit":{"class":"CLUSTERED","positions":4}}],
        "steps":[{"stream":"a","step":"GET","response_us":{"p50":1000,"p99":20000}}],
        "phases":[{"stream":"a","phase":"x","asked_per_s":0.5,"count":9,"response_us":{"p50":2000,"p90":1,"p99":2}},
                  {"stream":"a","phase":"y","asked_per_s":null,"count":9},
                  {"stream":"b","phase":"z"}]}"#;

    #[test]
    fn a_run_is_told_in_rows() {
        let seen = [Seen { shown: &RUNS[0], run: RUN.parse().unwrap() }];
        let last = |text: String| text.lines().last().unwrap().replace(' ', "");
        let steps = "|pace:GET|500|250|CLUSTERED|4|1.00|20.00|-|-|";
        assert_eq!(last(by_step(&seen)), steps);
        assert_eq!(last(by_phase(&seen)), "|pace:a/y|-|9|-|-|-|");
        assert!(by_phase(&seen).contains("pace: a/x"), "{}", by_phase(&seen));
        let verdict = "- **pace**: PASS. Shows CLOSED_MODEL; must show CLOSED_MODEL.\n";
        assert_eq!(verdicts(&seen), verdict);
    }
}
