//! A server that answers in log-normal times and may stand still, under two streams, timed as the harness times it.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use load_plan::plan::SCHEDULE_VERSION;
use run_analysis::audit::Fold;
use run_analysis::evidence::{Evidence, Gaps, Heat, Point, Series};
use run_record::environment::Environment;
use run_record::latency::{Kind, Tag};
use run_record::resource_row::ResourceRow;
use run_record::run::{
    Connections, ConsumedUnits, Counts, ErrorCount, JourneyResult, ObjectiveResult, Run, SCHEMA,
    State, StepResult, StreamResult, Watch,
};
use run_record::spread::Spread;

use crate::dice::{Dice, whole};
use crate::planned::plan;
use crate::target;

pub(crate) const WARM_UP_SECONDS: u32 = 10;
pub(crate) const HOLD_SECONDS: u32 = 40;
pub(crate) const SECOND_NS: u64 = 1_000_000_000;

/// Counts a value that is in microseconds already.
fn record(histogram: &mut Histogram<u64>, us: u64) {
    run_record::record_us(histogram, us * 1_000);
}

/// What a stream and its only step are called, how fast they come and what they take.
pub(crate) struct Load {
    pub(crate) stream: &'static str,
    pub(crate) step: &'static str,
    pub(crate) journey: &'static str,
    pub(crate) rate: u32,
    pub(crate) median_us: f64,
    pub(crate) limit_us: u64,
    pub(crate) warm_up: bool,
}

pub(crate) const LOADS: [Load; 2] = [
    Load {
        stream: "reads",
        step: "GET room",
        journey: "read_room",
        rate: 500,
        median_us: 1_900.0,
        limit_us: 30_000,
        warm_up: true,
    },
    Load {
        stream: "reactions",
        step: "PUT reaction",
        journey: "react",
        rate: 50,
        median_us: 4_800.0,
        limit_us: 50_000,
        warm_up: false,
    },
];

/// Both streams against a server that stands still for `stall_us` in second 27.
pub(crate) fn simulated(stall_us: u64) -> Evidence {
    let mut evidence = Evidence {
        run: bare_run(),
        latency: Vec::new(),
        resources: Vec::new(),
        gaps: Vec::new(),
        metrics: target::metrics(),
        missing: Vec::new(),
    };
    let mut released = BTreeMap::new();
    let mut dice = Dice(20_190_717);
    let mut lateness = run_record::histogram();
    for load in &LOADS {
        simulate(load, stall_us, &mut evidence, (&mut released, &mut dice, &mut lateness));
    }
    let run = &mut evidence.run;
    run.lateness_us = Spread::of(&lateness);
    let mut counts = Counts::default();
    for stream in &run.streams {
        counts.planned += stream.counts.planned;
        counts.completed += stream.counts.completed;
        counts.failed += stream.counts.failed;
    }
    run.counts = counts;
    let mut probe = run_record::histogram();
    (0..4_000).for_each(|_| record(&mut probe, dice.log_normal(55.0, 0.3)));
    (run.timer_probe_us, run.wait_us) = (Spread::of(&probe), None);
    run.runtime_lag_us = Spread::of(&probe);
    let resources =
        released.iter().map(|(second, released)| resource(second + 1, *released, dice.unit()));
    evidence.resources = resources.collect();
    evidence
}

