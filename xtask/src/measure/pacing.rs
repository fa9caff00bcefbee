//! `measure pacing`: how late requests arrive, Hanno against the witness, on the same due times.

use anyhow::{Context, Result};
use serde_json::Value;

use super::bench::Bench;
use super::cores::{Cores, as_sender, bind_server};
use super::hanno::{number, verdict};
use super::percentile::{Spread, median};
use super::schedule::{Load, due_times, spaced};
use super::show::{microseconds, table};
use super::sink_log::{Seen, by_seq};
use super::witness;
use crate::say;

const PER_SECOND: u32 = 1000;

/// What Hanno may add to the witness's median lateness, as the median over the pairs.
const LIMIT_P50_NS: i64 = 60_000;

/// The same of the 99th percentile.
const LIMIT_P99_NS: i64 = 150_000;

/// One side of a pair.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) lateness: Spread,
    /// Requests that never reached the sink.
    pub(super) missing: usize,
    /// What Hanno says of its own run; none for the witness.
    pub(super) run: Option<Value>,
}

/// Hanno and the witness, one after the other.
#[derive(Clone, Debug)]
struct Pair {
    hanno: Side,
    witness: Side,
}

/// Runs the pairs and publishes the page.
pub(crate) fn run(bench: &Bench, pairs: u32, seconds: u32) -> Result<()> {
    let mut measured = Vec::new();
    for pair in 1..=pairs {
        // Alternating the order keeps a drift of the machine out of the differences.
        let hanno_first = pair % 2 == 1;
        let order = if hanno_first { "Hanno, witness" } else { "witness, Hanno" };
        say::error(&format!("pair {pair} of {pairs}: {order}, {seconds} s each"));
        let load = Load { per_second: PER_SECOND, seconds, spacing: "even", users: None };
        let early = hanno_first.then(|| hanno(bench, pair, load, None)).transpose()?;
        let witness = witness(bench, pair, load, None)?;
        let hanno = early.map_or_else(|| hanno(bench, pair, load, None), Ok)?;
        measured.push(Pair { hanno, witness });
    }
    let (body, broken) = page(&measured, seconds);
    bench.publish("Pacing: lateness at the sink, against a bare sender", &body, &broken)
}

/// A run of Hanno, as a user runs it.
pub(super) fn hanno(bench: &Bench, pair: u32, load: Load, cores: Cores<'_>) -> Result<Side> {
    let sink = bench.hanno.sink(&bench.folder.join(format!("hanno-{pair}.csv")), &[])?;
    bind_server(cores, sink.id())?;
    let scenario = bench.scenario(&spaced("pacing", &sink.url, load))?;
    let due_times = due_times(&bench.hanno.schedule(&scenario)?)?;
    let record = bench.folder.join(format!("record-{pair}"));
    let run = || bench.hanno.run(&scenario, &sink.url, &record, load.seconds);
    let run = as_sender(cores, run)?;
    let started = number(&run["started_unix_ns"], "started_unix_ns")?;
    let seen = by_seq(&sink.finish()?, due_times.len())?;
    side(&seen, started, &due_times, Some(run))
}

/// The witness, on the same due times.
pub(super) fn witness(bench: &Bench, pair: u32, load: Load, cores: Cores<'_>) -> Result<Side> {
    let sink = bench.hanno.sink(&bench.folder.join(format!("witness-{pair}.csv")), &[])?;
    bind_server(cores, sink.id())?;
    let scenario = bench.scenario(&spaced("pacing", &sink.url, load))?;
    let due_times = due_times(&bench.hanno.schedule(&scenario)?)?;
    let started = as_sender(cores, || witness::send(sink.address(), &due_times))?;
    let seen = by_seq(&sink.finish()?, due_times.len())?;
    side(&seen, started, &due_times, None)
}

/// Lateness by the sink's own stamps.
fn side(
    seen: &[Option<Seen>],
    started_unix_ns: u64,
    due_times: &[u64],
    run: Option<Value>,
) -> Result<Side> {
    let late = |(seen, due): (&Option<Seen>, &u64)| {
        seen.map(|seen| seen.arrived_ns.wrapping_sub(started_unix_ns + due).cast_signed())
    };
    let lateness: Vec<i64> = seen.iter().zip(due_times).filter_map(late).collect();
    let missing = due_times.len() - lateness.len();
    let lateness = Spread::of(lateness).context("no request reached the sink")?;
    Ok(Side { lateness, missing, run })
}

