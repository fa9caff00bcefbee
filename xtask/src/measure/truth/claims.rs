//! What a run says of its times in each of the four forms that it says it in, each read as a stranger would read it:
//! the summary and the page as text, `run.json` as JSON, the latency log with the library that its format is named for.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use serde_json::Value;

use crate::measure::hanno::{number, read_run, summary_path};

/// Where a figure is printed.
pub(super) const FORMS: [&str; 4] = ["terminal", "JSON", "HTML", "hlog"];

/// Which times are compared.
pub(super) const TIMES: [&str; 2] = ["response", "service"];

/// As they are printed, as `run.json` names them, and what they are, per mille.
const PERCENTILES: [(&str, &str, usize); 5] = [
    ("p50", "p50", 500),
    ("p90", "p90", 900),
    ("p95", "p95", 950),
    ("p99", "p99", 990),
    ("p99.9", "p999", 999),
];

/// One printed percentile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) form: &'static str,
    pub(super) time: &'static str,
    pub(super) per_mille: usize,
    pub(super) ns: i64,
}

/// All that a run with one step has printed.
pub(super) fn of_record(record: &Path) -> Result<Vec<Claim>> {
    let file = |name: &str| {
        let path = record.join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let summary = fs::read_to_string(summary_path(record)).context("cannot read the summary")?;
    let claims = [
        terminal(&summary).context("the summary"),
        json(&read_run(record)?),
        html(&file("report.html")?).context("the page"),
        hlog(&file("latency.hlog")?).context("the latency log"),
    ];
    let claims: Result<Vec<Vec<Claim>>> = claims.into_iter().collect();
    Ok(claims?.concat())
}

fn json(run: &Value) -> Result<Vec<Claim>> {
    let mut claims = Vec::new();
    for time in TIMES {
        let spread = &run["steps"][0][format!("{time}_us")];
        for (_, name, per_mille) in PERCENTILES {
            let us = number(&spread[name], &format!("steps[0].{time}_us.{name}"))?;
            let ns = i64::try_from(us * 1000).context("a time of 292 years")?;
            claims.push(Claim { form: "JSON", time, per_mille, ns });
        }
    }
    Ok(claims)
}

/// Under the heading of times a line of names, and below it one for each time.
fn terminal(text: &str) -> Result<Vec<Claim>> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("Times, measured phases"));
    let names: Vec<&str> = lines.nth(1).context("no times")?.split_whitespace().collect();
    let mut claims = Vec::new();
    for line in lines.take_while(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let time = words.next().and_then(|word| TIMES.into_iter().find(|time| *time == word));
        let Some(time) = time else { continue };
        let words: Vec<&str> = words.collect();
        for (name, value) in names.iter().zip(words.chunks(2)) {
            claims.extend(claim("terminal", time, name, &value.join(" "))?);
        }
    }
    complete(claims)
}

/// The table whose columns are grouped by response and service time; its first row is the only step.
fn html(page: &str) -> Result<Vec<Claim>> {
    let mut tables = page.split("<table>").filter_map(|rest| rest.split("</table>").next());
    let table =
        tables.find(|table| TIMES.iter().all(|time| table.contains(&format!(">{time} time<"))));
    let mut rows = table.context("no table of both times")?.split("</tr>");
    let mut row = |tag| rows.next().map(|row| cells(row, tag)).context("a table without rows");
    let (groups, names, values) = (row("th")?, row("th")?, row("td")?);
    let mut claims = Vec::new();
    let mut columns = names.iter().zip(&values);
    for (attributes, group) in groups {
        let span = attributes.split('"').nth(1).and_then(|span| span.parse().ok());
        let time = TIMES.into_iter().find(|time| group == format!("{time} time"));
        for ((_, name), (_, value)) in columns.by_ref().take(span.context("a group without span")?)
        {
            if let Some(time) = time {
                claims.extend(claim("HTML", time, name, value)?);
            }
        }
    }
    complete(claims)
}

/// The cells of a row: their attributes and their text.
fn cells<'a>(row: &'a str, tag: &str) -> Vec<(&'a str, &'a str)> {
    let (open, close) = (format!("<{tag} "), format!("</{tag}>"));
    let bare = format!("<{tag}>");
    let cell = |cell: &'a str| {
        let cell = cell.rsplit_once(&bare).map_or(cell, |(_, text)| text);
        let (attributes, text) = match cell.rsplit_once(&open) {
            Some((_, rest)) => rest.split_once('>')?,
            None => ("", cell),
        };
        Some((attributes, text))
    };
    let mut parts: Vec<&str> = row.split(&close).collect();
    parts.pop();
    parts.into_iter().filter_map(cell).collect()
}

