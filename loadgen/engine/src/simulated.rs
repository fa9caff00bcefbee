//! Whole runs on simulated time: schedule, pacer, hand-off, Goose users, journeys and ledger, against a
//! target whose every answer is known beforehand.

use std::sync::Arc;
use std::time::Duration;

use load_plan::plan::{
    After, Endpoint, Fraction, Journey, Limit, Objective, Phase, PhaseKind, Plan, Rate, Record,
    Request, Spacing, Step, Stream, Template, Time, Weighted,
};
use load_plan::schedule::Schedule;
use run_record::environment::Environment;
use run_record::run::{Run, State};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::closed::{self, Answers};
use crate::event::Event;
use crate::exchange::{Exchange, Failure, Prepared, Reply};
use crate::flow::Flow;
use crate::ledger::Ledger;
use crate::pacer::Pacer;
use crate::planned::Planned;
use crate::requests::Requests;
use crate::start::unstarted;
use crate::times::Times;
use crate::users;

mod closed_phases;
mod compared;

const MS: u64 = 1_000_000;
const S: u64 = 1_000 * MS;

/// Answers after `service_ns`, but freezes for `freeze_ns` at the start of every `every_ns`.
struct Target {
    service_ns: u64,
    freeze_ns: u64,
    every_ns: u64,
    answer: Answer,
}

/// What becomes of a request.
type Answer = fn(&Prepared) -> Result<u16, Failure>;

impl Target {
    fn steady(service_ns: u64) -> Self {
        Self { service_ns, freeze_ns: 0, every_ns: S, answer: |_| Ok(200) }
    }

    fn done_ns(&self, sent_ns: u64) -> u64 {
        let into_period = sent_ns % self.every_ns;
        sent_ns + self.freeze_ns.saturating_sub(into_period) + self.service_ns
    }
}

impl Exchange for Target {
    type Kept = ();

    async fn send(
        &self,
        (): &mut (),
        clock: &Clock,
        request: Prepared,
        times: &mut Times,
    ) -> Result<Reply, Failure> {
        let sent_ns = clock.now_ns();
        times.sent_ns = Some(sent_ns);
        let status = (self.answer)(&request)?;
        clock.wait_until(self.done_ns(sent_ns)).await;
        times.first_byte_ns = Some(clock.now_ns());
        times.done_ns = Some(clock.now_ns());
        Ok(Reply { status, server_us: Some(self.service_ns / 1_000), ..Reply::default() })
    }
}

pub(crate) fn plan(rate: u64, seconds: u64, users: u32, queue: u32) -> Plan {
    let rate = Rate { arrivals: rate, seconds: 1 };
    let phase = Phase {
        name: "hold".into(),
        start_ns: 0,
        duration_ns: seconds * S,
        measured: true,
        kind: PhaseKind::Rate { from: rate, to: rate, spacing: Spacing::Even },
    };
    let stream = Stream {
        name: "reads".into(),
        offset: Fraction { numerator: 1, denominator: 2 },
        mix: vec![Weighted { journey: 0, weight: 1 }],
        phases: vec![phase],
        users,
        queue,
        max_wait_ns: 60 * S,
    };
    let objective = Objective {
        step: "GET".into(),
        text: "p99 <= 50ms".into(),
        implied: false,
        limit: Limit::Latency { time: Time::Response, quantile_ppm: 990_000, at_most_ns: 50 * MS },
    };
    Plan {
        name: "simulated".into(),
        seed: 1,
        streams: vec![stream],
        journeys: vec![Journey { name: "read".into(), table: None, steps: vec![step("GET")] }],
        tables: Vec::new(),
        objectives: vec![objective],
        record: Record::All {},
        trace_header: true,
        drain_ns: 10 * S,
        abort_on: None,
    }
}

fn step(name: &str) -> Step {
    Step {
        name: name.into(),
        endpoint: Endpoint::Read,
        request: Request {
            method: "GET".into(),
            path: Template(vec![load_plan::plan::Piece::Text(format!("/{name}"))]),
            headers: Vec::new(),
            bearer: None,
            body: None,
        },
        expect: vec![200],
        timeout_ns: 5 * S,
        after: After::Done { think_ns: 0 },
    }
}

/// Everything that happened, and the record's numbers made of the events that `keep` lets pass.
struct Ran {
    run: Run,
    events: Vec<Event>,
}

