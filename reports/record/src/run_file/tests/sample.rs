//! A run in which every field is present, so that a test on it speaks of the whole file.

use std::collections::BTreeMap;

use load_plan::plan::{Endpoint, Limit, Objective, Plan, Record, SCHEDULE_VERSION, Time};

use crate::audit::{Audit, Rhythm, Trains};
use crate::breakdown::{InstanceResult, PhaseResult, PlaceResult};
use crate::environment::Environment;
use crate::live::{DeliveryResult, Live, ReadersResult};
use crate::preflight::Preflight;
use crate::run::{
    Connections, ConsumedUnits, Counts, ErrorCount, Finding, JourneyResult, ObjectiveResult,
    ObjectiveStatus, Run, SCHEMA, Severity, State, StepResult, StreamResult, Verdict, Watch,
};
use crate::scraped::Scraped;
use crate::spread::Spread;

/// A run in which every field is present.
pub(super) fn run() -> Run {
    Run {
        schema: SCHEMA,
        state: State::Finished,
        started_unix_ns: 1_563_580_800_123_456_789,
        ended_ns: Some(30_000_000_001),
        unreachable: Some(name("connection refused")),
        aborted_by: None,
        verdict: Some(Verdict::Fail),
        findings: vec![Finding {
            code: name("OBJECTIVE_MISSED"),
            severity: Severity::Fail,
            subject: Some(name("GET page: p99 <= 30ms")),
            numbers: BTreeMap::from([(name("over_percent"), 1.25)]),
        }],
        counts: counts(15_000),
        achieved: Some(0.998),
        seed: u64::MAX,
        schedule_version: SCHEDULE_VERSION,
        schedule_sha256: "a".repeat(64),
        plan_sha256: "b".repeat(64),
        overrides: BTreeMap::from([(name("scale"), name("1/10"))]),
        plan: plan(),
        streams: vec![StreamResult {
            name: name("reads"),
            counts: counts(15_000),
            measured: counts(14_000),
            audit: Some(audit()),
            places: places(),
        }],
        steps: steps(),
        phases: vec![phase()],
        instances: vec![instance()],
        journeys: vec![JourneyResult {
            stream: name("reads"),
            journey: name("read_room"),
            count: 14_979,
            not_completed: 21,
            response_us: Some(spread(10)),
        }],
        objectives: objectives(),
        errors: vec![ErrorCount {
            stream: name("reads"),
            step: name("GET page"),
            class: name("status"),
            status: Some(503),
            code: Some(name("store_throttled")),
            count: 1,
            seconds: vec![(12, 1)],
        }],
        connections: Connections { opened: 5, reused: 14_995, connect_us: Some(spread(5)) },
        live: Some(live()),
        scraped: Some(scraped()),
        preflight: vec![preflight()],
        consumed: vec![ConsumedUnits {
            operation: name("put_reaction"),
            calls: 10,
            requests: 21,
            read_units: 10.5,
            write_units: 40.0,
        }],
        lateness_us: Some(spread(1)),
        wait_us: Some(spread(2)),
        runtime_lag_us: Some(spread(3)),
        timer_probe_us: Some(spread(4)),
        watch: Watch { seconds: 30, cpu_share: 0.25, cpu_share_max: 0.5, ..Watch::default() },
        environment: environment(),
    }
}

fn scraped() -> Scraped {
    Scraped {
        url: name("http://127.0.0.1:9090/metrics"),
        asked: 42,
        failed: 2,
        problem: Some(name("no answer in time")),
        series: vec![name("process_open_fds")],
        left_out: 1,
    }
}

fn preflight() -> Preflight {
    Preflight {
        endpoints: vec![Endpoint::Read, Endpoint::Write],
        base: name("https://127.0.0.1:8443"),
        connect_us: Some(spread(6)),
        tls_us: Some(spread(7)),
        round_trip_us: Some(spread(8)),
    }
}

fn live() -> Live {
    let readers = ReadersResult {
        stream: name("readers"),
        readers: 100,
        opened: 99,
        reopened: 3,
        events: 5_000,
        unmarked_events: 2,
        resyncs: 1,
        absent_share: 0.01,
    };
    let deliveries = DeliveryResult {
        stream: name("reactions"),
        step: name("PUT reaction"),
        delivered: 4_990,
        missing: 4,
        unseen_requests: 12,
    };
    Live {
        readers: vec![readers],
        deliveries: vec![deliveries],
        unmatched_events: 6,
        repeated_events: 5,
        given_up: 1,
    }
}

