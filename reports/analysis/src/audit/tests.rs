//! Streams of known kind, the numbers of an independent computation, and bad input.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "streams of a few minutes at most, whose counts and nanoseconds are small"
)]

mod direct;
mod streams;
mod tools;

mod classes;
mod numbers;
mod rates;
mod places;
mod edges;

use run_record::audit::Audit;

use super::{Audited, Auditor};

/// Judges times of which no plan is known.
fn audited(times: &[u64]) -> Audited {
    let mut auditor = Auditor::unplanned();
    for at_ns in times {
        auditor.push(*at_ns);
    }
    auditor.finish()
}

fn audit(times: &[u64]) -> Audit {
    audited(times).audit
}

/// Nanoseconds from seconds.
fn ns(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}