fn simulate(
    load: &Load,
    stall_us: u64,
    evidence: &mut Evidence,
    (released, dice, lateness): (&mut BTreeMap<u32, u64>, &mut Dice, &mut Histogram<u64>),
) {
    let (mut counts, mut measured) = (Counts::default(), Counts::default());
    let (mut over, mut errors) = (0, 0);
    let mut gaps = Histogram::new(3).expect("3 digits exist");
    // Draws of their own, so that the times do not depend on them.
    let mut gap_dice = Dice(load.rate.into());
    let mut error_seconds: BTreeMap<u32, u32> = BTreeMap::new();
    let mut totals: [Histogram<u64>; 4] = std::array::from_fn(|_| run_record::histogram());
    for second in 0..WARM_UP_SECONDS + HOLD_SECONDS {
        let warming = second < WARM_UP_SECONDS;
        let arrivals = match (warming, load.warm_up) {
            (true, false) => continue,
            (true, true) => load.rate * (2 * second + 1) / (2 * WARM_UP_SECONDS),
            (false, _) => load.rate - load.rate / 40 + dice.below(load.rate / 20),
        };
        let mut kinds: [Histogram<u64>; 5] = std::array::from_fn(|_| run_record::histogram());
        for arrival in 0..arrivals {
            let into_us = u64::from(arrival) * 1_000_000 / u64::from(arrivals);
            let slow = if warming { 2.0 } else { 1.0 };
            let server = dice.log_normal(load.median_us * slow, 0.42);
            let server = if dice.unit() < 0.004 { server * 6 } else { server };
            let stalled = if second == 27 { stall_us.saturating_sub(into_us) } else { 0 };
            let service = server + stalled + 180 + dice.log_normal(60.0, 0.5);
            let late = dice.log_normal(40.0, 0.6);
            counts.planned += 1;
            *released.entry(second).or_default() += 1;
            let failed = !warming && dice.unit() < 0.0004;
            if !warming {
                gaps += whole(-gap_dice.unit().max(1e-9).ln() / f64::from(load.rate) * 1e9).max(1);
                measured.planned += 1;
                record(lateness, late);
                over += u64::from(failed || service + late > load.limit_us);
            }
            if failed {
                (counts.failed, measured.failed, errors) =
                    (counts.failed + 1, measured.failed + 1, errors + 1);
                *error_seconds.entry(second).or_default() += 1;
                continue;
            }
            counts.completed += 1;
            measured.completed += u64::from(!warming);
            for (kind, value) in
                kinds.iter_mut().zip([service + late, service, server + stalled, server / 2, late])
            {
                record(kind, value);
            }
        }
        if !warming {
            totals.iter_mut().zip(&kinds).for_each(|(total, kind)| *total += kind);
        }
        keep(&mut evidence.latency, load, second, &kinds);
    }
    // Some 127 ms on from one to the next: everywhere in the second.
    let fold = Fold::of_times((0..gaps.len()).map(|n| n * 127_001_003));
    evidence.gaps.push(Gaps { stream: load.stream.to_owned(), seen: gaps, fold, sampled: false });
    finish(load, &mut evidence.run, (counts, measured), (over, &error_seconds), &totals);
}

/// Adds the histograms of one second to the series of their tags.
fn keep(latency: &mut Vec<Series>, load: &Load, second: u32, kinds: &[Histogram<u64>; 5]) {
    let phase = if second < WARM_UP_SECONDS { "warm-up" } else { "hold" };
    let names = [
        Some(Kind::Response),
        Some(Kind::Service),
        Some(Kind::Server),
        // The store's time has no histogram of its own in the log.
        None,
        Some(Kind::Lateness),
    ];
    for (kind, values) in names.into_iter().zip(kinds).filter(|(_, values)| !values.is_empty()) {
        let Some(kind) = kind else { continue };
        let tag = Tag {
            stream: load.stream.to_owned(),
            phase: phase.to_owned(),
            step: load.step.to_owned(),
            kind,
        };
        if !latency.iter().any(|series| series.tag == tag) {
            let (total, heat) = (run_record::histogram(), Heat::default());
            latency.push(Series { tag: tag.clone(), total, seconds: Vec::new(), heat });
        }
        let series = latency.iter_mut().find(|series| series.tag == tag).expect("it is there now");
        series.total += values;
        series.seconds.push(point(second, values));
        series.heat.count(second, values);
    }
}

fn finish(
    load: &Load,
    run: &mut Run,
    (counts, measured): (Counts, Counts),
    (over, error_seconds): (u64, &BTreeMap<u32, u32>),
    totals: &[Histogram<u64>; 4],
) {
    run.streams.push(StreamResult {
        name: load.stream.to_owned(),
        counts,
        measured,
        audit: None,
        places: Vec::new(),
    });
    let [response_us, service_us, server_us, store_us] =
        [0, 1, 2, 3].map(|kind| Spread::of(&totals[kind]));
    let errors: u64 = error_seconds.values().copied().map(u64::from).sum();
    let (count, not_completed) = (measured.completed, measured.failed);
    run.steps.push(StepResult {
        stream: load.stream.to_owned(),
        step: load.step.to_owned(),
        count,
        not_completed,
        response_us,
        service_us,
        server_us,
        store_us,
        delivery_us: None,
    });
    run.journeys.push(JourneyResult {
        stream: load.stream.to_owned(),
        journey: load.journey.to_owned(),
        count,
        not_completed,
        response_us,
    });
    for (text, over) in [
        (format!("p99 <= {}ms", load.limit_us / 1000), over),
        ("errors <= 0.1%".to_owned(), errors),
    ] {
        run.objectives.push(ObjectiveResult {
            step: load.step.to_owned(),
            text,
            implied: false,
            total: measured.planned,
            over,
            status: None,
            seconds: Vec::new(),
        });
    }
    if errors > 0 {
        run.errors.push(ErrorCount {
            stream: load.stream.to_owned(),
            step: load.step.to_owned(),
            class: "status".to_owned(),
            code: None,
            status: Some(503),
            count: errors,
            seconds: error_seconds.iter().map(|(second, count)| (*second, *count)).collect(),
        });
    }
}