fn steps() -> Vec<StepResult> {
    vec![StepResult {
        stream: name("reads"),
        step: name("GET page"),
        count: 14_979,
        not_completed: 21,
        response_us: Some(spread(10)),
        service_us: Some(spread(9)),
        server_us: Some(spread(8)),
        store_us: Some(spread(6)),
        delivery_us: Some(spread(7)),
    }]
}

fn phase() -> PhaseResult {
    PhaseResult {
        stream: name("reads"),
        step: name("GET page"),
        phase: name("hold"),
        asked_per_s: Some(500.0),
        count: 14_979,
        not_completed: 21,
        response_us: Some(spread(10)),
        service_us: Some(spread(9)),
        server_us: Some(spread(8)),
    }
}

fn instance() -> InstanceResult {
    InstanceResult {
        stream: name("reads"),
        step: name("GET page"),
        instance: Some(name("a")),
        count: 14_979,
        not_completed: 1,
        response_us: Some(spread(10)),
        server_us: Some(spread(8)),
    }
}

fn places() -> Vec<PlaceResult> {
    let place = |from, to| PlaceResult { from, to, count: 7_000, response_us: Some(spread(10)) };
    vec![place(1, Some(1)), place(2, Some(2))]
}

fn environment() -> Environment {
    Environment {
        hanno: name("0.1.0"),
        commit: Some("c".repeat(40)),
        rustc: Some(name("1.95")),
        cores: 2,
        cores_given: 1.5,
        limits: BTreeMap::from([(name("descriptors"), 1_024)]),
        store: Some(name("redb")),
        dataset_sha256: Some("d".repeat(64)),
        ..Environment::default()
    }
}

fn objectives() -> Vec<ObjectiveResult> {
    vec![ObjectiveResult {
        step: name("GET page"),
        text: name("p99 <= 30ms"),
        implied: false,
        total: 15_000,
        over: 188,
        status: Some(ObjectiveStatus::Missed),
        seconds: vec![(500, 3), (501, 0)],
    }]
}

fn spread(step: u64) -> Spread {
    Spread {
        count: 15_000,
        min: step,
        mean: 1.5,
        p50: 2 * step,
        p90: 3 * step,
        p95: 4 * step,
        p99: 5 * step,
        p999: 6 * step,
        max: 7 * step,
    }
}

fn counts(planned: u64) -> Counts {
    Counts {
        planned,
        completed: planned - 21,
        failed: 1,
        timed_out: 2,
        dropped: 3,
        abandoned: 4,
        unreleased: 5,
        lost: 6,
    }
}

fn plan() -> Plan {
    Plan {
        name: "reads".to_owned(),
        seed: u64::MAX,
        streams: Vec::new(),
        journeys: Vec::new(),
        tables: Vec::new(),
        objectives: vec![Objective {
            step: "GET page".to_owned(),
            text: "p99 <= 30ms".to_owned(),
            implied: false,
            limit: Limit::Latency {
                time: Time::Response,
                quantile_ppm: 990_000,
                at_most_ns: 30_000_000,
            },
        }],
        record: Record::OneIn { n: 8 },
        trace_header: false,
        drain_ns: 5,
        abort_on: None,
    }
}

fn name(text: &str) -> String {
    text.to_owned()
}

fn audit() -> Audit {
    Audit {
        class: "CLUSTERED".to_owned(),
        kind: Some("trains".to_owned()),
        expected: Some("POISSON".to_owned()),
        phase: Some("hold".to_owned()),
        arrivals: 15_000,
        missing: Some(0),
        rate_per_s: Some(500.0),
        idc_1ms: Some(1.0),
        idc_10ms: Some(1.5),
        idc_100ms: Some(0.5),
        idc_1s: Some(0.25),
        cv2: Some(2.5),
        zero_gap_share: Some(0.125),
        lilliefors_d: Some(0.25),
        rhythm: Some(Rhythm { frequency_hz: 4, strength: 0.5, p: 1e-9 }),
        positions: Some(4),
        trains: Some(Trains { frequency_hz: 250, strength: 0.75, length: 2.0 }),
        resolution_ns: Some(1_000),
        stepped_back: 1,
    }
}
