//! Findings that compare two times of a run: each with a twin in which it must not be.

use run_record::audit::Audit;
use run_record::breakdown::{InstanceResult, PhaseResult, PlaceResult};
use run_record::run::{Finding, Run, StepResult};
use run_record::spread::Spread;

use super::{passes, warned};
use crate::findings::Code;
use crate::judge::{judge, slow_when_idle};
use crate::sample::good;

/// Times in milliseconds: the median, and 90 % and 99 %.
fn times(count: u64, ms: (u64, u64, u64)) -> Spread {
    let (p50, p90, p99) = (ms.0 * 1_000, ms.1 * 1_000, ms.2 * 1_000);
    #[expect(clippy::cast_precision_loss, reason = "some milliseconds")]
    let mean = p50 as f64;
    Spread { count, min: p50, mean, p50, p90, p95: p90, p99, p999: p99, max: p99 }
}

fn step() -> StepResult {
    StepResult {
        stream: "reads".to_owned(),
        step: "GET page".to_owned(),
        count: 10_000,
        not_completed: 0,
        response_us: Some(times(10_000, (8, 10, 12))),
        service_us: None,
        server_us: None,
        store_us: None,
        delivery_us: None,
    }
}

fn phase(name: &str, asked_per_s: f64, count: u64, ms: (u64, u64, u64)) -> PhaseResult {
    PhaseResult {
        stream: "reads".to_owned(),
        step: "GET page".to_owned(),
        phase: name.to_owned(),
        asked_per_s: Some(asked_per_s),
        count,
        not_completed: 0,
        response_us: Some(times(count, ms)),
        service_us: None,
        server_us: None,
    }
}

fn phases(phases: Vec<PhaseResult>) -> impl FnOnce(&mut Run) {
    move |run| (run.steps, run.phases) = (vec![step()], phases)
}

/// A quiet phase with so many requests and times, and a busy one of 100/s with a median of 10 ms.
fn quiet(asked_per_s: f64, count: u64, ms: (u64, u64, u64)) -> impl FnOnce(&mut Run) {
    let busy = phase("busy", 100.0, 3_000, (10, 20, 30));
    phases(vec![phase("quiet", asked_per_s, count, ms), busy])
}

