//! `measure memory`: whether a long run holds on to what it has seen.

use std::fs;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::bench::Bench;
use super::schedule::scenario;
use super::show::table;
use crate::say;

const PER_SECOND: u32 = 1000;

/// The later window may hold one twentieth more than the earlier one.
const LIMIT_PER_MILLE: u64 = 1050;

/// Beyond what the run sends: start, drain, record and report.
const MARGIN: Duration = Duration::from_mins(2);

/// Resident memory in kibibytes at a whole second of the run.
type Sample = (u32, u64);

/// Measures and publishes the page.
pub(crate) fn run(bench: &Bench, seconds: u32) -> Result<()> {
    let sink = bench.hanno.sink(&bench.folder.join("sink.csv"), &[])?;
    let text = scenario("memory", &sink.url, PER_SECOND, seconds);
    let scenario = bench.scenario(&format!("{text}\n[record]\narrivals = \"all\"\n"))?;
    say::error(&format!("a run of {seconds} s, watched from outside"));
    let begun = Instant::now();
    let mut run = bench.hanno.start_run(&scenario, &sink.url, &bench.folder.join("record"))?;
    let path = format!("/proc/{}/status", run.id());
    let mut samples = Vec::new();
    for second in 1.. {
        let at = begun + Duration::from_secs(u64::from(second));
        thread::sleep(at.saturating_duration_since(Instant::now()));
        if let Some(status) = run.ended()? {
            if !matches!(status.code(), Some(0 | 1 | 3 | 4)) {
                bail!("hanno run ended with {status}");
            }
            break;
        }
        if begun.elapsed() > Duration::from_secs(seconds.into()) + MARGIN {
            bail!("hanno run goes on for too long");
        }
        // Between the look and the read the process may end.
        samples.extend(
            fs::read_to_string(&path).ok().as_deref().and_then(resident).map(|kib| (second, kib)),
        );
    }
    let seen = sink.finish()?.lines().count().saturating_sub(1);
    let (body, broken) = page(&samples, seconds, seen)?;
    bench.publish("Memory: resident size over a long run", &body, &broken)
}

/// `VmRSS` of `/proc/PID/status`; none of a process that has just ended.
pub(super) fn resident(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    value.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// Minutes 2 to 4 and 8 to 10 of a run of 10 min 30 s, in proportion for others.
fn windows(seconds: u32) -> [Range<u32>; 2] {
    let part = |of_21: u32| seconds * of_21 / 21;
    [part(4)..part(8), part(16)..part(20)]
}

/// The page without its head, and the limits that are broken.
fn page(samples: &[Sample], seconds: u32, seen: usize) -> Result<(String, Vec<String>)> {
    let largest = |window: &Range<u32>| {
        let inside = samples.iter().filter(|(second, _)| window.contains(second));
        inside.map(|(_, kib)| *kib).max().with_context(|| format!("no sample in {window:?} s"))
    };
    let [early, late] = windows(seconds);
    let (before, after) = (largest(&early)?, largest(&late)?);
    let ratio = after * 1000 / before.max(1);
    let mut broken = Vec::new();
    if ratio > LIMIT_PER_MILLE {
        broken.push(format!("resident memory grew to {} of what it was", thousandths(ratio)));
    }
    let row = |name: &str, window: &Range<u32>, kib: u64| {
        vec![
            name.to_owned(),
            format!("{} .. {}", window.start, window.end),
            (kib / 1024).to_string(),
        ]
    };
    let mut rows = vec![row("earlier", &early, before), row("later", &late, after)];
    for minute in 0..seconds.div_ceil(60) {
        let window = minute * 60..(minute + 1) * 60;
        if let Ok(kib) = largest(&window) {
            rows.push(row(&format!("minute {minute}"), &window, kib));
        }
    }
    let body = format!(
        "{PER_SECOND} requests a second, evenly spaced, {seconds} s, every row recorded; {seen} requests reached \
         the sink. Largest resident size (`VmRSS` of `/proc/PID/status`, read once a second) of the `hanno run` \
         process. Later over earlier: **{}**, limit {}.\n\n{}",
        thousandths(ratio),
        thousandths(LIMIT_PER_MILLE),
        table(&["window", "seconds", "MiB"], &rows)
    );
    Ok((body, broken))
}

fn thousandths(per_mille: u64) -> String {
    format!("{}.{:03}", per_mille / 1000, per_mille % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_size_is_read_of_any_process() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t   12340 kB\nThreads:\t1\n"), Some(12_340));
        assert_eq!(resident("Name:\tx\n"), None);
        let own = fs::read_to_string("/proc/self/status").unwrap();
        assert!(resident(&own).unwrap() > 0);
    }

    #[test]
    fn windows_are_those_of_the_long_run() {
        assert_eq!(windows(630), [120..240, 480..600]);
    }

    #[test]
    fn growth_beyond_a_twentieth_is_said() {
        let samples = |late: u64| -> Vec<Sample> {
            (1..=630).map(|second| (second, if second < 400 { 100_000 } else { late })).collect()
        };
        assert_eq!(page(&samples(105_000), 630, 0).unwrap().1, [""; 0]);
        let (body, broken) = page(&samples(106_000), 630, 0).unwrap();
        assert_eq!(broken, ["resident memory grew to 1.060 of what it was"]);
        assert!(body.contains("| minute 10 |"), "{body}");
        assert!(page(&[(1, 1)], 630, 0).is_err(), "a run that ended early has no later window");
    }
}