/// All intervals of a kind added up.
fn hlog(text: &str) -> Result<Vec<Claim>> {
    let mut claims = Vec::new();
    for time in TIMES {
        let kind = format!("/{time}");
        let mut all = Histogram::<u64>::new(3).context("three digits are allowed")?;
        for entry in IntervalLogIterator::new(text.as_bytes()) {
            let Ok(entry) = entry else { bail!("a line that is none of a latency log") };
            let LogEntry::Interval(interval) = entry else { continue };
            if interval.tag().is_some_and(|tag| tag.as_str().ends_with(&kind)) {
                let bytes = STANDARD.decode(interval.encoded_histogram()).context("no base64")?;
                let part: Histogram<u64> = Deserializer::new()
                    .deserialize(&mut bytes.as_slice())
                    .context("no histogram")?;
                all.add(part).context("histograms of two kinds")?;
            }
        }
        for (_, _, per_mille) in PERCENTILES {
            #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
            let us = all.value_at_quantile(per_mille as f64 / 1000.0);
            let ns = i64::try_from(us * 1000).context("a time of 292 years")?;
            claims.push(Claim { form: "hlog", time, per_mille, ns });
        }
    }
    complete(claims)
}

/// None for a column that is no percentile.
fn claim(form: &'static str, time: &'static str, name: &str, value: &str) -> Result<Option<Claim>> {
    let known = PERCENTILES.into_iter().find(|(printed, _, _)| *printed == name);
    let Some((_, _, per_mille)) = known else { return Ok(None) };
    let ns = nanoseconds(value).with_context(|| format!("{value:?} is no time"))?;
    Ok(Some(Claim { form, time, per_mille, ns }))
}

/// A number, a space, a unit.
fn nanoseconds(text: &str) -> Option<i64> {
    let (number, unit) = text.split_once(' ')?;
    let scale = match unit {
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most some minutes")]
    Some((number.parse::<f64>().ok()? * scale).round() as i64)
}

/// A form that shows a time without figures would agree with everything.
fn complete(claims: Vec<Claim>) -> Result<Vec<Claim>> {
    for time in TIMES {
        if !claims.iter().any(|claim| claim.time == time && claim.ns > 0) {
            bail!("it says nothing of {time} time");
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(claims: &[Claim]) -> Vec<(&str, usize, i64)> {
        claims.iter().map(|claim| (claim.time, claim.per_mille, claim.ns)).collect()
    }

    #[test]
    fn the_summary_is_read_as_text() {
        let text = "Counts\n  p50\n\nTimes, measured phases (of completed requests only)\n        p50     p99.9     max\n  \
                    t1: GET — 1 completed\n  response  137 ms  1.68 s  171 ms\n  service  33 µs  2.00 ms  3 s\n\n\
                    The generator, measured phases\n   p50\n  response 9 s\n";
        let expected = [
            ("response", 500, 137_000_000),
            ("response", 999, 1_680_000_000),
            ("service", 500, 33_000),
            ("service", 999, 2_000_000),
        ];
        assert_eq!(of(&terminal(text).unwrap()), expected);
        assert!(
            terminal("Times, measured phases\n  p50\n  no measured request completed\n").is_err()
        );
        assert!(terminal("").is_err());
    }

    #[test]
    fn the_page_is_read_by_its_groups_of_columns() {
        let page = "<table><tr><th>x</th></tr></table><table>\n<thead>\n\
            <tr class=\"group\"><th colspan=\"2\"></th><th colspan=\"2\">response time</th><th colspan=\"1\">service time</th></tr>\n\
            <tr><th scope=\"col\" class=\"word\">stream</th><th scope=\"col\">completed</th><th scope=\"col\">p50</th>\
            <th scope=\"col\">max</th><th scope=\"col\">p50</th></tr>\n</thead>\n<tbody>\n\
            <tr><td class=\"word\">t1</td><td>1200</td><td>137 ms</td><td>155 ms</td><td>136 ms</td></tr>\n</tbody></table>";
        let expected = [("response", 500, 137_000_000), ("service", 500, 136_000_000)];
        assert_eq!(of(&html(page).unwrap()), expected);
        assert!(html("<table></table>").is_err());
    }

    #[test]
    fn run_json_is_in_microseconds() {
        let spread = r#"{"p50":1,"p90":2,"p95":3,"p99":4,"p999":5}"#;
        let text = format!(r#"{{"steps":[{{"response_us":{spread},"service_us":{spread}}}]}}"#);
        let claims = json(&text.parse().unwrap()).unwrap();
        assert_eq!((claims.len(), claims[4].per_mille, claims[4].ns), (10, 999, 5000));
        assert!(json(&Value::Null).is_err());
    }

    #[test]
    fn a_latency_log_without_intervals_says_nothing() {
        assert!(hlog("#[Histogram log format version 1.3]\n").is_err());
        assert!(hlog("rubbish\n").is_err());
    }
}