fn only(run: &Run) -> Finding {
    let mut findings = judge(run).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

#[test]
fn a_target_that_is_slow_when_little_is_asked_is_told() {
    let code = Code::SlowWhenIdle;
    warned(code, quiet(1.0, 100, (15, 20, 30)));
    passes(quiet(1.0, 100, (14, 20, 30)));
    // Fewer requests must differ by more, and very few say nothing.
    passes(quiet(1.0, 99, (29, 30, 31)));
    warned(code, quiet(1.0, 99, (30, 30, 31)));
    warned(code, quiet(1.0, 20, (30, 30, 31)));
    passes(quiet(1.0, 19, (300, 300, 300)));
    // Of every five requests one pays: the median does not see it.
    warned(code, quiet(1.0, 500, (10, 30, 30)));
    passes(quiet(1.0, 499, (10, 30, 30)));
    // Two kinds of requests, half of each: by chance a median is of the slow kind, but then the mean is not.
    let with_mean = |mean, times: Option<Spread>| times.map(|times| Spread { mean, ..times });
    for (mean, is_slow) in [(12_400.0, false), (12_500.0, true)] {
        let spoil = |run: &mut Run| {
            quiet(1.0, 100, (15, 20, 30))(run);
            run.phases[0].response_us = with_mean(mean, run.phases[0].response_us);
        };
        if is_slow { warned(code, spoil) } else { passes(spoil) }
    }
    // One of ten is slow at any rate: the 90 % of the quiet phase is of the slow kind by chance.
    passes(|run| {
        quiet(1.0, 1_000, (10, 90, 90))(run);
        let busy = run.phases[1].response_us.as_mut().unwrap();
        busy.p95 = 90_000;
    });
    // The same rate, or nearly.
    warned(code, quiet(50.0, 1_500, (15, 20, 30)));
    passes(quiet(51.0, 1_500, (15, 20, 30)));
    passes(quiet(0.0, 1_500, (15, 20, 30)));
    // Slower the more is asked: that is what a load test looks for, and no finding.
    passes(phases(vec![
        phase("quiet", 10.0, 500, (10, 20, 30)),
        phase("busy", 100.0, 3_000, (90, 200, 300)),
    ]));
    // Three times as long, but nobody notices 4 ms.
    let fast = |ms| phase("quiet", 1.0, 500, (ms, ms, ms));
    let busy = || phase("busy", 100.0, 3_000, (2, 3, 4));
    passes(phases(vec![fast(6), busy()]));
    warned(code, phases(vec![fast(7), busy()]));
    // A replay of which no rate is known.
    let unknown = PhaseResult { asked_per_s: None, ..fast(70) };
    passes(phases(vec![unknown, busy()]));
}

#[test]
fn of_several_phases_the_two_that_differ_most_are_told() {
    let mut run = good();
    phases(vec![
        phase("hourly", 0.5, 40, (300, 310, 320)),
        phase("rare", 1.0, 60, (250, 310, 320)),
        phase("busy", 50.0, 3_000, (5, 9, 12)),
    ])(&mut run);
    let finding = only(&run);
    assert_eq!(finding.subject.as_deref(), Some("reads: GET page, hourly against busy"));
    for (name, value) in [
        ("quiet_rate_hz", 0.5),
        ("busy_rate_hz", 50.0),
        ("quantile_percent", 50.0),
        ("quiet_time_us", 300_000.0),
        ("busy_time_us", 5_000.0),
        ("slower_ratio", 60.0),
        ("quiet_count", 40.0),
    ] {
        assert_eq!(finding.numbers.get(name), Some(&value), "{name}");
    }
}

#[test]
fn two_runs_against_one_target_are_compared_by_their_steps() {
    let run = |asked_per_s, ms| {
        let mut run = good();
        phases(vec![phase("hold", asked_per_s, 200, (ms, ms, ms))])(&mut run);
        "http://localhost:1".clone_into(&mut run.environment.target);
        run
    };
    let (quiet, busy) = (run(1.0, 40), run(100.0, 5));
    for two in [[("a", &quiet), ("b", &busy)], [("b", &busy), ("a", &quiet)]] {
        let found = slow_when_idle(two[0], two[1]);
        let subjects: Vec<_> = found.iter().filter_map(|one| one.subject.as_deref()).collect();
        assert_eq!(subjects, ["GET page, reads/hold of a against reads/hold of b"]);
    }
    assert_eq!(slow_when_idle(("a", &run(1.0, 5)), ("b", &busy)), []);
    assert_eq!(slow_when_idle(("a", &quiet), ("b", &run(1.0, 5))), [], "the same rate");
    let mut elsewhere = busy.clone();
    "http://localhost:2".clone_into(&mut elsewhere.environment.target);
    assert_eq!(slow_when_idle(("a", &quiet), ("b", &elsewhere)), [], "another target");
    let mut another = busy;
    "GET other".clone_into(&mut another.phases[0].step);
    assert_eq!(slow_when_idle(("a", &quiet), ("b", &another)), [], "another step");
}

/// Instances with so many requests and times.
fn instances(of: &[(&str, u64, (u64, u64, u64))]) -> impl FnOnce(&mut Run) + use<> {
    let instance = |(name, count, ms): &(&str, u64, (u64, u64, u64))| InstanceResult {
        stream: "reads".to_owned(),
        step: "GET page".to_owned(),
        instance: (!name.is_empty()).then(|| (*name).to_owned()),
        count: *count,
        not_completed: 0,
        response_us: Some(times(*count, (50, 60, 70))),
        server_us: Some(times(*count, *ms)),
    };
    let instances = of.iter().map(instance).collect();
    move |run| (run.steps, run.instances) = (vec![step()], instances)
}

#[test]
fn an_instance_that_is_far_slower_than_the_others_is_told() {
    let code = Code::InstanceSlow;
    let (a, b) = (("a", 1_000, (4, 6, 8)), ("b", 1_000, (4, 6, 9)));
    passes(instances(&[a, b]));
    passes(instances(&[a]));
    warned(code, instances(&[a, b, ("c", 1_000, (8, 8, 8))]));
    passes(instances(&[a, b, ("c", 1_000, (7, 8, 8))]));
    // Few requests must differ by more, very few say nothing and keep the others from nothing.
    passes(instances(&[a, ("c", 40, (11, 11, 11))]));
    warned(code, instances(&[a, ("c", 40, (12, 12, 12))]));
    passes(instances(&[a, ("c", 19, (90, 90, 90))]));
    warned(code, instances(&[a, ("c", 200, (8, 8, 8)), ("d", 5, (1, 1, 1))]));
    // One in a hundred: it takes 1000 requests of each to see it.
    warned(code, instances(&[a, b, ("c", 1_000, (4, 6, 90))]));
    passes(instances(&[a, b, ("c", 999, (4, 6, 90))]));
    // Twice as long, but by a millisecond.
    passes(instances(&[("a", 500, (1, 1, 1)), ("b", 500, (2, 2, 2))]));
    // Answers that are not told apart are no instance.
    passes(instances(&[a, b, ("", 1_000, (90, 90, 90))]));
    let mut run = good();
    instances(&[a, b, ("c", 1_000, (8, 8, 8))])(&mut run);
    let finding = only(&run);
    assert_eq!(finding.subject.as_deref(), Some("reads: GET page, instance c"));
    let of = |name| finding.numbers.get(name).copied();
    assert_eq!([of("instance_time_us"), of("others_time_us")], [Some(8_000.0), Some(4_000.0)]);
    assert_eq!([of("instance_count"), of("others_count")], [Some(1_000.0), Some(2_000.0)]);
}

#[test]
fn instances_are_compared_by_response_time_where_one_does_not_say_more() {
    let spoil = |response_ms: u64| {
        move |run: &mut Run| {
            instances(&[("a", 500, (4, 6, 8)), ("b", 500, (4, 6, 8))])(run);
            run.instances[1].server_us = None;
            run.instances[1].response_us =
                Some(times(500, (response_ms, response_ms, response_ms)));
        }
    };
    passes(spoil(99));
    warned(Code::InstanceSlow, spoil(100));
}

/// A stream whose requests took so many milliseconds (median) by place, 100 of each.
fn places(class: &'static str, ms: &[u64]) -> impl FnOnce(&mut Run) + use<> {
    let from = [1, 2, 3, 5, 9, 17, 33];
    let place = |(from, ms): (u32, &u64)| PlaceResult {
        from,
        to: Some(from),
        count: 100,
        response_us: Some(times(100, (*ms, *ms, *ms))),
    };
    let places: Vec<PlaceResult> = from.into_iter().zip(ms).map(place).collect();
    move |run| {
        let audit = Audit { class: class.to_owned(), ..Audit::default() };
        (run.streams[0].audit, run.streams[0].places) = (Some(audit), places);
    }
}

#[test]
fn response_time_that_grows_with_the_place_in_a_cluster_is_told() {
    let code = Code::LatencyGrowsWithClusterSize;
    warned(code, places("CLUSTERED", &[4, 5, 6, 9, 17]));
    warned(code, places("CLUSTERED", &[4, 6]));
    // One class out of order, as the few who are furthest behind may be.
    warned(code, places("CLUSTERED", &[4, 5, 6, 9, 17, 40, 30]));
    // Nobody waits for anybody, or not for long.
    passes(places("CLUSTERED", &[4, 4, 4, 5, 5]));
    passes(places("CLUSTERED", &[1, 1, 2, 2]));
    passes(places("CLUSTERED", &[9, 17, 4, 3, 2]));
    // Up and down: that is something else.
    passes(places("CLUSTERED", &[4, 20, 6, 9, 17]));
    // Arrivals that come one by one are near each other by chance.
    passes(places("POISSON", &[4, 5, 6, 9, 17]));
    passes(places("CLUSTERED", &[4]));
    passes(places("CLUSTERED", &[]));
    // Of the few who were furthest behind nothing is said.
    passes(|run| {
        places("CLUSTERED", &[4, 4, 17])(run);
        run.streams[0].places[2].response_us = Some(times(19, (17, 17, 17)));
    });
    let mut run = good();
    places("CLUSTERED", &[4, 5, 6, 9, 17])(&mut run);
    let finding = only(&run);
    assert_eq!(finding.subject.as_deref(), Some("reads"));
    for (name, value) in
        [("first_time_us", 4_000.0), ("last_time_us", 17_000.0), ("last_place_count", 9.0)]
    {
        assert_eq!(finding.numbers.get(name), Some(&value), "{name}");
    }
}