impl Ran {
    fn rows(&self) -> impl Iterator<Item = &run_record::arrival_row::ArrivalRow> {
        self.events.iter().filter_map(|event| match event {
            Event::Row { row, .. } => Some(&**row),
            Event::Probe { .. } | Event::Heard { .. } | Event::Scraped { .. } => None,
        })
    }
}

async fn run(plan: Plan, target: impl Exchange) -> Ran {
    run_until(plan, target, u64::MAX, |_| true).await
}

async fn run_until(
    plan: Plan,
    target: impl Exchange,
    stop_ns: u64,
    keep: fn(&Event) -> bool,
) -> Ran {
    let plan = Arc::new(plan);
    let (sender, receiver) = flume::unbounded();
    let (stop, abandon) = (CancellationToken::new(), CancellationToken::new());
    let requests = Requests::new(Arc::clone(&plan), Vec::new()).unwrap();
    let (told, answers) = Answers::channel();
    let flow = Arc::new(Flow::new(requests, target, sender.clone(), told, abandon.clone()));
    let planned = Arc::new(Planned::of_plan(&plan));
    let goose = tokio::spawn(users::run(flow.seats(), Arc::clone(&flow)));
    flow.all_ready().await;
    let clock = Clock::simulated(0);
    flow.start(clock);
    let pacer = Pacer {
        plan: Arc::clone(&plan),
        handoffs: Arc::clone(flow.handoffs()),
        planned: Arc::clone(&planned),
        events: sender,
        stop: stop.clone(),
        watch_ns: 0,
    };
    let schedule = Schedule::new(&plan);
    let pacer = tokio::spawn(async move { pacer.pace(clock, schedule).await });
    let closed =
        closed::pace(Arc::clone(&flow), clock, Arc::clone(&planned), answers, abandon.clone());
    let closed = tokio::spawn(closed);
    tokio::select! {
        () = flow.all_left() => {}
        () = tokio::time::sleep(Duration::from_nanos(clock.until_ns(stop_ns))) => {}
    }
    stop.cancel();
    abandon.cancel();
    pacer.await.unwrap().unwrap();
    closed.await.unwrap();
    flow.drop_waiting().await;
    flow.all_left().await;
    goose.abort();
    drop(flow);
    let events: Vec<Event> = receiver.drain().collect();
    let mut ledger = Ledger::new(Arc::clone(&plan), planned);
    let now_ns = clock.now_ns();
    events.iter().filter(|event| keep(event)).for_each(|event| ledger.on_event(event, now_ns));
    let mut run = Run {
        state: State::Finished,
        ..unstarted(&plan, Environment::default(), std::collections::BTreeMap::new())
    };
    ledger.fill(&mut run, 0, true);
    Ran { run, events }
}

#[track_caller]
fn assert_conserved(run: &Run) {
    assert_eq!(run.counts.planned, run.counts.ended(), "{:?}", run.counts);
    for stream in &run.streams {
        assert_eq!(stream.counts.planned, stream.counts.ended(), "{}", stream.name);
        assert_eq!(stream.measured.planned, stream.measured.ended(), "{}", stream.name);
    }
}

/// Nearest-rank percentile of raw values: the independent computation.
fn percentile_us(sorted_ns: &[u64], percent: usize) -> u64 {
    let rank = (sorted_ns.len() * percent).div_ceil(100).max(1);
    sorted_ns[rank - 1] / 1_000
}

