//! `measure omission`: a server that stands still one second in five. Whoever waits for replies before
//! sending sends nothing meanwhile and reports a fast server; response time from the due time tells.

use anyhow::{Context, Result};
use serde_json::Value;

use super::bench::Bench;
use super::closed_loop;
use super::hanno::{number, verdict};
use super::percentile::Spread;
use super::schedule::{due_times, scenario};
use super::show::{milliseconds, table};
use super::sink_log::{Seen, by_seq};
use crate::say;

pub(super) const PER_SECOND: u32 = 500;

pub(super) const FREEZES: [&str; 4] = ["--freeze", "1s", "--every", "5s"];

/// A fifth of all arrivals falls into a freeze, each waits for its end: the tenth that waits longest
/// waited at least half a second, the hundredth 0.95 s.
const ANALYTIC: [&str; 3] = ["0.00", "500.00", "950.00"];

/// p90 and p99 may differ from the sink's by one part in this.
pub(super) const ONE_PART_IN: i64 = 50;

/// Four of five arrivals meet a server that answers at once.
pub(super) const LIMIT_P50_NS: i64 = 2_000_000;

/// What the closed loop must report, or it is no control.
pub(super) const CONTROL_P90_NS: i64 = 50_000_000;

/// What was found.
struct Found {
    planned: usize,
    /// From the sink's own log.
    truth: Spread,
    /// Arrivals without a reply in it.
    unanswered: usize,
    /// What Hanno says: p50, p90, p99.
    hanno: [i64; 3],
    hanno_count: u64,
    verdict: String,
    /// What the closed loop says, and how many requests it sent.
    control: Spread,
    control_count: usize,
}

/// Measures and publishes the page.
pub(crate) fn run(bench: &Bench, seconds: u32) -> Result<()> {
    say::error(&format!("Hanno against a server that freezes, {seconds} s"));
    let sink = bench.hanno.sink(&bench.folder.join("hanno.csv"), &FREEZES)?;
    let scenario = bench.scenario(&scenario("omission", &sink.url, PER_SECOND, seconds))?;
    let due_times = due_times(&bench.hanno.schedule(&scenario)?)?;
    let run = bench.hanno.run(&scenario, &sink.url, &bench.folder.join("record"), seconds)?;
    let started = number(&run["started_unix_ns"], "started_unix_ns")?;
    let seen = by_seq(&sink.finish()?, due_times.len())?;

    say::error(&format!("the closed loop against the same, {seconds} s"));
    let sink = bench.hanno.sink(&bench.folder.join("closed-loop.csv"), &FREEZES)?;
    let control = closed_loop::run(sink.address(), PER_SECOND, seconds)?;
    sink.finish()?;

    let (truth, unanswered) = truth(&seen, started, &due_times)?;
    let (hanno, hanno_count) = claim(&run)?;
    let found = Found {
        planned: due_times.len(),
        truth,
        unanswered,
        hanno,
        hanno_count,
        verdict: verdict(&run),
        control_count: control.len(),
        control: Spread::of(control).context("the closed loop sent nothing")?,
    };
    let (body, broken) = page(&found, seconds);
    bench.publish("Coordinated omission: a server that freezes", &body, &broken)
}

/// Response times by the sink's own stamps, and how many arrivals have none.
fn truth(seen: &[Option<Seen>], started_ns: u64, due_times: &[u64]) -> Result<(Spread, usize)> {
    let took = |(seen, due): (&Option<Seen>, &u64)| {
        let replied_ns = (*seen)?.replied_ns?;
        Some(replied_ns.wrapping_sub(started_ns + due).cast_signed())
    };
    let took: Vec<i64> = seen.iter().zip(due_times).filter_map(took).collect();
    let unanswered = due_times.len() - took.len();
    Ok((Spread::of(took).context("the sink answered nothing")?, unanswered))
}

/// What `run.json` says of the only step: p50, p90, p99 in nanoseconds, and of how many requests.
fn claim(run: &Value) -> Result<([i64; 3], u64)> {
    let step = &run["steps"][0];
    let response = &step["response_us"];
    let mut figures = [0; 3];
    for (figure, name) in figures.iter_mut().zip(["p50", "p90", "p99"]) {
        let us = number(&response[name], &format!("steps[0].response_us.{name}"))?;
        *figure = i64::try_from(us * 1000).context("a response took 292 years")?;
    }
    Ok((figures, number(&step["count"], "steps[0].count")?))
}

