//! Plans for tests of the schedule: whatever a schedule does not depend on is left out.

use load_plan::plan::{
    Fraction, Journey, Phase, PhaseKind, Plan, Rate, Record, Spacing, Stream, Weighted,
};

/// Phases of `(rate or idle, duration)`, one after the other.
pub(crate) fn stream(name: &str, offset: Fraction, phases: &[(PhaseKind, u64)]) -> Stream {
    let mut start_ns = 0;
    let phases = phases.iter().enumerate().map(|(index, (kind, duration_ns))| {
        start_ns += duration_ns;
        Phase {
            name: format!("phase-{}", index + 1),
            start_ns: start_ns - duration_ns,
            duration_ns: *duration_ns,
            measured: true,
            kind: kind.clone(),
        }
    });
    Stream {
        phases: phases.collect(),
        name: name.to_owned(),
        offset,
        mix: vec![Weighted { journey: 0, weight: 1 }],
        users: 1,
        queue: 1,
        max_wait_ns: 1,
    }
}

/// A plan of these streams.
pub(crate) fn plan(seed: u64, streams: Vec<Stream>) -> Plan {
    let journey = |name: &str| Journey { name: name.to_owned(), table: None, steps: vec![] };
    Plan {
        name: "test".to_owned(),
        seed,
        streams,
        journeys: ["a", "b", "c"].map(journey).to_vec(),
        tables: vec![],
        objectives: vec![],
        record: Record::All {},
        trace_header: true,
        drain_ns: 0,
        abort_on: None,
    }
}

/// A phase that goes from one rate to another.
pub(crate) fn ramp(from: (u64, u64), to: (u64, u64), spacing: Spacing) -> PhaseKind {
    let rate = |(arrivals, seconds)| Rate { arrivals, seconds };
    PhaseKind::Rate { from: rate(from), to: rate(to), spacing }
}

/// A phase of one rate per second.
pub(crate) fn constant(rate: u64, spacing: Spacing) -> PhaseKind {
    ramp((rate, 1), (rate, 1), spacing)
}

/// One half.
pub(crate) const HALF: Fraction = Fraction { numerator: 1, denominator: 2 };
