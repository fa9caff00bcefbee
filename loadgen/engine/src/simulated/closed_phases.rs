//! Closed phases on simulated time: the historical injector, and what its users do not see.

use std::collections::BTreeSet;

use load_plan::closed::asked;
use load_plan::plan::{Closed, Cycle};

use super::*;

fn closed_plan(users: u32, ramp_s: u32, cycle: Cycle, seconds: u64) -> Plan {
    let mut plan = plan(1, seconds, users, 0);
    plan.streams[0].phases[0].kind = PhaseKind::Closed(Closed { users, ramp_s, cycle });
    plan
}

fn closed(plan: &Plan) -> Closed {
    let PhaseKind::Closed(closed) = plan.streams[0].phases[0].kind else { unreachable!("as made") };
    closed
}

#[tokio::test(start_paused = true)]
async fn users_with_a_pace_come_on_the_few_phases_of_their_start() {
    for (users, ramp_s, seconds, phases) in [(25, 10, 30, 4), (1000, 60, 70, 32)] {
        let plan = closed_plan(users, ramp_s, Cycle::Pace { pace_ns: S }, seconds);
        let all = asked(&closed(&plan), seconds * S);
        let ran = run(plan, Target::steady(10 * MS)).await;
        assert_eq!((ran.run.counts.planned, ran.run.counts.completed), (all, all));
        let places: BTreeSet<u64> = ran.rows().map(|row| row.due_ns % S / MS).collect();
        assert_eq!(places.len(), phases, "{users} users: {places:?}");
        assert_conserved(&ran.run);
    }
}

#[tokio::test(start_paused = true)]
async fn users_with_a_pause_ask_less_of_a_slow_target() {
    let plan = closed_plan(10, 0, Cycle::Pause { pause_ns: 500 * MS }, 30);
    let asked = asked(&closed(&plan), 30 * S);
    let ran = run(plan, Target::steady(S)).await;
    // Each of ten users asks every 1.5 s instead of every 0.5 s: at 0, 1.5, …, 28.5 s.
    assert_eq!((asked, ran.run.counts.planned), (600, 200));
    assert!(ran.rows().all(|row| row.due_ns % (1_500 * MS) < 50 * MS), "the timer's ticks add up");
}

/// The control of the open model: those who wait for an answer hardly see the freeze.
#[tokio::test(start_paused = true)]
async fn a_closed_loop_misses_what_an_open_one_sees() {
    let frozen = || Target { freeze_ns: S, every_ns: 5 * S, ..Target::steady(MS) };
    let open = run(plan(500, 30, 2_500, 0), frozen()).await;
    let pace = Cycle::Pace { pace_ns: 20 * MS };
    let closed = run(closed_plan(10, 0, pace, 30), frozen()).await;
    let p90 = |ran: &Ran| ran.run.steps[0].response_us.unwrap().p90;
    assert!(p90(&open) > 500_000, "{}", p90(&open));
    assert!(p90(&closed) < 50_000, "{}", p90(&closed));
    assert!(closed.run.counts.planned * 12 < 15_000 * 11, "and it asked less often");
    assert_conserved(&closed.run);
}

#[tokio::test(start_paused = true)]
async fn open_and_closed_streams_share_a_run_and_number_apart() {
    let mut both = closed_plan(5, 0, Cycle::Pace { pace_ns: S }, 10);
    let open = plan(10, 10, 50, 0).streams.remove(0);
    both.streams.push(Stream { name: "open".into(), ..open });
    let ran = run_until(both, Target::steady(10 * MS), 5 * S + 500 * MS, |_| true).await;
    let seqs: BTreeSet<u64> = ran.rows().map(|row| row.seq).collect();
    // The open stream's hundred come first; of the closed one six of ten rounds were due before the stop.
    assert_eq!(seqs, (0..130).collect());
    assert_eq!((ran.run.streams[0].counts.planned, ran.run.streams[1].counts.planned), (30, 100));
    assert_eq!(ran.run.streams[0].counts.unreleased, 0, "what was not released was not planned");
    assert_conserved(&ran.run);
}
