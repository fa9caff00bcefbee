//! The plan behind the simulated run: a ramp that is not measured, then two streams at steady rates.

use load_plan::plan::{
    After, Endpoint, Fraction, Journey, Limit, Objective, Phase, PhaseKind, Plan, Rate, Record,
    Request, Spacing, Step, Stream, Template, Time, Weighted,
};

use crate::simulation::{HOLD_SECONDS, LOADS, Load, SECOND_NS, WARM_UP_SECONDS};

/// The whole plan.
pub(crate) fn plan() -> Plan {
    let objective = |step: &str, text: String, limit| Objective {
        step: step.to_owned(),
        text,
        implied: false,
        limit,
    };
    let objectives = LOADS.iter().flat_map(|load| {
        let time = Limit::Latency {
            time: Time::Response,
            quantile_ppm: 990_000,
            at_most_ns: load.limit_us * 1000,
        };
        let latency = objective(load.step, format!("p99 <= {}ms", load.limit_us / 1000), time);
        let errors = Limit::Errors { at_most_ppm: 1_000 };
        [latency, objective(load.step, "errors <= 0.1%".to_owned(), errors)]
    });
    Plan {
        name: "reads and reactions".to_owned(),
        seed: 20_190_717,
        streams: (0..).zip(&LOADS).map(|(journey, load)| stream(journey, load)).collect(),
        journeys: LOADS.iter().map(journey).collect(),
        tables: Vec::new(),
        objectives: objectives.collect(),
        record: Record::All {},
        trace_header: true,
        drain_ns: 30 * SECOND_NS,
        abort_on: None,
    }
}

fn stream(journey: u16, load: &Load) -> Stream {
    let rate = |from: u64, to: u64| PhaseKind::Rate {
        from: Rate { arrivals: from, seconds: 1 },
        to: Rate { arrivals: to, seconds: 1 },
        spacing: Spacing::Poisson,
    };
    let warm_up = if load.warm_up { rate(0, load.rate.into()) } else { PhaseKind::Idle {} };
    let hold = rate(load.rate.into(), load.rate.into());
    Stream {
        name: load.stream.to_owned(),
        offset: Fraction { numerator: 1, denominator: 2 },
        mix: vec![Weighted { journey, weight: 1 }],
        phases: vec![
            phase("warm-up", (0, WARM_UP_SECONDS), false, warm_up),
            phase("hold", (WARM_UP_SECONDS, HOLD_SECONDS), true, hold),
        ],
        users: 500,
        queue: 500,
        max_wait_ns: SECOND_NS,
    }
}

/// A phase from a start, for a duration, in seconds.
pub(crate) fn phase(
    name: &str,
    (start, duration): (u32, u32),
    measured: bool,
    kind: PhaseKind,
) -> Phase {
    Phase {
        name: name.to_owned(),
        start_ns: u64::from(start) * SECOND_NS,
        duration_ns: u64::from(duration) * SECOND_NS,
        measured,
        kind,
    }
}

fn journey(load: &Load) -> Journey {
    let step = Step {
        name: load.step.to_owned(),
        endpoint: Endpoint::Read,
        request: Request {
            method: "GET".to_owned(),
            path: Template(Vec::new()),
            headers: Vec::new(),
            bearer: None,
            body: None,
        },
        expect: vec![200],
        timeout_ns: 10 * SECOND_NS,
        after: After::Done { think_ns: 0 },
    };
    Journey { name: load.journey.to_owned(), table: None, steps: vec![step] }
}
