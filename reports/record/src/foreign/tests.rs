//! Logs that the tools themselves wrote, each beside what a sink saw of the same run, and what becomes of bad ones.

use std::io::{self, Read};

use proptest::prelude::*;

use super::*;

mod bad;
mod recorded;
mod stamps;

const GATLING_3_7: &[u8] = include_bytes!("../../tests/foreign/gatling-3.7.6/simulation.log");
const GATLING_3_12: &[u8] = include_bytes!("../../tests/foreign/gatling-3.12.0/simulation.log");
const K6: &[u8] = include_bytes!("../../tests/foreign/k6-2025-06/results.csv");
const VEGETA_CSV: &[u8] = include_bytes!("../../tests/foreign/vegeta-12.13.0/even.csv");
const VEGETA_JSON: &[u8] = include_bytes!("../../tests/foreign/vegeta-12.13.0/small.json");
const JTL: &[u8] = include_bytes!("../../tests/foreign/jmeter-5.6.3/results.jtl");
const SINK: &[u8] = include_bytes!("../../tests/foreign/vegeta-12.13.0/even-sink.csv");

/// Every recorded log that can be read, with its format.
const READABLE: [(&str, &[u8]); 7] = [
    ("gatling", GATLING_3_7),
    ("gatling", GATLING_3_12),
    ("k6-csv", K6),
    ("vegeta", VEGETA_CSV),
    ("vegeta", VEGETA_JSON),
    ("jtl", JTL),
    ("csv:arrived_ns,ns", SINK),
];

/// A log that was read to its end.
#[derive(Debug, PartialEq)]
struct Log {
    starts: Vec<Start>,
    resolution_ns: Option<u64>,
    cut: bool,
}

impl Log {
    fn times(&self) -> Vec<u64> {
        self.starts.iter().map(|start| start.start_ns).collect()
    }
}

fn read(format: &str, from: impl Read) -> Result<Log, ForeignError> {
    let mut read = starts(&format.parse().unwrap(), from)?;
    let starts = read.by_ref().collect::<Result<_, _>>()?;
    Ok(Log { starts, resolution_ns: read.resolution_ns(), cut: read.cut() })
}

/// The error of a log that must not be read.
fn refusal(format: &str, from: impl Read) -> String {
    match read(format, from) {
        Ok(log) => panic!("{format}: {} starts were read", log.starts.len()),
        Err(error) => error.to_string(),
    }
}

/// Lines of a log without their ends.
fn lines(log: &[u8]) -> Vec<&str> {
    str::from_utf8(log).unwrap().lines().collect()
}
