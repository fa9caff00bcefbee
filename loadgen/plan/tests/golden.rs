//! The schedule against another program: `tests/golden/schedule.py`, which computes it from its definition
//! in fractions and 50-digit decimals, without a line in common with this crate.

#![cfg(test)] // so that the readers of the cases may unwrap

use std::process::Command;

use load_plan::closed::ClosedArrivals;
use load_plan::draw::{Draws, RowPicker};
use load_plan::plan::{
    Burst, Closed, Cycle, Fraction, Journey, Phase, PhaseKind, Pick, Plan, Rate, Record, Replay,
    Spacing, Speed, Stream, Weighted,
};
use load_plan::schedule_csv;
use load_plan::stamps::{Source, Stamps, Unit};
use serde_json::Value;

const CASES: &str = include_str!("../../../tests/golden/cases.json");

/// The files the other program wrote.
const GOLDEN: [(&str, &str); 18] = [
    ("even-constant", include_str!("../../../tests/golden/even-constant.csv")),
    ("even-odd-rates", include_str!("../../../tests/golden/even-odd-rates.csv")),
    ("even-fractional", include_str!("../../../tests/golden/even-fractional.csv")),
    ("even-ramps", include_str!("../../../tests/golden/even-ramps.csv")),
    ("even-ramp-to-zero", include_str!("../../../tests/golden/even-ramp-to-zero.csv")),
    ("even-carry", include_str!("../../../tests/golden/even-carry.csv")),
    ("poisson-constant", include_str!("../../../tests/golden/poisson-constant.csv")),
    ("poisson-ramps", include_str!("../../../tests/golden/poisson-ramps.csv")),
    ("merged", include_str!("../../../tests/golden/merged.csv")),
    ("weights", include_str!("../../../tests/golden/weights.csv")),
    ("even-steps", include_str!("../../../tests/golden/even-steps.csv")),
    ("poisson-steps", include_str!("../../../tests/golden/poisson-steps.csv")),
    ("even-sine", include_str!("../../../tests/golden/even-sine.csv")),
    ("even-sine-to-zero", include_str!("../../../tests/golden/even-sine-to-zero.csv")),
    ("poisson-sine", include_str!("../../../tests/golden/poisson-sine.csv")),
    ("exactly", include_str!("../../../tests/golden/exactly.csv")),
    ("bursts", include_str!("../../../tests/golden/bursts.csv")),
    ("replay", include_str!("../../../tests/golden/replay.csv")),
];
const CLOSED: &str = include_str!("../../../tests/golden/closed.csv");
const DRAWS: &str = include_str!("../../../tests/golden/draws.csv");

#[test]
fn every_due_time_is_that_of_the_other_program() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let cases = cases["schedules"].as_array().unwrap();
    let names: Vec<_> = cases.iter().map(|case| case["name"].as_str().unwrap()).collect();
    assert_eq!(names, GOLDEN.map(|(name, _)| name));
    for (case, (name, expected)) in cases.iter().zip(GOLDEN) {
        let mut found = Vec::new();
        let count = schedule_csv::write(&plan(case), &mut found).unwrap();
        let found = String::from_utf8(found).unwrap();
        for (found, expected) in found.lines().zip(expected.lines()) {
            assert_eq!(found, expected, "{name}");
        }
        assert!(found == expected, "{name}: {} bytes, not {}", found.len(), expected.len());
        assert_eq!(usize::try_from(count).unwrap() + 1, expected.lines().count(), "{name}");
    }
}

