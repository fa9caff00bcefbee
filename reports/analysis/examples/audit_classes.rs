//! How often streams of a known kind are judged as another: the page `docs/measured/audit.md`, by simulation.
//!
//! Run with `cargo run --release -p run-analysis --example audit_classes`. Times are made by a generator of its own,
//! with a seed for each stream, so that the page comes out the same on every machine; it ends with a failure if a
//! share is above the limit.

use std::io::Write as _;
use std::process::ExitCode;

use run_analysis::audit::Auditor;

/// The largest share of streams that may be judged as something else.
const LIMIT: f64 = 1e-3;

/// Streams of a kind, length and rate.
struct Case {
    kind: Kind,
    arrivals: u32,
    rate: f64,
    streams: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Each late by a half-normal time of 50 µs.
    Even,
    Poisson,
    /// A given number at sorted uniform times.
    Exactly,
}

fn main() -> ExitCode {
    let mut held = true;
    tell(HEAD);
    for case in cases() {
        let wrong = (0..case.streams).filter(|stream| is_wrong(&case, *stream)).count();
        let wrong = u32::try_from(wrong).expect("no more than streams");
        let share = f64::from(wrong) / f64::from(case.streams);
        held &= share <= LIMIT;
        let Case { kind, arrivals, rate, streams } = case;
        let (kind, upper) = (kind.name(), upper(wrong, streams));
        tell(&format!(
            "| {kind} | {arrivals} | {rate} | {streams} | {wrong} | {share:.1e} | {upper:.1e} |"
        ));
    }
    tell(if held { "\nAll shares are within 1e-3." } else { "\n**A share is above 1e-3.**" });
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const HEAD: &str = "# Audit: how often a stream is judged as another

Written by `cargo run --release -p run-analysis --example audit_classes`. Streams of known kind are made and judged;
wrong is CLUSTERED below 1000 arrivals (where only clusters may be told) and any other class than their own from 1000
on. Even arrivals are late by a half-normal time of 50 µs. The last column is the upper end of the 95 % interval of
the share (Wilson). No share may be above 1e-3.

| kind | arrivals | rate /s | streams | wrong | share | at most |
|---|--:|--:|--:|--:|--:|--:|";

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in [Kind::Even, Kind::Poisson, Kind::Exactly] {
        for (arrivals, streams) in [(200, 2_000), (1_000, 4_000), (2_000, 1_000), (10_000, 1_000)] {
            for rate in [10.0, 100.0, 1_000.0, 20_000.0] {
                // Long streams at low rates take long to scan and tell nothing new.
                if f64::from(arrivals) / rate <= 200.0 {
                    cases.push(Case { kind, arrivals, rate, streams });
                }
            }
        }
    }
    cases
}

fn is_wrong(case: &Case, stream: u32) -> bool {
    let seed = (u64::from(case.arrivals) << 40) ^ (case.rate.to_bits() >> 8) ^ u64::from(stream);
    let mut auditor = Auditor::unplanned();
    for at_ns in times(case, Draws(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))) {
        auditor.push(at_ns);
    }
    let class = auditor.finish().audit.class;
    let right = if case.kind == Kind::Even { "EVEN" } else { "POISSON" };
    if case.arrivals < 1_000 { class == "CLUSTERED" } else { class != right }
}

fn times(case: &Case, mut draws: Draws) -> Vec<u64> {
    let Case { kind, arrivals, rate, .. } = *case;
    let mut at = 0.0;
    let seconds = (0..arrivals).map(|n| match kind {
        Kind::Even => (f64::from(n) + 0.5) / rate + draws.half_normal() * 50e-6,
        Kind::Poisson => {
            at += draws.exponential() / rate;
            at
        }
        Kind::Exactly => draws.uniform() * f64::from(arrivals) / rate,
    });
    let mut times: Vec<u64> = seconds.map(nanoseconds).collect();
    times.sort_unstable();
    times
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive and some hundred seconds at most"
)]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

/// The upper end of Wilson's interval.
fn upper(wrong: u32, streams: u32) -> f64 {
    let (n, z) = (f64::from(streams), 1.96);
    let p = f64::from(wrong) / n;
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (p + z * z / (2.0 * n) + half) / (1.0 + z * z / n)
}

/// splitmix64.
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // 32 bits on 32 bits: enough for a time to the nanosecond, and exact in a double.
        let high = u32::try_from(z >> 32).expect("32 bits are left");
        let low = u32::try_from((z >> 11) & 0x1f_ffff).expect("21 bits are left");
        (f64::from(high) + f64::from(low) / 2_097_152.0) / 4_294_967_296.0
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    fn half_normal(&mut self) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform()).cos()).abs()
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Even => "even",
            Self::Poisson => "poisson",
            Self::Exactly => "exactly",
        }
    }
}

/// A reader that has gone away is no error.
fn tell(line: &str) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}
