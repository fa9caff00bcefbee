//! Laws of closed phases, whose arrivals wait for answers.

mod common;

use std::collections::BTreeSet;

use common::{HALF, constant, plan, stream};
use load_plan::closed::{ClosedArrivals, asked};
use load_plan::plan::{Closed, Cycle, PhaseKind, Plan, Spacing};
use load_plan::schedule::Schedule;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;

fn one(closed: Closed, duration_ns: u64) -> Plan {
    plan(1, vec![stream("s", HALF, &[(PhaseKind::Closed(closed), duration_ns)])])
}

proptest! {
    /// With a target that answers at once, a pace and a pause are the same timetable; a slow one is asked
    /// less often, never more.
    #[test]
    fn closed_users_ask_for_what_the_plan_says_only_if_they_are_answered(
        users in 1_u32..40, ramp_s in 0_u32..4, cycle_ns in 50_000_000_u64..900_000_000,
        answers_ns in prop::collection::vec(0_u64..2_000_000_000, 1..5),
    ) {
        let duration_ns = 5 * SECOND;
        let run = |cycle, answers_ns: &[u64]| {
            let closed = Closed { users, ramp_s, cycle };
            let plan = one(closed, duration_ns);
            let (mut arrivals, mut found) = (ClosedArrivals::of(&plan, 100), Vec::new());
            let mut last = 0;
            while let Some(arrival) = arrivals.release() {
                assert!(arrival.due_ns >= last && arrival.due_ns < duration_ns);
                last = arrival.due_ns;
                assert_eq!(arrival.seq, 100 + arrival.n);
                let answer = answers_ns[found.len() % answers_ns.len()];
                arrivals.ended(arrival.seq, arrival.due_ns + answer);
                found.push(arrival.due_ns);
            }
            assert!(arrivals.is_over());
            (found, asked(&closed, duration_ns))
        };
        let pace = Cycle::Pace { pace_ns: cycle_ns };
        let pause = Cycle::Pause { pause_ns: cycle_ns };
        let (at_once, asked) = run(pace, &[0]);
        prop_assert_eq!(u64::try_from(at_once.len()).unwrap(), asked);
        prop_assert_eq!(&run(pause, &[0]).0, &at_once);
        let (paced, paused) = (run(pace, &answers_ns).0, run(pause, &answers_ns).0);
        prop_assert!(paused.len() <= paced.len() && paced.len() <= at_once.len());
    }
}

/// 1000 users with a pace of a second, once all are there: every second the same 32 instants.
#[test]
fn a_pace_of_a_second_keeps_everyone_on_its_place() {
    let cycle = Cycle::Pace { pace_ns: SECOND };
    let plan = one(Closed { users: 1000, ramp_s: 60, cycle }, 70 * SECOND);
    let mut arrivals = ClosedArrivals::of(&plan, 0);
    let mut places = BTreeSet::new();
    while let Some(arrival) = arrivals.release() {
        places.insert(arrival.due_ns % SECOND);
        arrivals.ended(arrival.seq, arrival.due_ns + 5_000_000);
    }
    assert_eq!(places.len(), 32);
}

#[test]
fn closed_arrivals_of_several_streams_and_phases_are_told_apart() {
    let closed = |users| {
        let cycle = Cycle::Pause { pause_ns: SECOND };
        PhaseKind::Closed(Closed { users, ramp_s: 0, cycle })
    };
    let phases = [(closed(1), SECOND), (PhaseKind::Idle {}, SECOND), (closed(2), SECOND)];
    let open = stream("open", HALF, &[(constant(1, Spacing::Even), SECOND)]);
    let plan = plan(
        1,
        vec![stream("a", HALF, &phases), open, stream("b", HALF, &[(closed(1), 3 * SECOND)])],
    );
    assert_eq!(Schedule::new(&plan).count(), 1, "only the open stream is scheduled");
    let mut arrivals = ClosedArrivals::of(&plan, 1);
    let found: Vec<_> = std::iter::from_fn(|| {
        let arrival = arrivals.release()?;
        arrivals.ended(arrival.seq, arrival.due_ns);
        Some((arrival.seq, arrival.stream, arrival.phase, arrival.n, arrival.due_ns / SECOND))
    })
    .collect();
    let expected = [
        (1, 0, 0, 0, 0),
        (2, 2, 0, 0, 0),
        (3, 2, 0, 1, 1),
        (4, 0, 2, 1, 2),
        (5, 0, 2, 2, 2),
        (6, 2, 0, 2, 2),
    ];
    assert_eq!(found, expected);
    assert_eq!(arrivals.ended(77, 0), None, "one that is not out");
}