/// One second of a series, as the analysis folds it.
pub(crate) fn point(second: u32, values: &Histogram<u64>) -> Point {
    Point {
        second,
        count: values.len(),
        p50_us: values.value_at_quantile(0.5),
        p95_us: values.value_at_quantile(0.95),
        p99_us: values.value_at_quantile(0.99),
        p999_us: values.value_at_quantile(0.999),
        max_us: values.max(),
    }
}

fn resource(second: u32, released: u64, noise: f64) -> ResourceRow {
    ResourceRow {
        second,
        measured: second > WARM_UP_SECONDS,
        cpu_share: 0.1 + noise / 50.0,
        rss_bytes: 48 << 20,
        descriptors: 120,
        ports: 90,
        steal_share: 0.0,
        clock_step_us: 0,
        released,
        ended: if second == 28 { released * 3 / 5 } else { released },
        in_flight: 2,
        waiting: 0,
        lateness_p99_us: Some(160),
        target_cpu_cores: Some(0.6),
        target_rss_bytes: Some((90 << 20) + (u64::from(second) << 18)),
        timer_probe_p99_us: Some(70),
        runtime_lag_p99_us: Some(95),
        connections_opened: Some(if second < 3 { 8 } else { 0 }),
        read_units: Some(400.0 + noise * 20.0),
        write_units: Some(160.0),
    }
}

fn bare_run() -> Run {
    Run {
        state: State::Finished,
        started_unix_ns: 1_795_343_465 * SECOND_NS,
        ended_ns: Some(u64::from(WARM_UP_SECONDS + HOLD_SECONDS) * SECOND_NS + 4_000_000),
        verdict: None,
        plan: plan(),
        seed: 20_190_717,
        schedule_sha256: "5b6f0b2f64c1a1b58e9a0f7fd3f0f7a0c6c8ad2b7f0c2f7f1f0b6a5d4c3b2a19"
            .to_owned(),
        plan_sha256: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0".to_owned(),
        watch: Watch {
            seconds: HOLD_SECONDS,
            cpu_share: 0.112,
            cpu_share_max: 0.147,
            steal_share: 0.0,
            descriptors_share_max: 0.117,
            ports_share_max: 0.003,
            clock_step_us_max: 3,
            rss_bytes_max: 50_593_792,
        },
        environment: Environment {
            hanno: "0.1.0".to_owned(),
            commit: Some("1f3c9ab".to_owned()),
            rustc: Some("1.95.0".to_owned()),
            kernel: "Linux 6.8.0".to_owned(),
            cpu_model: "AMD EPYC 9354 32-Core Processor".to_owned(),
            cores: 4,
            cores_given: 2.0,
            memory: 16 << 30,
            limits: BTreeMap::from([
                ("descriptors".to_owned(), 1024),
                ("ports".to_owned(), 28_232),
            ]),
            target: "bundled".to_owned(),
            store: Some("redb".to_owned()),
            dataset_sha256: Some("77aa".repeat(16)),
            ..Environment::default()
        },
        schema: SCHEMA,
        unreachable: None,
        aborted_by: None,
        findings: Vec::new(),
        counts: Counts::default(),
        achieved: None,
        schedule_version: SCHEDULE_VERSION,
        overrides: BTreeMap::new(),
        streams: Vec::new(),
        steps: Vec::new(),
        phases: Vec::new(),
        instances: Vec::new(),
        journeys: Vec::new(),
        objectives: Vec::new(),
        errors: Vec::new(),
        connections: Connections { opened: 16, reused: 21_984, connect_us: None },
        consumed: vec![ConsumedUnits {
            operation: "put_reaction".to_owned(),
            calls: 2_000,
            requests: 2_003,
            read_units: 1_000.0,
            write_units: 6_400.0,
        }],
        scraped: Some(target::scraped()),
        preflight: target::ways(),
        live: None,
        lateness_us: None,
        wait_us: None,
        runtime_lag_us: None,
        timer_probe_us: None,
    }
}
