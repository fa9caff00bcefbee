//! Every row comes back as it was, with names for indices; limits and wrong files are said.

use bytes::Bytes;
use load_plan::plan::{
    After, Endpoint, Fraction, Journey, Phase, PhaseKind, Record, Request, Step, Stream, Template,
    Weighted,
};
use parquet::basic::Encoding;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;

use super::*;
use crate::columns::GROUP_ROWS;
use crate::resources;

const DESIGNED: &str = "seq, n, stream, phase, journey, step, step_index, measured, last, due_ns, \
    released_ns, sent_ns, first_byte_ns, done_ns, user_free, outcome, error_class, status, bytes_in, \
    bytes_out, server_us, store_us, connect_us, reused, instance, worker, error_code";

fn stream(name: &str, phases: &[&str]) -> Stream {
    Stream {
        name: name.to_owned(),
        offset: Fraction { numerator: 1, denominator: 2 },
        mix: vec![Weighted { journey: 0, weight: 1 }],
        phases: phases
            .iter()
            .map(|phase| Phase {
                name: (*phase).to_owned(),
                start_ns: 0,
                duration_ns: 1,
                measured: true,
                kind: PhaseKind::Idle {},
            })
            .collect(),
        users: 1,
        queue: 1,
        max_wait_ns: 1,
    }
}

fn journey(name: &str, steps: &[&str]) -> Journey {
    let step = |name: &&str| Step {
        name: (*name).to_owned(),
        endpoint: Endpoint::Read,
        request: Request {
            method: "GET".to_owned(),
            path: Template(Vec::new()),
            headers: Vec::new(),
            bearer: None,
            body: None,
        },
        expect: vec![200],
        timeout_ns: 1,
        after: After::Done { think_ns: 0 },
    };
    Journey { name: name.to_owned(), table: None, steps: steps.iter().map(step).collect() }
}

fn plan() -> Plan {
    Plan {
        name: "two streams".to_owned(),
        seed: 1,
        streams: vec![stream("reads", &["warm-up", "hold"]), stream("reactions", &["hold"])],
        journeys: vec![
            journey("read", &["GET page"]),
            journey("react", &["GET \"é\", a/b", "PUT"]),
        ],
        tables: Vec::new(),
        objectives: Vec::new(),
        record: Record::All {},
        trace_header: true,
        drain_ns: 0,
        abort_on: None,
    }
}

