//! When replies go out: how long each was held, against what was programmed for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};

use super::Part;
use super::programmed::Shape;
use crate::measure::bench::Bench;
use crate::measure::percentile::Spread;
use crate::measure::show::{microseconds, table};
use crate::measure::sink_log::{Seen, by_seq};
use crate::measure::witness;
use crate::say;

const SEED: u64 = 7;

/// What half of the replies may be later than a bare thread wakes up, their system calls included.
const ADDED_P50_NS: i64 = 100_000;

/// Each shape with a rate at which a connection is used again only after its reply has come.
const SHAPES: [(Shape, u64); 7] = [
    (Shape::Constant { ms: 1 }, 500),
    (Shape::Constant { ms: 10 }, 500),
    (Shape::Constant { ms: 137 }, 250),
    (Shape::Constant { ms: 700 }, 50),
    (Shape::Constant { ms: 2000 }, 25),
    (Shape::Bimodal { usual_ms: 10, rare_ms: 700, percent: 5 }, 50),
    (Shape::Lognormal { median_ms: 20, sigma: 1.0 }, 50),
];

const SECOND_NS: u64 = 1_000_000_000;

/// What came of one shape, in nanoseconds.
struct Held {
    name: String,
    /// Of each reply, beyond what was programmed.
    late: Vec<i64>,
    /// Of a bare thread in the same seconds.
    wake_ups: Vec<i64>,
}

/// Sends to each shape for some seconds.
pub(super) fn measure(bench: &Bench, seconds: u32) -> Result<Part> {
    let mut measured = Vec::new();
    for (shape, per_second) in SHAPES {
        say::error(&format!("{}, {seconds} s", shape.flag()));
        let name = format!("{}.csv", shape.flag().replace([':', ',', '%', '.'], "-"));
        let flags = ["--latency", &shape.flag(), "--seed", &SEED.to_string()];
        let sink = bench.hanno.sink(&bench.folder.join(name), &flags)?;
        let due_times: Vec<u64> =
            (0..u64::from(seconds) * per_second).map(|seq| seq * SECOND_NS / per_second).collect();
        let wake_ups = send(sink.address(), &due_times)?;
        let late = late(shape, &by_seq(&sink.finish()?, due_times.len())?)?;
        measured.push(Held { name: shape.flag(), late, wake_ups });
    }
    Ok(part(measured, seconds))
}

/// Sends, and returns how late a bare thread woke up meanwhile.
fn send(address: &str, due_times: &[u64]) -> Result<Vec<i64>> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let waking = scope.spawn(|| witness::wake_ups(&stop));
        let sent = witness::send(address, due_times);
        stop.store(true, Ordering::Relaxed);
        let wake_ups = waking.join().map_err(|_| anyhow::anyhow!("the bare thread panicked"))?;
        sent.and(wake_ups)
    })
}

/// How much later than programmed each reply went out.
fn late(shape: Shape, seen: &[Option<Seen>]) -> Result<Vec<i64>> {
    let of = |(seq, seen): (usize, &Option<Seen>)| {
        let seen = seen.with_context(|| format!("request {seq} never arrived"))?;
        let replied_ns = seen.replied_ns.with_context(|| format!("request {seq} has no reply"))?;
        let held_ns = replied_ns.wrapping_sub(seen.arrived_ns).cast_signed();
        Ok(held_ns - shape.ns(SEED, &witness::arrival(seq)))
    };
    seen.iter().enumerate().map(of).collect()
}

fn part(measured: Vec<Held>, seconds: u32) -> Part {
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    for Held { name, late, wake_ups } in measured {
        let (count, earliest) = (late.len(), late.iter().min().copied().unwrap_or_default());
        // Two programs that round a double differently may differ by a nanosecond.
        if earliest < -1 {
            broken.push(format!("{name}: a reply was {} us early", microseconds(-earliest)));
        }
        let (Some(late), Some(bare)) = (Spread::of(late), Spread::of(wake_ups)) else {
            broken.push(format!("{name}: no replies"));
            continue;
        };
        let added = late.p50 - bare.p50;
        if added > ADDED_P50_NS {
            let added = microseconds(added);
            broken.push(format!("{name}: half of the replies are {added} us later than a wake-up"));
        }
        let figures = [earliest, late.p50, late.p99, late.max, bare.p50, bare.p99];
        let figures = figures.map(microseconds);
        rows.push([name, count.to_string()].into_iter().chain(figures).collect());
    }
    let header = ["latency", "replies", "least", "p50", "p99", "max", "wake-up p50", "wake-up p99"];
    let text = format!(
        "## Programmed latency\n\n\
         How much later than programmed a reply was handed to the kernel, microseconds: `replied_ns - arrived_ns` of \
         the log, less the latency of that request, computed again by another program from seed and name. None may \
         be early. Beside it how late a bare thread wakes from sleeps of 10 ms in the same seconds; the median may \
         be {} us above that one's. A bare sender sends evenly for {seconds} s, on connections that are free.\n\n{}",
        microseconds(ADDED_P50_NS),
        table(&header, &rows)
    );
    Part { text, broken }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_what_it_was_held_beyond_what_was_programmed() {
        let seen = |held_ns: u64| Some(Seen { arrived_ns: 5, replied_ns: Some(5 + held_ns) });
        let shape = Shape::Constant { ms: 1 };
        assert_eq!(late(shape, &[seen(1_000_010), seen(999_000)]).unwrap(), [10, -1000]);
        assert!(late(shape, &[None]).is_err());
        assert!(late(shape, &[Some(Seen { arrived_ns: 5, replied_ns: None })]).is_err());
    }

    #[test]
    fn an_early_reply_and_a_late_median_break_the_result() {
        let of = |late: Vec<i64>| {
            part(vec![Held { name: "x".to_owned(), late, wake_ups: vec![60_000] }], 1).broken
        };
        assert_eq!(of(vec![-1, 50, 900_000_000]), [""; 0]);
        assert_eq!(of(vec![160_000]), [""; 0]);
        assert_eq!(of(vec![-2_000, 50]), ["x: a reply was 2.0 us early"]);
        let late = "x: half of the replies are 140.0 us later than a wake-up";
        assert_eq!(of(vec![1, 200_000, 200_000]), [late]);
        assert_eq!(of(Vec::new()), ["x: no replies"]);
    }
}