#[track_caller]
fn assert_close(measured_us: u64, expected_us: u64) {
    assert!(
        measured_us.abs_diff(expected_us) * 1_000 <= expected_us * 2 + 1_000,
        "{measured_us} {expected_us}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_frozen_target_is_charged_from_the_due_time() {
    let target = Target { freeze_ns: S, every_ns: 5 * S, ..Target::steady(MS) };
    let oracle = Target { freeze_ns: S, every_ns: 5 * S, ..Target::steady(MS) };
    let ran = run(plan(500, 30, 2_500, 0), target).await;
    // Arrival n of an even stream is due when n + 1/2 are owed.
    let mut expected: Vec<u64> =
        (0..15_000).map(|n| (2 * n + 1) * MS).map(|due| oracle.done_ns(due) - due).collect();
    expected.sort_unstable();
    let measured = ran.run.steps[0].response_us.unwrap();
    assert_eq!((measured.count, ran.run.counts.completed), (15_000, 15_000));
    assert_close(measured.p50, percentile_us(&expected, 50));
    assert_close(measured.p90, percentile_us(&expected, 90));
    assert_close(measured.p99, percentile_us(&expected, 99));
    let over = expected.iter().filter(|ns| **ns > 50 * MS).count() as u64;
    assert_eq!((ran.run.objectives[0].total, ran.run.objectives[0].over), (15_000, over));
    assert_conserved(&ran.run);
}

#[tokio::test(start_paused = true)]
async fn too_few_users_make_waits_and_not_lateness() {
    let ran = run(plan(200, 5, 1, 10_000), Target::steady(10 * MS)).await;
    let (lateness, wait) = (ran.run.lateness_us.unwrap(), ran.run.wait_us.unwrap());
    assert!(lateness.max <= 2_000, "{lateness:?}");
    // One user serves 100/s of 200/s: the last of 1000 arrivals waits about 5 s.
    assert!(wait.max > 4_500_000, "{wait:?}");
    assert_eq!(ran.run.counts.completed, 1_000);
    assert_conserved(&ran.run);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_drops_and_counts() {
    let ran = run(plan(200, 5, 1, 4), Target::steady(10 * MS)).await;
    assert!(ran.run.counts.dropped > 400, "{:?}", ran.run.counts);
    assert_eq!(ran.run.objectives[0].total, 1_000);
    assert!(ran.run.objectives[0].over >= ran.run.counts.dropped);
    assert_conserved(&ran.run);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_end_is_counted_once() {
    let answers: [(Answer, &str); 3] = [
        (|_| Err(Failure("reset")), "reset"),
        (|_| Ok(503), "status"),
        (|_| panic!("a defect in a journey"), "panic"),
    ];
    for (answer, class) in answers {
        let ran = run(plan(100, 2, 50, 10), Target { answer, ..Target::steady(MS) }).await;
        assert_eq!((ran.run.counts.failed, ran.run.errors.len()), (200, 1), "{class}");
        assert_eq!((ran.run.errors[0].class.as_str(), ran.run.errors[0].count), (class, 200));
        assert_conserved(&ran.run);
    }
    let slow = run(plan(10, 2, 200, 10), Target::steady(6 * S)).await;
    assert_eq!(slow.run.counts.timed_out, 20);
    assert_conserved(&slow.run);
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_every_arrival_in_exactly_one_place() {
    let ran = run_until(plan(100, 10, 1_000, 0), Target::steady(S), 3 * S, |_| true).await;
    let counts = ran.run.counts;
    assert_eq!((counts.planned, counts.unreleased), (1_000, 700), "{counts:?}");
    assert!((99..=101).contains(&counts.abandoned), "{counts:?}");
    assert_conserved(&ran.run);
    assert_eq!(ran.rows().filter(|row| row.last).count(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_lost_outcome_breaks_the_sum_and_makes_the_run_invalid() {
    let keep = |event: &Event| !matches!(event, Event::Row { row, .. } if row.seq == 17);
    let ran = run_until(plan(100, 2, 100, 10), Target::steady(MS), u64::MAX, keep).await;
    assert_eq!(ran.run.counts.planned, ran.run.counts.ended() + 1);
    let codes = |run: &Run| -> Vec<String> {
        let judgement = run_analysis::judge::judge(run);
        judgement.findings.into_iter().map(|finding| finding.code).collect()
    };
    assert!(codes(&ran.run).contains(&"ACCOUNTING".to_owned()));
    let whole = run(plan(100, 2, 100, 10), Target::steady(MS)).await;
    assert!(!codes(&whole.run).contains(&"ACCOUNTING".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn later_steps_have_their_own_due_time_and_a_failure_ends_the_arrival() {
    let think = Step { after: After::Done { think_ns: 100 * MS }, ..step("second") };
    let every = Step { after: After::Due { every_ns: 500 * MS }, ..step("third") };
    let never = step("never");
    let mut plan = plan(10, 2, 100, 10);
    plan.journeys[0].steps = vec![step("GET"), think, every, never];
    let answer: Answer = |request| if request.path == "/third" { Ok(500) } else { Ok(200) };
    let ran = run(plan, Target { answer, ..Target::steady(20 * MS) }).await;
    assert_eq!(ran.run.counts.failed, 20);
    let of_first_arrival: Vec<_> = ran.rows().filter(|row| row.seq == 0).collect();
    assert_eq!(of_first_arrival.len(), 3);
    let (first, second, third) = (of_first_arrival[0], of_first_arrival[1], of_first_arrival[2]);
    assert_eq!(second.due_ns, first.done_ns.unwrap() + 100 * MS);
    assert_eq!(third.due_ns, second.due_ns + 500 * MS);
    assert!(third.last && !second.last && !first.last);
    assert_conserved(&ran.run);
}
