//! `measure sink`: what the oracle itself can do, judged by senders and clocks that are not its own.

use anyhow::{Context, Result};

use super::bench::Bench;

mod speed;
mod hammer;
mod held;
pub(crate) mod programmed;
mod distance;

/// One part of the page, and the limits that it breaks.
struct Part {
    text: String,
    broken: Vec<String>,
}

/// Measures all three and publishes the page.
pub(crate) fn run(bench: &Bench, runs: u32, seconds: u32) -> Result<()> {
    let speed = speed::measure(bench, runs, seconds).context("how many requests it takes")?;
    let held = held::measure(bench, seconds).context("when it answers")?;
    let distance = distance::measure(bench).context("what the relay adds")?;
    let parts = [speed, held, distance];
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    let broken: Vec<String> = parts.iter().flat_map(|part| part.broken.clone()).collect();
    bench.publish(
        "The sink: requests on one core, programmed latency, delay",
        &texts.join("\n"),
        &broken,
    )
}