#[test]
fn every_closed_arrival_is_that_of_the_other_program() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let mut found = vec!["case,n,due_ns".to_owned()];
    for case in cases["closed"].as_array().unwrap() {
        let answers_ns: Vec<_> =
            case["answers_ns"].as_array().unwrap().iter().map(|ns| ns.as_u64().unwrap()).collect();
        let mut arrivals = ClosedArrivals::of(&closed_plan(case, &cases), 0);
        while let Some(arrival) = arrivals.release() {
            let n = arrival.n;
            found.push(format!("{},{n},{}", text(&case["name"]), arrival.due_ns));
            let took_ns = answers_ns[usize::try_from(n).unwrap() % answers_ns.len()];
            // Told at once: what was not due before it is not due before it.
            arrivals.ended(arrival.seq, arrival.due_ns + took_ns);
        }
        assert!(arrivals.is_over());
    }
    for (found, expected) in found.iter().zip(CLOSED.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), CLOSED.lines().count());
}

#[test]
fn every_draw_is_that_of_the_other_program() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let case = &cases["draws"];
    let rows = usize::try_from(case["rows"].as_u64().unwrap()).unwrap();
    let elements = usize::try_from(case["elements"].as_u64().unwrap()).unwrap();
    let plan = Plan {
        seed: case["seed"].as_u64().unwrap(),
        streams: vec![stream(0, &[], &case["stream"])],
        ..plan(&cases["schedules"][0])
    };
    let draws = Draws::new(&plan, 0);
    let key = draws.element_key(case["column"].as_str().unwrap());
    let uniform = RowPicker::new(&Pick::Uniform {}, rows);
    let exponent = case["zipf"].as_str().unwrap().to_owned();
    let zipf = RowPicker::new(&Pick::Zipf { exponent }, rows);
    let words =
        |slot: u16| usize::try_from(case["picks"][usize::from(slot)].as_u64().unwrap()).unwrap();
    let mut found = vec!["n,row,zipf_row,pick_0,pick_1,element".to_owned()];
    for n in case["n"].as_array().unwrap() {
        let n = n.as_u64().unwrap();
        let (row, zipf_row) = (draws.row(n, &uniform), draws.row(n, &zipf));
        let [first, second] = [0, 1].map(|slot| draws.pick(n, slot, words(slot)));
        let element = draws.element(n, &key, elements);
        found.push(format!("{n},{row},{zipf_row},{first},{second},{element}"));
    }
    assert_eq!(found, DRAWS.lines().collect::<Vec<_>>());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the oracle is a program of another language")]
fn the_files_are_those_of_the_other_program() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/schedule.py");
    let checked = Command::new("python3").args([program, "--check"]).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

fn plan(case: &Value) -> Plan {
    let names = case["journeys"].as_array().unwrap();
    let journeys: Vec<Journey> =
        names.iter().map(|name| Journey { name: text(name), table: None, steps: vec![] }).collect();
    let streams = case["streams"].as_array().unwrap().iter().enumerate();
    let streams = streams.map(|(k, described)| Stream {
        offset: fraction(&described["offset"]).unwrap_or(stream(k, &[], &described["name"]).offset),
        mix: mix(&described["mix"], names),
        ..stream(k, described["phases"].as_array().unwrap(), &described["name"])
    });
    Plan {
        name: text(&case["name"]),
        seed: case["seed"].as_u64().unwrap(),
        streams: streams.collect(),
        journeys,
        tables: vec![],
        objectives: vec![],
        record: Record::All {},
        trace_header: true,
        drain_ns: 0,
        abort_on: None,
    }
}

/// One stream, idle until its closed phase begins.
fn closed_plan(case: &Value, cases: &Value) -> Plan {
    let number = |key: &str| case[key].as_u64();
    let cycle = match (number("pace_ns"), number("pause_ns")) {
        (Some(pace_ns), _) => Cycle::Pace { pace_ns },
        (None, pause_ns) => Cycle::Pause { pause_ns: pause_ns.unwrap() },
    };
    let [users, ramp_s] =
        ["users", "ramp_s"].map(|key| u32::try_from(number(key).unwrap()).unwrap());
    let phase = Phase {
        name: "closed".into(),
        start_ns: number("start_ns").unwrap(),
        duration_ns: number("duration_ns").unwrap(),
        measured: true,
        kind: PhaseKind::Closed(Closed { users, ramp_s, cycle }),
    };
    let streams = vec![Stream { phases: vec![phase], ..stream(0, &[], &case["name"]) }];
    Plan { streams, ..plan(&cases["schedules"][0]) }
}

