//! A small run that nothing is wrong with, for tests to spoil one thing at a time.

use std::collections::BTreeMap;

use load_plan::plan::{
    After, Endpoint, Fraction, Journey, Limit, Objective, Phase, PhaseKind, Plan, Rate, Record,
    Request, Spacing, Step, Stream, Template, Time, Weighted,
};
use run_record::environment::Environment;
use run_record::run::{
    Connections, Counts, ObjectiveResult, Run, SCHEMA, State, StreamResult, Watch,
};
use run_record::spread::Spread;

/// Two streams, 20 000 and 10 000 arrivals planned, all completed; three objectives, all held.
pub(crate) fn good() -> Run {
    Run {
        schema: SCHEMA,
        state: State::Finished,
        started_unix_ns: 1_563_580_800_000_000_000,
        ended_ns: Some(40_000_000_000),
        unreachable: None,
        aborted_by: None,
        verdict: None,
        findings: Vec::new(),
        counts: counts(30_000),
        achieved: None,
        seed: 1,
        schedule_version: 1,
        schedule_sha256: String::new(),
        plan_sha256: String::new(),
        overrides: BTreeMap::new(),
        plan: plan(),
        streams: vec![stream_result("reads", 20_000), stream_result("reactions", 10_000)],
        steps: Vec::new(),
        phases: Vec::new(),
        instances: Vec::new(),
        journeys: Vec::new(),
        objectives: vec![
            result("p99 <= 30ms", 20_000, 200),
            result("errors <= 0.1%", 20_000, 20),
            result("rate >= 99%", 20_000, 200),
        ],
        errors: Vec::new(),
        connections: Connections::default(),
        consumed: Vec::new(),
        scraped: None,
        preflight: Vec::new(),
        live: None,
        lateness_us: Some(spread(100)),
        wait_us: Some(spread(1)),
        runtime_lag_us: Some(spread(200)),
        timer_probe_us: Some(spread(90)),
        watch: Watch { seconds: 30, cpu_share: 0.2, cpu_share_max: 0.4, ..Watch::default() },
        environment: Environment::default(),
    }
}

/// A distribution whose 99 % is given.
pub(crate) fn spread(p99: u64) -> Spread {
    Spread { count: 1_000, min: 0, mean: 1.0, p50: 1, p90: 1, p95: 1, p99, p999: p99, max: p99 }
}

/// A phase at a rate that goes from `from` to `to` arrivals a second.
pub(crate) fn phase(name: &str, times_ns: (u64, u64), from: u64, to: u64) -> Phase {
    let rate = |arrivals| Rate { arrivals, seconds: 1 };
    Phase {
        name: name.to_owned(),
        start_ns: times_ns.0,
        duration_ns: times_ns.1,
        measured: name != "warm-up",
        kind: PhaseKind::Rate { from: rate(from), to: rate(to), spacing: Spacing::Even },
    }
}

/// A stream of these phases.
pub(crate) fn stream(name: &str, phases: Vec<Phase>) -> Stream {
    Stream {
        name: name.to_owned(),
        offset: Fraction { numerator: 1, denominator: 2 },
        mix: vec![Weighted { journey: 0, weight: 1 }],
        phases,
        users: 64,
        queue: 64,
        max_wait_ns: 1_000_000_000,
    }
}

/// A journey of one step.
fn journey(step: &str) -> Journey {
    let request = Request {
        method: "GET".to_owned(),
        path: Template(Vec::new()),
        headers: Vec::new(),
        bearer: None,
        body: None,
    };
    let step = Step {
        name: step.to_owned(),
        endpoint: Endpoint::Read,
        request,
        expect: vec![200],
        timeout_ns: 1_000_000_000,
        after: After::Done { think_ns: 0 },
    };
    Journey { name: "read".to_owned(), table: None, steps: vec![step] }
}

fn plan() -> Plan {
    let second = 1_000_000_000;
    let objective = |text: &str, limit| Objective {
        step: "GET page".to_owned(),
        text: text.to_owned(),
        implied: false,
        limit,
    };
    let latency =
        Limit::Latency { time: Time::Response, quantile_ppm: 990_000, at_most_ns: 30_000_000 };
    let warm_up = phase("warm-up", (0, 10 * second), 0, 600);
    let hold = phase("hold", (10 * second, 30 * second), 600, 600);
    Plan {
        name: "sample".to_owned(),
        seed: 1,
        streams: vec![
            stream("reads", vec![warm_up, hold]),
            stream("reactions", vec![phase("hold", (0, 40 * second), 250, 250)]),
        ],
        journeys: vec![journey("GET page")],
        tables: Vec::new(),
        objectives: vec![
            objective("p99 <= 30ms", latency),
            objective("errors <= 0.1%", Limit::Errors { at_most_ppm: 1_000 }),
            objective("rate >= 99%", Limit::Rate { at_least_ppm: 990_000 }),
        ],
        record: Record::All {},
        trace_header: true,
        drain_ns: 0,
        abort_on: None,
    }
}

fn counts(planned: u64) -> Counts {
    Counts { planned, completed: planned, ..Counts::default() }
}

fn stream_result(name: &str, planned: u64) -> StreamResult {
    let all = counts(planned);
    StreamResult {
        name: name.to_owned(),
        counts: all,
        measured: all,
        audit: None,
        places: Vec::new(),
    }
}

fn result(text: &str, total: u64, over: u64) -> ObjectiveResult {
    ObjectiveResult {
        step: "GET page".to_owned(),
        text: text.to_owned(),
        implied: false,
        total,
        over,
        status: None,
        seconds: Vec::new(),
    }
}
