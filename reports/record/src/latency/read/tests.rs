//! What is written comes back; a cut last line is forgiven, any other damage is named.

use std::time::Duration;

use super::super::{Kind, LatencyLogWriter};
use super::*;
use crate::histogram::{histogram, record_us};

const STARTED_UNIX_NS: u64 = 1_563_580_800_123_456_789;

fn tag(step: &str, kind: Kind) -> Tag {
    Tag { stream: "reads".to_owned(), phase: "hold".to_owned(), step: step.to_owned(), kind }
}

fn values(microseconds: &[u64]) -> Histogram<u64> {
    let mut values = histogram();
    for value in microseconds {
        record_us(&mut values, value * 1_000);
    }
    values
}

fn intervals() -> Vec<Interval> {
    let at = |second: u64, step, kind, microseconds: &[u64]| Interval {
        tag: tag(step, kind),
        start_ns: second * 1_000_000_000,
        duration_ns: 1_000_000_000,
        histogram: values(microseconds),
    };
    vec![
        at(0, "GET a, b/c\n", Kind::Response, &[1, 250, 2_769, 2_769]),
        at(0, "GET a, b/c\n", Kind::Lateness, &[0, 0, 7]),
        at(1, "", Kind::Server, &[3_600_000_000]),
        Interval { start_ns: 2_000_000_001, duration_ns: 1, ..at(0, "PUT", Kind::Wait, &[12]) },
    ]
}

fn log(intervals: &[Interval]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut log = LatencyLogWriter::new(&mut bytes, STARTED_UNIX_NS).unwrap();
    for one in intervals {
        log.write(&one.tag, one.start_ns, one.duration_ns, &one.histogram).unwrap();
    }
    log.flush().unwrap();
    bytes
}

fn all(bytes: &[u8]) -> Result<Vec<Interval>, RecordError> {
    read(bytes).collect()
}

#[test]
fn intervals_come_back() {
    assert_eq!(all(&log(&intervals())).unwrap(), intervals());
}

#[test]
fn lines_are_those_other_tools_expect() {
    let text = String::from_utf8(log(&intervals())).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "#[Histogram log format version 1.3]");
    assert_eq!(lines[1], "#[StartTime: 1563580800.123456789 (seconds since epoch)]");
    assert_eq!(lines[2], "#[BaseTime: 1563580800.123456789 (seconds since epoch)]");
    let legend =
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"";
    assert_eq!(lines[5], legend);
    // HISTFAAAA is how every compressed V2 histogram begins.
    let first = "Tag=reads/hold/GET%20a%2C%20b%2Fc%0A/response,0.000,1.000,2.769,HISTFAAAA";
    assert!(lines[6].starts_with(first), "{}", lines[6]);
    assert!(
        lines[9].starts_with("Tag=reads/hold/PUT/wait,2.000000001,0.000000001,0.012,HISTFAAAA")
    );
}

#[test]
fn the_library_reads_the_header_too() {
    let bytes = log(&intervals());
    let entries: Vec<_> = IntervalLogIterator::new(&bytes).map(Result::unwrap).collect();
    let started = Duration::from_nanos(STARTED_UNIX_NS);
    assert_eq!(entries[0], LogEntry::StartTime(started));
    assert_eq!(entries[1], LogEntry::BaseTime(started));
    assert_eq!(entries.len(), 2 + intervals().len());
}

#[test]
fn an_empty_histogram_leaves_no_line() {
    let empty = Interval { histogram: histogram(), ..intervals()[0].clone() };
    assert_eq!(log(&[empty]), log(&[]));
}

#[test]
fn a_log_cut_anywhere_gives_the_whole_lines_before_the_cut() {
    let bytes = log(&intervals()[..2]);
    for length in 0..bytes.len() {
        let whole_lines = bytes[..length].split(|byte| *byte == b'\n').count() - 1;
        let found = all(&bytes[..length]).unwrap();
        assert_eq!(found, intervals()[..whole_lines.saturating_sub(6)], "cut at {length}");
    }
}

#[test]
fn a_damaged_line_that_is_whole_is_named_and_ends_the_reading() {
    let text = String::from_utf8(log(&intervals())).unwrap();
    let damage = |from: &str, to: &str| {
        let bad = text.replacen(from, to, 1);
        assert_ne!(bad, text);
        let mut intervals = read(bad.as_bytes());
        let error = intervals.by_ref().find_map(Result::err).unwrap().to_string();
        assert!(intervals.next().is_none());
        error
    };
    for (from, to, expected) in [
        ("0.000,1.000,2.769,HIST", "0.000,1.000,HIST", "line 7: is not an interval"),
        ("HIST", "****", "line 7: holds no base64"),
        ("HISTF", "HISTG", "line 7: holds no histogram"),
        ("Tag=reads/hold//server,", "", "line 9: has no tag"),
        ("//server", "//servant", "line 9: `reads/hold//servant` is not a tag"),
    ] {
        let error = damage(from, to);
        assert!(error.starts_with(&format!("latency log, {expected}")), "{error}");
    }
}

#[test]
fn a_line_without_an_end_is_not_read_into_memory() {
    let endless = vec![b'#'; usize::try_from(LINE_BYTES_MAX).unwrap() + 1];
    let error = all(&endless).unwrap_err().to_string();
    assert!(error.contains("line 1: is longer than"), "{error}");
}
