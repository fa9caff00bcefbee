//! A server that stands still one second in five, to an open stream and to a closed one of the same rate: what the
//! reports of the two runs say of it.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Section;
use super::claims::{self, Claim, FORMS};
use super::latency::{percent, times};
use crate::measure::bench::Bench;
use crate::measure::hanno::{codes, number, summary_path, verdict};
use crate::measure::omission::{CONTROL_P90_NS, FREEZES, LIMIT_P50_NS, ONE_PART_IN, PER_SECOND};
use crate::measure::percentile::nearest_rank;
use crate::measure::schedule::{due_times, scenario};
use crate::measure::show::{milliseconds, table};
use crate::measure::sink_log::by_seq;
use crate::say;

/// Whole periods of the freezes.
const SECONDS: u32 = 30;

/// Two runs, with start and end.
pub(super) const SECONDS_IN_ALL: u32 = 2 * (SECONDS + 5);

/// 64 users with this pace ask 500 times a second, as the open stream does.
const CLOSED: &str = "kind = \"closed\"\nusers = 64\npace = \"128ms\"\n";

/// The code that a closed model is told by.
const CODE: &str = "CLOSED_MODEL";

/// One run against the server.
struct Seen {
    claims: Vec<Claim>,
    run: Value,
    /// Whether summary, `run.json` and page name the closed model.
    told: [bool; 3],
}

/// Runs both.
pub(super) fn measure(bench: &Bench) -> Result<Section> {
    say::error(&format!("an open stream, {SECONDS} s"));
    let (open, truth) = open(bench)?;
    say::error(&format!("a closed stream, {SECONDS} s"));
    let closed = closed(bench)?;
    Ok(section(&open, &closed, &truth))
}

/// With the response times by the sink's log, in order.
fn open(bench: &Bench) -> Result<(Seen, Vec<i64>)> {
    let sink = bench.hanno.sink(&bench.folder.join("open.csv"), &FREEZES)?;
    let text = scenario("frozen", &sink.url, PER_SECOND, SECONDS);
    let due_times = due_times(&bench.hanno.schedule(&bench.scenario(&text)?)?)?;
    let seen = run(bench, "open", &text, &sink.url)?;
    let started = number(&seen.run["started_unix_ns"], "started_unix_ns")?;
    let [response, _] = times(&by_seq(&sink.finish()?, due_times.len())?, started, &due_times);
    Ok((seen, response))
}

fn closed(bench: &Bench) -> Result<Seen> {
    let sink = bench.hanno.sink(&bench.folder.join("closed.csv"), &FREEZES)?;
    let open = scenario("frozen", &sink.url, PER_SECOND, SECONDS);
    let rate = format!("rate = \"{PER_SECOND}/s\"\nspacing = \"even\"\n");
    let seen = run(bench, "closed", &open.replace(&rate, CLOSED), &sink.url)?;
    sink.finish()?;
    Ok(seen)
}

fn run(bench: &Bench, name: &str, text: &str, target: &str) -> Result<Seen> {
    let record = bench.folder.join(name);
    let run = bench.hanno.run(&bench.scenario(text)?, target, &record, SECONDS)?;
    let told = |path: &std::path::Path| {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        anyhow::Ok(text.contains(CODE))
    };
    let told = [
        told(&summary_path(&record))?,
        codes(&run).contains(&CODE),
        told(&record.join("report.html"))?,
    ];
    Ok(Seen { claims: claims::of_record(&record)?, run, told })
}

impl Seen {
    /// Response times that a form prints.
    fn response<'a>(&'a self, form: &'a str) -> impl Iterator<Item = &'a Claim> {
        self.claims.iter().filter(move |claim| claim.form == form && claim.time == "response")
    }

    fn row(&self, name: &str, form: &str) -> Vec<String> {
        let of = |per_mille| {
            let mut claims = self.response(form).filter(|claim| claim.per_mille == per_mille);
            claims.next().map_or_else(String::new, |claim| milliseconds(claim.ns))
        };
        let count = self.run["steps"][0]["count"].as_u64().unwrap_or_default();
        row(&format!("{name}, {form}"), of, &count.to_string())
    }
}

