//! `measure truth`: the claims of Hanno about itself, each against something that shares no code with it: bare
//! senders, the sink's own log, limits that the kernel sets, other generators.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::bench::{Bench, command, result};
use super::machine;
use crate::say;
use page::Sections;

mod pairs;
mod latency;
mod claims;
mod frozen;
mod limits;
mod confined;
mod clean;
mod foreign;
mod memory;
mod page;

/// Which parts, and how much of each.
#[derive(Args)]
pub(crate) struct Options {
    /// Only these; without any, all
    #[arg(value_enum, value_name = "PART")]
    parts: Vec<Part>,
    /// How many pairs of each rate and spacing, and how many runs of each programmed latency
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pairs: u32,
    /// How long each run of a pair sends; twice as long at 100/s
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(5..=3600))]
    seconds: u32,
    /// How many clean runs, and a fifth of it with each limit
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(5..=1000))]
    runs: u32,
}

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Rates from 100/s up, even and Poisson, each against the witness: counts, class, lateness, CPU
    Pairs,
    /// Percentiles in all four forms against the log of a sink whose latency is programmed
    Latency,
    /// A server that stands still, to an open stream and to a closed one
    Frozen,
    /// Too little CPU, descriptors, ports, users: is it named?
    Limits,
    /// Runs that nothing disturbs but the machine
    Clean,
    /// The same traffic by its sender's record and at the sink: Hanno's and another generator's
    Foreign,
    /// Resident memory of idle users and open connections
    Memory,
}

/// What came of a part.
struct Section {
    /// Headings in it are of the third level.
    text: String,
    /// Limits that do not hold.
    broken: Vec<String>,
}

/// Measures the parts, and writes the page after each, so that what goes wrong later costs nothing.
pub(crate) fn run(bench: &Bench, options: &Options) -> Result<()> {
    let parts = options.parts();
    let minutes: u32 = parts.iter().map(|part| part.minutes(options)).sum();
    say::error(&format!("{} parts, about {minutes} min", parts.len()));
    let mut broken = Vec::new();
    for part in parts {
        say::error(&format!("=== {}: about {} min", part.name(), part.minutes(options)));
        let section = part.measure(bench, options).unwrap_or_else(|error| Section {
            text: String::new(),
            broken: vec![format!("it could not be measured: {error:#}")],
        });
        let text = format!(
            "`{}`; {}\n\n{}\n\n{}",
            command(),
            machine::describe(&bench.page.root)?,
            result(&section.broken),
            section.text
        );
        say::line(&format!("## {}\n\n{text}", part.title()));
        let mut sections = Sections::of(&bench.page.text());
        sections.put(part, text);
        bench.page.write(&sections.page(Part::value_variants()))?;
        broken.extend(section.broken.into_iter().map(|what| format!("{}: {what}", part.name())));
    }
    if !broken.is_empty() {
        bail!("truth: {}", broken.join("; "));
    }
    Ok(())
}

impl Options {
    fn parts(&self) -> Vec<Part> {
        let all = Part::value_variants().iter().copied();
        all.filter(|part| self.parts.is_empty() || self.parts.contains(part)).collect()
    }

    /// With each limit.
    fn limited_runs(&self) -> u32 {
        self.runs / 5
    }
}

impl Part {
    /// As it is asked for.
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn title(self) -> &'static str {
        match self {
            Self::Pairs => "Arrivals against a bare sender",
            Self::Latency => "Percentiles against the sink's own log",
            Self::Frozen => "A server that freezes",
            Self::Limits => "A generator that is short of something",
            Self::Clean => "Clean runs",
            Self::Foreign => "The same traffic at both ends",
            Self::Memory => "Memory",
        }
    }

    /// Rounded up, on a machine that keeps up.
    fn minutes(self, options: &Options) -> u32 {
        let seconds = match self {
            Self::Pairs => pairs::seconds(options.pairs, options.seconds),
            Self::Latency => latency::seconds(options.pairs),
            Self::Frozen => frozen::SECONDS_IN_ALL,
            Self::Limits => limits::seconds(options.limited_runs()),
            Self::Clean => clean::seconds(options.runs),
            Self::Foreign => foreign::SECONDS_IN_ALL,
            Self::Memory => memory::SECONDS_IN_ALL,
        };
        seconds.div_ceil(60)
    }

    fn measure(self, bench: &Bench, options: &Options) -> Result<Section> {
        match self {
            Self::Pairs => pairs::measure(bench, options.pairs, options.seconds),
            Self::Latency => latency::measure(bench, options.pairs),
            Self::Frozen => frozen::measure(bench),
            Self::Limits => limits::measure(bench, options.limited_runs()),
            Self::Clean => clean::measure(bench, options.runs),
            Self::Foreign => foreign::measure(bench),
            Self::Memory => memory::measure(bench),
        }
    }
}
