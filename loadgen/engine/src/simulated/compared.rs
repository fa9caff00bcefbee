//! Targets that are slow when idle, at one instance, or to those who come together: each is told of by its finding,
//! and a twin that only differs in this is not.

use std::sync::Mutex;

use load_plan::plan::{Closed, Cycle};
use run_analysis::audit::RunAuditor;
use run_analysis::judge::judge;

use super::*;
use crate::started::Started;

/// A target whose answers depend on the requests before.
struct Remembering {
    seen: Mutex<Seen>,
    rule: fn(&mut Seen, u64) -> (u64, &'static str),
}

/// What it remembers.
#[derive(Default)]
struct Seen {
    requests: u64,
    last_ns: u64,
    /// When it has served all that have come.
    free_ns: u64,
}

impl Remembering {
    /// The rule says when a request sent at a time is done, and who answers it.
    fn new(rule: fn(&mut Seen, u64) -> (u64, &'static str)) -> Self {
        Self { seen: Mutex::default(), rule }
    }
}

impl Exchange for Remembering {
    type Kept = ();

    async fn send(
        &self,
        (): &mut (),
        clock: &Clock,
        _request: Prepared,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        let sent_ns = clock.now_ns();
        times.sent_ns = Some(sent_ns);
        let (done_ns, instance) = (self.rule)(&mut self.seen.lock().unwrap(), sent_ns);
        clock.wait_until(done_ns).await;
        (times.first_byte_ns, times.done_ns) = (Some(clock.now_ns()), Some(clock.now_ns()));
        let server_us = Some((done_ns - sent_ns) / 1_000);
        Ok(Reply { status: 200, server_us, instance: Some(instance.into()), ..Reply::default() })
    }
}

/// 2/s for a minute, then 50/s.
fn quiet_then_busy() -> Plan {
    let mut plan = plan(2, 60, 50, 10);
    let rate = Rate { arrivals: 50, seconds: 1 };
    plan.streams[0].phases.push(Phase {
        name: "busy".into(),
        start_ns: 60 * S,
        duration_ns: 20 * S,
        measured: true,
        kind: PhaseKind::Rate { from: rate, to: rate, spacing: Spacing::Even },
    });
    plan
}

/// What is found, of the codes that compare.
fn found(mut ran: Ran) -> Vec<String> {
    let mut auditor = RunAuditor::of(&ran.run.plan);
    for started in ran.rows().filter_map(Started::of) {
        auditor.started(run_analysis::audit::Started {
            stream: started.stream,
            phase: started.phase,
            sent_ns: started.sent_ns,
            response_us: started.response_ns.map(|ns| u32::try_from(ns / 1_000).unwrap()),
        });
    }
    for (stream, audited) in ran.run.streams.iter_mut().zip(auditor.finish()) {
        let audited = audited.unwrap();
        (stream.audit, stream.places) = (Some(audited.audit), audited.places);
    }
    let compared = ["SLOW_WHEN_IDLE", "INSTANCE_SLOW", "LATENCY_GROWS_WITH_CLUSTER_SIZE"];
    let codes = judge(&ran.run).findings.into_iter().map(|finding| finding.code);
    codes.filter(|code| compared.contains(&code.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn the_phases_of_a_step_are_told_apart_and_add_up() {
    let mut plan = quiet_then_busy();
    plan.streams[0].phases[0].name = "quiet".into();
    let ran = run(plan, Target::steady(10 * MS)).await;
    let of = |phase: &run_record::breakdown::PhaseResult| {
        (phase.phase.clone(), phase.asked_per_s, phase.count, phase.response_us.unwrap().count)
    };
    let expected =
        [("quiet".to_owned(), Some(2.0), 120, 120), ("busy".to_owned(), Some(50.0), 1_000, 1_000)];
    assert_eq!(ran.run.phases.iter().map(of).collect::<Vec<_>>(), expected);
    assert_eq!((ran.run.steps[0].count, ran.run.steps[0].not_completed), (1_120, 0));
    // Nobody named an instance.
    assert_eq!(ran.run.instances, []);
}

#[tokio::test(start_paused = true)]
async fn what_goes_cold_between_requests_is_told() {
    let cold = Remembering::new(|seen, sent_ns| {
        let idle_ns = sent_ns - std::mem::replace(&mut seen.last_ns, sent_ns);
        (sent_ns + if idle_ns > 300 * MS { 200 * MS } else { 10 * MS }, "a")
    });
    assert_eq!(found(run(quiet_then_busy(), cold).await), ["SLOW_WHEN_IDLE"]);
    let warm = Remembering::new(|_, sent_ns| (sent_ns + 10 * MS, "a"));
    assert_eq!(found(run(quiet_then_busy(), warm).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_instance_among_three_is_told() {
    let slow = Remembering::new(|seen, sent_ns| {
        let name = in_turn(seen);
        (sent_ns + if name == "c" { 60 * MS } else { 10 * MS }, name)
    });
    let ran = run(plan(50, 20, 50, 10), slow).await;
    let names: Vec<_> = ran.run.instances.iter().map(|one| one.instance.clone().unwrap()).collect();
    assert_eq!(names, ["b", "a", "c"], "in the order of their first answers");
    assert_eq!(ran.run.instances.iter().map(|one| one.count).sum::<u64>(), 1_000);
    assert_eq!(found(ran), ["INSTANCE_SLOW"]);
    let alike = Remembering::new(|seen, sent_ns| (sent_ns + 10 * MS, in_turn(seen)));
    assert_eq!(found(run(plan(50, 20, 50, 10), alike).await), [""; 0]);
}

fn in_turn(seen: &mut Seen) -> &'static str {
    seen.requests += 1;
    ["a", "b", "c"][usize::try_from(seen.requests % 3).unwrap()]
}

#[tokio::test(start_paused = true)]
async fn groups_that_wait_for_each_other_are_told_and_not_held_against_the_target() {
    let one_by_one = || {
        Remembering::new(|seen, sent_ns| {
            seen.free_ns = seen.free_ns.max(sent_ns) + 5 * MS;
            (seen.free_ns, "a")
        })
    };
    let paced = || {
        let mut plan = plan(1, 70, 25, 0);
        let cycle = Cycle::Pace { pace_ns: S };
        plan.streams[0].phases[0].kind = PhaseKind::Closed(Closed { users: 25, ramp_s: 10, cycle });
        plan
    };
    let ran = run(paced(), one_by_one()).await;
    assert_eq!(found(ran), ["LATENCY_GROWS_WITH_CLUSTER_SIZE"]);
    // The same groups at a target that serves all at once.
    let at_once = Remembering::new(|_, sent_ns| (sent_ns + 5 * MS, "a"));
    assert_eq!(found(run(paced(), at_once).await), [""; 0]);
    // The same target, asked at the same rate by people who do not know each other.
    let mut open = plan(25, 60, 250, 0);
    let rate = Rate { arrivals: 25, seconds: 1 };
    open.streams[0].phases[0].kind =
        PhaseKind::Rate { from: rate, to: rate, spacing: Spacing::Poisson };
    assert_eq!(found(run(open, one_by_one()).await), [""; 0]);
}