/// The page without its head, and the limits that are broken.
fn page(pairs: &[Pair], seconds: u32) -> (String, Vec<String>) {
    let mut rows = Vec::new();
    for (index, pair) in pairs.iter().enumerate() {
        rows.push(row(format!("{} Hanno", index + 1), &pair.hanno));
        rows.push(row(format!("{} witness", index + 1), &pair.witness));
    }
    let header = ["pair", "p50", "p90", "p99", "p99.9", "max", "missing", "verdict"];
    let each = table(&header, &rows);
    let mut broken: Vec<String> = Vec::new();
    let mut differences = Vec::new();
    let p50: fn(&Spread) -> i64 = |spread| spread.p50;
    let p99: fn(&Spread) -> i64 = |spread| spread.p99;
    for (name, figure, limit) in [("p50", p50, LIMIT_P50_NS), ("p99", p99, LIMIT_P99_NS)] {
        let added: Vec<i64> = pairs
            .iter()
            .map(|pair| figure(&pair.hanno.lateness) - figure(&pair.witness.lateness))
            .collect();
        let middle = median(&added).unwrap_or(i64::MAX);
        let least = added.iter().min().copied().unwrap_or_default();
        let most = added.iter().max().copied().unwrap_or_default();
        let holds = middle <= limit;
        differences.push(vec![
            name.to_owned(),
            microseconds(middle),
            format!("{} .. {}", microseconds(least), microseconds(most)),
            microseconds(limit),
            if holds { "holds" } else { "BROKEN" }.to_owned(),
        ]);
        if !holds {
            broken.push(format!(
                "{name} of lateness is {} us above the witness",
                microseconds(middle)
            ));
        }
    }
    let missing: usize = pairs.iter().map(|pair| pair.hanno.missing + pair.witness.missing).sum();
    if missing > 0 {
        broken.push(format!("{missing} requests never reached the sink"));
    }
    let differences =
        table(&["Hanno less witness", "median", "of all pairs", "limit", ""], &differences);
    let body = format!(
        "{PER_SECOND} requests a second, evenly spaced, {seconds} s a run, {} alternated pairs on one schedule. \
         Lateness is the time at which the kernel of the sink received a request, less the time at which it was \
         due; microseconds. The witness is one thread with an absolute sleep and a ready-made request on \
         64 kept connections: what it cannot do is the machine's.\n\n\
         ## Differences\n\n{differences}\n## Each run\n\n{each}",
        pairs.len()
    );
    (body, broken)
}

fn row(name: String, side: &Side) -> Vec<String> {
    let Spread { p50, p90, p99, p999, max } = side.lateness;
    let figures = [p50, p90, p99, p999, max].map(microseconds);
    let verdict = side.run.as_ref().map(verdict).unwrap_or_default();
    std::iter::once(name).chain(figures).chain([side.missing.to_string(), verdict]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(arrived_ns: u64) -> Seen {
        Seen { arrived_ns, replied_ns: None }
    }

    #[test]
    fn lateness_is_arrival_less_due_and_may_be_negative() {
        let side =
            side(&[Some(seen(1_105)), None, Some(seen(1_295))], 1_000, &[100, 200, 300], None)
                .unwrap();
        assert_eq!((side.lateness.p50, side.lateness.max, side.missing), (-5, 5, 1));
        assert!(super::side(&[None], 0, &[1], None).is_err());
    }

    fn pair(hanno_us: i64, witness_us: i64) -> Pair {
        let side = |us: i64| Side {
            lateness: Spread::of(vec![us * 1000]).unwrap(),
            missing: 0,
            run: None,
        };
        Pair { hanno: side(hanno_us), witness: side(witness_us) }
    }

    #[test]
    fn the_median_of_the_differences_decides() {
        // Differences 10, 60, 900: the median 60 is within both limits, whatever the outlier says.
        let (body, broken) = page(&[pair(20, 10), pair(1_000, 100), pair(70, 10)], 20);
        assert_eq!(broken, [""; 0]);
        assert!(body.contains("10.0 .. 900.0"), "{body}");
        let (_, broken) = page(&[pair(100, 10), pair(101, 10), pair(20, 10)], 20);
        assert_eq!(broken, ["p50 of lateness is 90.0 us above the witness"]);
        let (_, broken) = page(&[pair(300, 10)], 20);
        assert_eq!(broken.len(), 2, "{broken:?}");
    }

    #[test]
    fn a_lost_request_breaks_the_result() {
        let mut lossy = pair(10, 10);
        lossy.hanno.missing = 2;
        assert_eq!(page(&[lossy], 20).1, ["2 requests never reached the sink"]);
    }
}
