//! What the plan asked for in each second, beside which a report draws what was offered.

use load_plan::plan::{Phase, PhaseKind, Plan, Rate, Stream};

/// The most seconds drawn: 31 days.
const SECONDS_MAX: u64 = 31 * 24 * 60 * 60;

const NANOSECONDS: u64 = 1_000_000_000;

/// Arrivals asked for in each second from the run's start, of all streams together. Exact up to the
/// rounding of a float; the schedule itself is made elsewhere, in exact arithmetic.
pub fn asked(plan: &Plan) -> Vec<f64> {
    plan.streams.iter().map(asked_of).fold(Vec::new(), |mut sum, stream| {
        sum.resize(sum.len().max(stream.len()), 0.0);
        for (sum, asked) in sum.iter_mut().zip(stream) {
            *sum += asked;
        }
        sum
    })
}

/// Arrivals asked for in each second from the run's start, of one stream: the integral of its rate.
pub fn asked_of(stream: &Stream) -> Vec<f64> {
    let end_ns = stream.phases.iter().map(end_ns).max().unwrap_or(0);
    let seconds = end_ns.div_ceil(NANOSECONDS).min(SECONDS_MAX);
    (0..seconds)
        .map(|second| {
            let from = second * NANOSECONDS;
            stream.phases.iter().map(|phase| owed(phase, from, from + NANOSECONDS)).sum()
        })
        .collect()
}

/// The integral of a linear rate over the part of the phase between two instants: its mean there, times
/// the time.
fn owed(phase: &Phase, from_ns: u64, to_ns: u64) -> f64 {
    let PhaseKind::Rate { from, to, .. } = phase.kind else { return 0.0 };
    let start = from_ns.max(phase.start_ns);
    let end = to_ns.min(end_ns(phase));
    if start >= end {
        return 0.0;
    }
    let middle = seconds(start - phase.start_ns) + seconds(end - start) / 2.0;
    let share = middle / seconds(phase.duration_ns);
    let mean = per_second(from) * (1.0 - share) + per_second(to) * share;
    mean * seconds(end - start)
}

fn end_ns(phase: &Phase) -> u64 {
    phase.start_ns.saturating_add(phase.duration_ns)
}

#[expect(clippy::cast_precision_loss, reason = "a figure to draw")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / NANOSECONDS as f64
}

#[expect(clippy::cast_precision_loss, reason = "a figure to draw")]
fn per_second(rate: Rate) -> f64 {
    rate.arrivals as f64 / rate.seconds.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{good, phase, stream};

    const SECOND: u64 = NANOSECONDS;

    #[track_caller]
    fn check(phases: Vec<Phase>, expected: &[f64]) {
        let asked = asked_of(&stream("reads", phases));
        assert_eq!(asked.len(), expected.len(), "{asked:?}");
        for (asked, expected) in asked.iter().zip(expected) {
            assert!((asked - expected).abs() < 1e-9, "{asked} {expected}");
        }
    }

    #[test]
    fn a_second_is_the_integral_of_the_rate_over_it() {
        check(vec![], &[]);
        check(vec![phase("hold", (0, 2 * SECOND), 10, 10)], &[10.0, 10.0]);
        // A ramp: areas of trapezia.
        check(vec![phase("ramp", (0, 3 * SECOND), 0, 30)], &[5.0, 15.0, 25.0]);
        // Phases that begin and end within a second: 0.5 s at 10/s; then 1 s from 10/s to 0/s.
        let half = SECOND / 2;
        let phases =
            vec![phase("hold", (half, half), 10, 10), phase("down", (SECOND, half), 10, 0)];
        check(phases, &[5.0, 2.5]);
    }

    #[test]
    fn nothing_is_asked_for_in_an_idle_phase() {
        let idle = Phase { kind: PhaseKind::Idle {}, ..phase("idle", (0, SECOND), 1, 1) };
        check(vec![idle, phase("hold", (SECOND, SECOND), 4, 4)], &[0.0, 4.0]);
    }

    #[test]
    fn streams_add_up() {
        let plan = good().plan;
        let asked = asked(&plan);
        assert_eq!(asked.len(), 40);
        // 600/s · 10 s / 2 + 600/s · 30 s + 250/s · 40 s
        assert!((asked.iter().sum::<f64>() - 31_000.0).abs() < 1e-6);
        assert!((asked[9] - (570.0 + 250.0)).abs() < 1e-9, "{}", asked[9]);
    }
}
