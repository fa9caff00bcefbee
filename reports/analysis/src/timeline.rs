//! What the plan asked for in each second, beside which a report draws what was offered.

use load_plan::plan::{Phase, Plan, Stream};

/// The most seconds drawn: 31 days.
const SECONDS_MAX: u64 = 31 * 24 * 60 * 60;

const NANOSECONDS: u64 = 1_000_000_000;

/// Arrivals asked for in each second from the run's start, of all streams together; `None` where that of
/// a stream is not known. Exact up to the rounding of a float; the schedule itself is made elsewhere, in
/// exact arithmetic.
pub fn asked(plan: &Plan) -> Vec<Option<f64>> {
    plan.streams.iter().map(asked_of).fold(Vec::new(), |mut sum, stream| {
        sum.resize(sum.len().max(stream.len()), Some(0.0));
        for (sum, asked) in sum.iter_mut().zip(stream) {
            *sum = sum.zip(asked).map(|(sum, asked)| sum + asked);
        }
        sum
    })
}

/// Arrivals asked for in each second from the run's start, of one stream: the integral of its rate. A record
/// does not hold the times of a replayed file: there it is `None`.
pub fn asked_of(stream: &Stream) -> Vec<Option<f64>> {
    let end_ns = stream.phases.iter().map(end_ns).max().unwrap_or(0);
    let seconds = end_ns.div_ceil(NANOSECONDS).min(SECONDS_MAX);
    (0..seconds)
        .map(|second| {
            let from = second * NANOSECONDS;
            stream.phases.iter().map(|phase| asked_in(phase, from, from + NANOSECONDS)).sum()
        })
        .collect()
}

/// What a phase asks for between two instants.
fn asked_in(phase: &Phase, from_ns: u64, to_ns: u64) -> Option<f64> {
    let start = from_ns.max(phase.start_ns);
    let end = to_ns.min(end_ns(phase));
    if start >= end {
        return Some(0.0);
    }
    let [until_start, until_end] = [start, end].map(|at| phase.asked(at - phase.start_ns));
    Some(until_end? - until_start?)
}

fn end_ns(phase: &Phase) -> u64 {
    phase.start_ns.saturating_add(phase.duration_ns)
}

#[cfg(test)]
mod tests {
    use load_plan::plan::{Closed, Cycle, PhaseKind};

    use super::*;
    use crate::sample::{good, phase, stream};

    const SECOND: u64 = NANOSECONDS;

    #[track_caller]
    fn check(phases: Vec<Phase>, expected: &[f64]) {
        let asked = asked_of(&stream("reads", phases));
        assert_eq!(asked.len(), expected.len(), "{asked:?}");
        for (asked, expected) in asked.iter().zip(expected) {
            assert!((asked.unwrap() - expected).abs() < 1e-9, "{asked:?} {expected}");
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

    /// 25 users over 2 s with a pace of half a second ask for 50/s once all are there, half of it meanwhile.
    #[test]
    fn closed_users_ask_as_if_answers_took_no_time() {
        let cycle = Cycle::Pace { pace_ns: SECOND / 2 };
        let closed = Closed { users: 25, ramp_s: 2, cycle };
        let phase =
            Phase { kind: PhaseKind::Closed(closed), ..phase("loop", (0, 4 * SECOND), 1, 1) };
        check(vec![phase], &[12.5, 37.5, 50.0, 50.0]);
    }

    #[test]
    fn streams_add_up() {
        let plan = good().plan;
        let asked = asked(&plan);
        assert_eq!(asked.len(), 40);
        // 600/s · 10 s / 2 + 600/s · 30 s + 250/s · 40 s
        assert!((asked.iter().flatten().sum::<f64>() - 31_000.0).abs() < 1e-6);
        assert!((asked[9].unwrap() - (570.0 + 250.0)).abs() < 1e-9, "{:?}", asked[9]);
    }
}