fn rows_of(segment: Vec<u8>) -> Vec<ReadRow> {
    read(Bytes::from(segment)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// What the row should come back as, looked up here by hand.
fn expected(row: &ArrivalRow) -> ReadRow {
    let streams = [("reads", ["warm-up", "hold"]), ("reactions", ["hold", ""])];
    let journeys = [("read", ["GET page", ""]), ("react", ["GET \"é\", a/b", "PUT"])];
    let (stream, phases) = streams[usize::from(row.stream)];
    let (journey, steps) = journeys[usize::from(row.journey)];
    ReadRow {
        seq: row.seq,
        n: row.n,
        stream: stream.to_owned(),
        phase: phases[usize::from(row.phase)].to_owned(),
        journey: journey.to_owned(),
        step: row.step.map(|step| steps[usize::from(step)].to_owned()),
        step_index: row.step,
        measured: row.measured,
        last: row.last,
        due_ns: row.due_ns,
        released_ns: row.released_ns,
        sent_ns: row.sent_ns,
        first_byte_ns: row.first_byte_ns,
        done_ns: row.done_ns,
        user_free: row.user_free,
        outcome: row.outcome,
        error_class: row.error_class.map(str::to_owned),
        status: row.status,
        bytes_in: row.bytes_in,
        bytes_out: row.bytes_out,
        server_us: row.server_us,
        store_us: row.store_us,
        connect_us: row.connect_us,
        reused: row.reused,
        instance: row.instance.clone(),
        worker: row.worker,
        error_code: row.error_code.clone(),
    }
}

fn any_time() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![
        Just(None),
        (0..=i64::MAX.unsigned_abs()).prop_map(Some),
        (0..9_000u64).prop_map(Some)
    ]
}

prop_compose! {
    fn any_row()(
        (seq, n, due_ns) in (0..1_000_000u64, any::<u32>(), 0..=i64::MAX.unsigned_abs()),
        (stream, journey, second, started) in (0..2u16, 0..2u16, any::<bool>(), any::<bool>()),
        (measured, last, user_free, reused) in (any::<bool>(), any::<bool>(), any::<bool>(), any::<Option<bool>>()),
        times in proptest::array::uniform4(any_time()),
        server in proptest::array::uniform3(any_time()),
        (outcome, refused, status, instance) in (0..7usize, any::<bool>(), any::<Option<u16>>(), any::<Option<String>>()),
        (bytes_in, bytes_out, worker) in (0..u64::from(u32::MAX), 0..9u64, any::<u16>()),
        error_code in any::<Option<String>>(),
    ) -> ArrivalRow {
        let [released_ns, sent_ns, first_byte_ns, done_ns] = times;
        let [server_us, store_us, connect_us] = server;
        ArrivalRow {
            seq, n: u64::from(n), stream, journey, measured, last, due_ns,
            phase: u16::from(second && stream == 0),
            step: started.then_some(u16::from(second && journey == 1)),
            released_ns, sent_ns, first_byte_ns, done_ns, user_free,
            outcome: Outcome::ALL[outcome],
            error_class: refused.then_some("connect_refused"),
            status, bytes_in, bytes_out, server_us, store_us, connect_us, reused, instance, worker, error_code,
        }
    }
}

fn plain_row(seq: u64) -> ArrivalRow {
    ArrivalRow {
        seq,
        n: seq,
        stream: 0,
        phase: 1,
        journey: 0,
        step: Some(0),
        measured: true,
        last: true,
        due_ns: seq * 50_000,
        released_ns: Some(seq * 50_000 + 20_000),
        sent_ns: Some(seq * 50_000 + 30_000),
        first_byte_ns: Some(seq * 50_000 + 800_000 + seq % 977),
        done_ns: Some(seq * 50_000 + 900_000 + seq % 1_009),
        user_free: true,
        outcome: Outcome::Completed,
        error_class: None,
        status: Some(200),
        bytes_in: 4_096,
        bytes_out: 0,
        server_us: Some(300 + seq % 31),
        store_us: None,
        connect_us: None,
        reused: Some(true),
        instance: Some("a-1".to_owned()),
        worker: 0,
        error_code: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_row_comes_back(rows in proptest::collection::vec(any_row(), 0..60)) {
        let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
        for row in &rows {
            segment.push(row).unwrap();
        }
        prop_assert_eq!(segment.rows(), rows.len() as u64);
        let back = rows_of(segment.finish().unwrap());
        prop_assert_eq!(back, rows.iter().map(expected).collect::<Vec<_>>());
    }
}

#[test]
fn columns_are_those_of_the_design_and_numbers_are_packed_by_difference() {
    let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
    segment.push(&plain_row(0)).unwrap();
    let file = SerializedFileReader::new(Bytes::from(segment.finish().unwrap())).unwrap();
    let columns = file.metadata().row_group(0).columns();
    let names: Vec<_> = columns.iter().map(|column| column.column_path().string()).collect();
    assert_eq!(names.join(", "), DESIGNED);
    for column in columns {
        let packed = column.encodings().any(|encoding| encoding == Encoding::DELTA_BINARY_PACKED);
        assert_eq!(packed, column.column_type() == parquet::basic::Type::INT64, "{column:?}");
    }
}

#[test]
fn rows_are_written_in_groups_and_stay_in_order() {
    let count = 2 * GROUP_ROWS as u64 + 7;
    let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
    for seq in 0..count {
        segment.push(&plain_row(seq)).unwrap();
    }
    let bytes = Bytes::from(segment.finish().unwrap());
    let groups = SerializedFileReader::new(bytes.clone()).unwrap().metadata().num_row_groups();
    assert_eq!(groups, 3);
    assert!((bytes.len() as u64) < 24 * count, "{} bytes for {count} rows", bytes.len());
    let rows = read(bytes).unwrap().map(Result::unwrap);
    assert!(rows.map(|row| row.seq).eq(0..count));
}

#[test]
fn numbers_beyond_63_bits_are_written_as_the_largest() {
    let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
    segment.push(&ArrivalRow { server_us: Some(u64::MAX), ..plain_row(1) }).unwrap();
    let rows = rows_of(segment.finish().unwrap());
    assert_eq!(rows[0].server_us, Some(i64::MAX.unsigned_abs()));
}

#[test]
fn indices_that_the_plan_has_not_are_refused_and_leave_the_segment_whole() {
    let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
    segment.push(&plain_row(0)).unwrap();
    for (row, expected) in [
        (ArrivalRow { stream: 2, ..plain_row(1) }, "the plan has no stream 2"),
        (ArrivalRow { stream: 1, phase: 1, ..plain_row(1) }, "the plan has no phase 1"),
        (ArrivalRow { journey: 9, ..plain_row(1) }, "the plan has no journey 9"),
        (ArrivalRow { step: Some(1), ..plain_row(1) }, "the plan has no step 1"),
    ] {
        assert_eq!(segment.push(&row).unwrap_err().to_string(), expected);
    }
    segment.push(&plain_row(2)).unwrap();
    let seqs: Vec<_> = rows_of(segment.finish().unwrap()).iter().map(|row| row.seq).collect();
    assert_eq!(seqs, [0, 2]);
}

#[test]
fn a_full_segment_says_so_and_stays_whole() {
    let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
    assert_eq!(segment.rows_max, SEGMENT_ROWS_MAX);
    segment.rows_max = 2;
    for seq in 0..2 {
        assert!(!segment.is_full());
        segment.push(&plain_row(seq)).unwrap();
    }
    assert!(segment.is_full());
    assert!(matches!(segment.push(&plain_row(2)), Err(RecordError::TooLarge { limit: 2, .. })));
    assert_eq!(rows_of(segment.finish().unwrap()).len(), 2);
}

#[test]
fn other_files_are_refused() {
    let error = |bytes: Vec<u8>| read(Bytes::from(bytes)).err().unwrap().to_string();
    assert!(error(Vec::new()).starts_with("rows: "), "{}", error(Vec::new()));
    let other = resources::SegmentWriter::new(Vec::new()).unwrap().finish().unwrap();
    assert_eq!(error(other), "column `seq`: `second` is in its place");
    let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
    segment.push(&plain_row(0)).unwrap();
    let mut cut = segment.finish().unwrap();
    cut.truncate(cut.len() - 9);
    assert!(error(cut).starts_with("rows: "));
}

#[test]
fn sent_times_are_those_of_measured_first_steps() {
    let plan = plan();
    let mut segment = SegmentWriter::new(Vec::new(), &plan).unwrap();
    let row = |step, measured, sent_ns| ArrivalRow { step, measured, sent_ns, ..started() };
    let rows = [
        row(Some(0), true, Some(7)),
        row(Some(1), true, Some(8)),
        row(Some(0), false, Some(9)),
        row(None, true, None),
        row(Some(0), true, None),
        row(Some(0), true, Some(3)),
    ];
    for row in &rows {
        segment.push(row).unwrap();
    }
    let bytes = Bytes::from(segment.finish().unwrap());
    let seen: Vec<(String, u64)> =
        sent(bytes).unwrap().map(Result::unwrap).map(|row| (row.stream, row.sent_ns)).collect();
    assert_eq!(seen, [("reactions".to_owned(), 7), ("reactions".to_owned(), 3)]);
}

/// A group that cannot be read ends the segment: whoever reads on after an error comes to an end.
#[test]
fn a_damaged_segment_ends() {
    let mut segment = SegmentWriter::new(Vec::new(), &plan()).unwrap();
    for _ in 0..3 * GROUP_ROWS {
        segment.push(&started()).unwrap();
    }
    let mut bytes = segment.finish().unwrap();
    bytes[4..400].fill(0xff);
    let (good, bad): (Vec<_>, Vec<_>) =
        read(Bytes::from(bytes)).unwrap().take(1 << 20).partition(Result::is_ok);
    assert_eq!((good.len(), bad.len()), (0, 1));
}

/// The first step of the second stream's journey.
fn started() -> ArrivalRow {
    ArrivalRow {
        seq: 1,
        n: 1,
        stream: 1,
        phase: 0,
        journey: 1,
        step: Some(0),
        measured: true,
        last: true,
        due_ns: 1,
        released_ns: Some(1),
        sent_ns: Some(1),
        first_byte_ns: None,
        done_ns: None,
        user_free: true,
        outcome: Outcome::Completed,
        error_class: None,
        status: None,
        bytes_in: 0,
        bytes_out: 0,
        server_us: None,
        store_us: None,
        connect_us: None,
        reused: None,
        instance: None,
        worker: 0,
        error_code: None,
    }
}