/// The page without its head, and the limits that are broken.
fn page(found: &Found, seconds: u32) -> (String, Vec<String>) {
    let [p50, p90, p99] = found.hanno;
    let mut broken = Vec::new();
    if p50 > LIMIT_P50_NS {
        broken.push(format!("p50 is {} ms, the limit 2 ms", milliseconds(p50)));
    }
    for (name, said, is) in [("p90", p90, found.truth.p90), ("p99", p99, found.truth.p99)] {
        if (said - is).abs() * ONE_PART_IN > is {
            let (said, is) = (milliseconds(said), milliseconds(is));
            broken.push(format!("{name} is {said} ms where the sink's log says {is} ms"));
        }
    }
    if found.control.p90 >= CONTROL_P90_NS {
        let p90 = milliseconds(found.control.p90);
        broken.push(format!("the closed loop saw the freezes (p90 {p90} ms): it is no control"));
    }
    if found.unanswered > 0 {
        broken.push(format!("{} arrivals got no reply", found.unanswered));
    }
    let row = |name: &str, figures: [String; 3], count: String| {
        std::iter::once(name.to_owned()).chain(figures).chain([count]).collect::<Vec<String>>()
    };
    let Spread { p50, p90, p99, .. } = found.truth;
    let control = [found.control.p50, found.control.p90, found.control.p99];
    let rows = [
        row("arithmetic", ANALYTIC.map(str::to_owned), found.planned.to_string()),
        row(
            "sink's log",
            [p50, p90, p99].map(milliseconds),
            (found.planned - found.unanswered).to_string(),
        ),
        row("Hanno", found.hanno.map(milliseconds), found.hanno_count.to_string()),
        row("closed loop", control.map(milliseconds), found.control_count.to_string()),
    ];
    let body = format!(
        "{PER_SECOND} requests a second, evenly spaced, {seconds} s, against a sink that stands still for the \
         last second of every five. Milliseconds from the due time; for the closed loop (64 users, the same \
         average rate, each waits for its reply) from sending, as such tools do. Hanno's own verdict: {}.\n\n{}\n\
         Hanno's p90 and p99 must lie within 2 % of what the sink's own log says, its p50 below 2 ms; the \
         closed loop must miss the freezes (p90 below 50 ms), or the measurement could not fail.\n",
        found.verdict,
        table(&["", "p50", "p90", "p99", "requests"], &rows)
    );
    (body, broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn found(hanno_ms: [i64; 3], control_p90_ms: i64) -> Found {
        let spread = |p50, p90, p99| Spread { p50, p90, p99, p999: p99, max: p99 };
        Found {
            planned: 15_000,
            truth: spread(100_000, 500 * MS, 950 * MS),
            unanswered: 0,
            hanno: hanno_ms.map(|ms| ms * MS),
            hanno_count: 15_000,
            verdict: "PASS".to_owned(),
            control: spread(MS, control_p90_ms * MS, 900 * MS),
            control_count: 12_000,
        }
    }

    #[test]
    fn truth_is_counted_from_the_due_time() {
        let seen = |replied_ns| Some(Seen { arrived_ns: 0, replied_ns });
        let log = [seen(Some(1_150)), seen(None), None, seen(Some(1_900))];
        let (spread, unanswered) = truth(&log, 1_000, &[100, 200, 300, 400]).unwrap();
        assert_eq!((spread.p50, spread.max, unanswered), (50, 500, 2));
    }

    #[test]
    fn the_arithmetic_agrees_with_a_simulation() {
        // Due every 2 ms; the server stands still for the last second of every five.
        let wait = |arrival: i64| {
            let due = arrival * 2 * MS + MS;
            let into = due % (5000 * MS);
            if into >= 4000 * MS { 5000 * MS - into } else { 0 }
        };
        let spread = Spread::of((0..15_000).map(wait).collect()).unwrap();
        let said = ANALYTIC.map(|text| text.parse::<f64>().unwrap());
        for (ns, ms) in [spread.p50, spread.p90, spread.p99].into_iter().zip(said) {
            let text = milliseconds(ns).parse::<f64>().unwrap();
            assert!((text - ms).abs() <= 2.0, "{text} {ms}");
        }
    }

    #[test]
    fn what_is_off_is_said() {
        for (hanno_ms, control_ms, count) in [
            ([1, 505, 955], 5, 0),
            ([3, 505, 955], 5, 1),
            ([1, 511, 955], 5, 1),
            ([1, 489, 930], 5, 2),
            ([1, 1, 950], 5, 1),
            ([1, 505, 955], 50, 1),
        ] {
            let (_, broken) = page(&found(hanno_ms, control_ms), 30);
            assert_eq!(broken.len(), count, "{hanno_ms:?} {control_ms}: {broken:?}");
        }
    }

    #[test]
    fn the_claim_is_read_from_the_record() {
        let text = r#"{"steps":[{"count":7,"response_us":{"p50":1,"p90":2,"p99":3}}]}"#;
        assert_eq!(claim(&text.parse().unwrap()).unwrap(), ([1000, 2000, 3000], 7));
        assert!(claim(&"{}".parse().unwrap()).is_err());
    }
}