/// With the offset that the definition gives the k-th stream.
fn stream(k: usize, described: &[Value], name: &Value) -> Stream {
    let offset = (500_000 + 618_034 * u32::try_from(k).unwrap()) % 1_000_000;
    let mut start_ns = 0;
    let phases = described.iter().map(|described| {
        let duration_ns = described["duration_ns"].as_u64().unwrap();
        start_ns += duration_ns;
        let kind = kind(described);
        let name = text(&described["name"]);
        Phase { name, start_ns: start_ns - duration_ns, duration_ns, measured: true, kind }
    });
    Stream {
        phases: phases.collect(),
        name: text(name),
        offset: Fraction { numerator: offset, denominator: 1_000_000 },
        mix: vec![Weighted { journey: 0, weight: 1 }],
        users: 1,
        queue: 1,
        max_wait_ns: 1,
    }
}

fn kind(described: &Value) -> PhaseKind {
    let number = |key: &str| described[key].as_u64().unwrap();
    match described["kind"].as_str() {
        Some("idle") => PhaseKind::Idle {},
        Some("burst") => PhaseKind::Burst(Burst {
            size: u32::try_from(number("size")).unwrap(),
            every_ns: number("every_ns"),
        }),
        Some("replay") => PhaseKind::Replay(replay(described)),
        Some(other) => panic!("{other}"),
        None => at_rate(described),
    }
}

fn at_rate(described: &Value) -> PhaseKind {
    let spacing = match described["spacing"].as_str().unwrap() {
        "even" => Spacing::Even,
        "poisson" => Spacing::Poisson,
        _ => Spacing::Exactly,
    };
    if let Some(steps) = described["steps"].as_array() {
        return PhaseKind::Steps { rates: steps.iter().map(rate).collect(), spacing };
    }
    if let Some(period_ns) = described["period_ns"].as_u64() {
        let [mean, amplitude] = ["mean", "amplitude"].map(|key| rate(&described[key]));
        return PhaseKind::Sine { mean, amplitude, period_ns, spacing };
    }
    PhaseKind::Rate { from: rate(&described["from"]), to: rate(&described["to"]), spacing }
}

fn rate(value: &Value) -> Rate {
    Rate { arrivals: value[0].as_u64().unwrap(), seconds: value[1].as_u64().unwrap() }
}

fn replay(described: &Value) -> Replay {
    let source = Source { file: "f".into(), column: "t".into(), unit: Unit::Seconds };
    let lines = described["stamps"].as_array().unwrap().iter().map(text);
    let lines: Vec<_> = std::iter::once("t".to_owned()).chain(lines).collect();
    let stamps = Stamps::from_csv(lines.join("\n").as_bytes(), &source).unwrap();
    let speed = rate(&described["speed"]);
    Replay {
        file: source.file,
        offsets: stamps.offsets(),
        speed: Speed { numerator: speed.arrivals, denominator: speed.seconds },
        repeat_ns: described["repeat_ns"].as_u64(),
    }
}

fn fraction(value: &Value) -> Option<Fraction> {
    let number = |index: usize| u32::try_from(value[index].as_u64()?).ok();
    Some(Fraction { numerator: number(0)?, denominator: number(1)? })
}

fn mix(value: &Value, journeys: &[Value]) -> Vec<Weighted> {
    let parts = value.as_array().unwrap().iter();
    let parts = parts.map(|part| Weighted {
        journey: u16::try_from(journeys.iter().position(|name| *name == part[0]).unwrap()).unwrap(),
        weight: u32::try_from(part[1].as_u64().unwrap()).unwrap(),
    });
    parts.collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
