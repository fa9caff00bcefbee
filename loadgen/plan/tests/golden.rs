//! The schedule against another program: `tests/golden/schedule.py`, which computes it from its definition
//! in fractions and 50-digit decimals, without a line in common with this crate.

#![cfg(test)] // so that the readers of the cases may unwrap

use std::process::Command;

use load_plan::draw::{Draws, RowPicker};
use load_plan::plan::{
    Fraction, Journey, Phase, PhaseKind, Pick, Plan, Rate, Record, Spacing, Stream, Weighted,
};
use load_plan::schedule_csv;
use serde_json::Value;

const CASES: &str = include_str!("../../../tests/golden/cases.json");

/// The files the other program wrote.
const GOLDEN: [(&str, &str); 10] = [
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
];
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
    }
}

/// With the offset that the definition gives the k-th stream.
fn stream(k: usize, described: &[Value], name: &Value) -> Stream {
    let offset = (500_000 + 618_034 * u32::try_from(k).unwrap()) % 1_000_000;
    let mut start_ns = 0;
    let phases = described.iter().map(|described| {
        let duration_ns = described["duration_ns"].as_u64().unwrap();
        start_ns += duration_ns;
        let rate = |end: &Value| Rate {
            arrivals: end[0].as_u64().unwrap(),
            seconds: end[1].as_u64().unwrap(),
        };
        let kind = match described["spacing"].as_str() {
            None => PhaseKind::Idle {},
            Some(spacing) => PhaseKind::Rate {
                from: rate(&described["from"]),
                to: rate(&described["to"]),
                spacing: if spacing == "even" { Spacing::Even } else { Spacing::Poisson },
            },
        };
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