fn row(name: &str, of: impl Fn(usize) -> String, count: &str) -> Vec<String> {
    let figures = [500, 900, 950, 990, 999].map(of);
    std::iter::once(name.to_owned()).chain(figures).chain([count.to_owned()]).collect()
}

fn section(open: &Seen, closed: &Seen, truth: &[i64]) -> Section {
    let is = |per_mille| nearest_rank(truth, per_mille).unwrap_or_default();
    let mut rows = vec![row("sink's log", |of| milliseconds(is(of)), &truth.len().to_string())];
    rows.extend(FORMS.iter().map(|form| open.row("open", form)));
    rows.extend(FORMS.iter().map(|form| closed.row("closed", form)));
    let text = format!(
        "{PER_SECOND} requests a second, evenly spaced, {SECONDS} s, against a sink that stands still for the last second of \
         every five; then 64 users with a pace of 128 ms, who ask as often. Response time, milliseconds. The open stream's \
         p50 must be below 2 ms and every percentile from p90 on within 2 % of what the sink's own log says; the closed \
         stream must miss the freezes (p90 below 50 ms) and be called {CODE} in summary, `run.json` and page, the open \
         one nowhere. Verdicts: {} and {}.\n\n{}",
        verdict(&open.run),
        verdict(&closed.run),
        table(&["", "p50", "p90", "p95", "p99", "p99.9", "requests"], &rows)
    );
    Section { text, broken: broken(open, closed, truth) }
}

fn broken(open: &Seen, closed: &Seen, truth: &[i64]) -> Vec<String> {
    let mut broken = Vec::new();
    for form in FORMS {
        for Claim { per_mille, ns, .. } in open.response(form) {
            let is_ns = nearest_rank(truth, *per_mille).unwrap_or_default();
            let off = match per_mille {
                500 => *ns > LIMIT_P50_NS,
                _ => (ns - is_ns).abs() * ONE_PART_IN > is_ns,
            };
            if off {
                let (said, is, at) = (milliseconds(*ns), milliseconds(is_ns), percent(*per_mille));
                broken.push(format!("open, {form}: {at} is {said} ms where the log says {is} ms"));
            }
        }
        let missed = |claim: &&Claim| claim.per_mille <= 900 && claim.ns >= CONTROL_P90_NS;
        if closed.response(form).any(|claim| missed(&claim)) {
            broken.push(format!("closed, {form}: it saw the freezes and is no control"));
        }
    }
    if closed.told != [true; 3] {
        broken
            .push(format!("the closed stream is not called {CODE} everywhere: {:?}", closed.told));
    }
    if open.told != [false; 3] {
        broken.push(format!("the open stream is called {CODE}: {:?}", open.told));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn seen(p50_ms: i64, p99_ms: i64, told: bool) -> Seen {
        let claim = |form, per_mille, ms| Claim { form, time: "response", per_mille, ns: ms * MS };
        let of = |form: &&'static str| {
            [claim(form, 500, p50_ms), claim(form, 900, p50_ms), claim(form, 990, p99_ms)]
        };
        let claims = FORMS.iter().flat_map(of).collect();
        Seen { claims, run: Value::Null, told: [told; 3] }
    }

    #[test]
    fn the_open_stream_sees_the_freeze_and_the_closed_one_says_what_it_is() {
        // Half of all within a millisecond, the rest at half a second and more.
        let truth: Vec<i64> = (0..100).map(|n| if n < 95 { MS } else { 950 * MS }).collect();
        let (open, closed) = (seen(1, 955, false), seen(1, 3, true));
        assert_eq!(broken(&open, &closed, &truth), [""; 0]);
        assert_eq!(broken(&seen(1, 3, false), &closed, &truth).len(), FORMS.len(), "blind");
        assert_eq!(broken(&open, &seen(60, 955, true), &truth).len(), FORMS.len(), "no control");
        assert_eq!(broken(&open, &seen(1, 3, false), &truth).len(), 1, "a closed model unnamed");
        assert_eq!(broken(&seen(1, 955, true), &closed, &truth).len(), 1, "an open one named");
    }
}
