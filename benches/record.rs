//! What it costs to write and to read what a run leaves: rows of arrivals in Parquet, histograms in the latency log.
//!
//! The collector writes both beside the load, so that what a row costs is taken from the generator.

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hdrhistogram::Histogram;
use load_plan::plan::Plan;
use load_plan::scenario::{Context, parse};
use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::arrivals::{self, SegmentWriter};
use run_record::latency::{self, Kind, LatencyLogWriter, Tag};
use run_record::{histogram, record_us};

/// Rows of a segment: two and a half seconds of the greatest rate that one core sends.
const ROWS: u64 = 50_000;

/// Histograms of a log, each of one second with a thousand values.
const INTERVALS: u64 = 200;
const VALUES: u64 = 1_000;

const SECOND_NS: u64 = 1_000_000_000;

fn rows(criterion: &mut Criterion) {
    let (plan, rows) = (plan(), (0..ROWS).map(row).collect::<Vec<ArrivalRow>>());
    let segment = Bytes::from(written(&plan, &rows));
    assert_eq!(read(&segment), rows.iter().fold(0, |sum, row| sum ^ row.due_ns));
    let mut group = criterion.benchmark_group("arrivals");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("encode", |bencher| bencher.iter(|| written(&plan, black_box(&rows))));
    group.bench_function("decode", |bencher| bencher.iter(|| read(black_box(&segment))));
    group.finish();
}

fn histograms(criterion: &mut Criterion) {
    let intervals: Vec<Histogram<u64>> = (0..INTERVALS).map(interval).collect();
    let log = logged(&intervals);
    assert_eq!(counted(&log), INTERVALS * VALUES);
    let mut group = criterion.benchmark_group("histograms");
    group.throughput(Throughput::Elements(INTERVALS));
    group.bench_function("encode", |bencher| bencher.iter(|| logged(black_box(&intervals))));
    group.bench_function("decode", |bencher| bencher.iter(|| counted(black_box(&log))));
    group.finish();
    let mut group = criterion.benchmark_group("values");
    group.throughput(Throughput::Elements(VALUES));
    group.bench_function("count", |bencher| bencher.iter(|| interval(black_box(7))));
    group.finish();
}

fn written(plan: &Plan, rows: &[ArrivalRow]) -> Vec<u8> {
    let mut segment = SegmentWriter::new(Vec::new(), plan).expect("memory takes everything");
    for row in rows {
        segment.push(row).expect("the plan has all that the row names");
    }
    segment.finish().expect("memory takes everything")
}

fn read(segment: &Bytes) -> u64 {
    let rows = arrivals::read(segment.clone()).expect("the segment is whole");
    rows.fold(0, |sum, row| sum ^ row.expect("the segment is whole").due_ns)
}

fn logged(intervals: &[Histogram<u64>]) -> Vec<u8> {
    let [stream, phase, step] = ["reads", "hold", "GET page"].map(str::to_owned);
    let tag = Tag { stream, phase, step, kind: Kind::Response };
    let mut bytes = Vec::new();
    {
        let mut log = LatencyLogWriter::new(&mut bytes, 0).expect("memory takes everything");
        for (second, values) in (0..).zip(intervals) {
            let start_ns = second * SECOND_NS;
            log.write(&tag, start_ns, SECOND_NS, values).expect("memory takes everything");
        }
    }
    bytes
}

/// How many values all histograms of a log hold.
fn counted(log: &[u8]) -> u64 {
    latency::read(log).map(|interval| interval.expect("the log is whole").histogram.len()).sum()
}

/// Values between 1 and 21 ms, in no order.
fn interval(number: u64) -> Histogram<u64> {
    let mut values = histogram();
    for n in 0..VALUES {
        let drawn = (number * VALUES + n).wrapping_mul(2_654_435_761) % 20_000_000;
        record_us(&mut values, 1_000_000 + drawn);
    }
    values
}

fn row(seq: u64) -> ArrivalRow {
    let due_ns = seq * 50_000;
    let done_ns = due_ns + 900_000 + seq.wrapping_mul(2_654_435_761) % 5_000_000;
    ArrivalRow {
        seq,
        n: seq,
        stream: 0,
        phase: 0,
        journey: 0,
        step: Some(0),
        measured: true,
        last: true,
        due_ns,
        released_ns: Some(due_ns + 20_000),
        sent_ns: Some(due_ns + 30_000),
        first_byte_ns: Some(done_ns - 4_000),
        done_ns: Some(done_ns),
        user_free: true,
        outcome: Outcome::Completed,
        error_class: None,
        status: Some(200),
        bytes_in: 4_096,
        bytes_out: 0,
        server_us: Some(300 + seq % 31),
        store_us: Some(90 + seq % 7),
        connect_us: None,
        reused: Some(true),
        instance: Some("api-1".to_owned()),
        worker: 0,
        error_code: None,
    }
}

fn plan() -> Plan {
    let text = "schema = 1\nname = \"bench\"\ntarget = \"bundled\"\n\
        [[stream]]\nname = \"reads\"\njourneys = { read = 1 }\n\
        [[stream.phase]]\nname = \"hold\"\nrate = \"20000/s\"\nduration = \"10s\"\n\
        [[journey.read.step]]\nname = \"GET page\"\nrequest = { path = \"/\" }\n";
    parse("bench.toml", text, &Context::default()).expect("the scenario is right").plan
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .sample_size(20);
    targets = rows, histograms
}
criterion_main!(benches);
