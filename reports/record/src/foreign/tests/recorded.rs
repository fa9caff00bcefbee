//! Each recorded log against the sink that was sent to: as many starts as arrivals, each start just before its arrival.
//!
//! The sinks answered after 20 ms, so that stamps of the end of a request would lie behind the arrivals.

use super::*;

const MS: u64 = 1_000_000;

/// A log and the sink of its run, with what the two may differ by.
struct Run {
    format: &'static str,
    log: &'static [u8],
    sink: &'static [u8],
    name: &'static str,
    resolution_ns: u64,
    /// Half of the arrivals come within this time after the start, to which the log's resolution is added.
    median_ns: u64,
    /// All do: a JVM that sets up its first connections takes its time.
    max_ns: u64,
}

const RUNS: [Run; 5] = [
    Run {
        format: "gatling",
        log: GATLING_3_7,
        sink: include_bytes!("../../../tests/foreign/gatling-3.7.6/sink.csv"),
        name: "get",
        resolution_ns: MS,
        median_ns: MS,
        max_ns: 150 * MS,
    },
    Run {
        format: "gatling",
        log: GATLING_3_12,
        sink: include_bytes!("../../../tests/foreign/gatling-3.12.0/sink.csv"),
        name: "get",
        resolution_ns: MS,
        median_ns: MS,
        max_ns: 150 * MS,
    },
    Run {
        format: "jtl",
        log: JTL,
        sink: include_bytes!("../../../tests/foreign/jmeter-5.6.3/sink.csv"),
        name: "get, \"plain\"",
        resolution_ns: MS,
        median_ns: MS,
        max_ns: 60 * MS,
    },
    Run {
        format: "vegeta",
        log: VEGETA_CSV,
        sink: SINK,
        name: "even",
        resolution_ns: 1,
        median_ns: MS / 5,
        max_ns: 5 * MS,
    },
    Run {
        format: "vegeta",
        log: VEGETA_JSON,
        sink: include_bytes!("../../../tests/foreign/vegeta-12.13.0/small-sink.csv"),
        name: "small",
        resolution_ns: 1,
        median_ns: MS / 5,
        max_ns: 5 * MS,
    },
];

/// Arrivals by the sink's file, split by hand so that nothing under test reads the witness.
fn arrivals(sink: &[u8]) -> Vec<u64> {
    let first = |line: &&str| line.split(',').next().unwrap().parse().unwrap();
    lines(sink)[1..].iter().map(first).collect()
}

#[test]
fn every_start_is_just_before_its_arrival_at_the_sink() {
    for run in RUNS {
        let log = read(run.format, run.log).unwrap();
        let mut arrivals = arrivals(run.sink);
        let mut starts = log.times();
        assert_eq!(starts.len(), arrivals.len(), "{}", run.format);
        assert!(log.starts.iter().all(|start| start.name.as_deref() == Some(run.name)));
        assert_eq!(
            (log.resolution_ns, log.cut),
            (Some(run.resolution_ns), false),
            "{}",
            run.format
        );

        arrivals.sort_unstable();
        starts.sort_unstable();
        let after = |(arrival, start): (&u64, &u64)| arrival.checked_sub(*start).unwrap();
        let mut lags: Vec<u64> = arrivals.iter().zip(&starts).map(after).collect();
        lags.sort_unstable();
        let (median, max) = (lags[lags.len() / 2], lags[lags.len() - 1]);
        assert!(median <= run.median_ns + run.resolution_ns, "{}: median {median}", run.format);
        assert!(max <= run.max_ns, "{}: max {max}", run.format);
    }
}

/// Each user of these runs sent one request to the sink, one to a port where nobody listens, and failed to build a
/// third; the requests are in a group, and the run has assertions.
#[test]
fn gatling_lines_of_other_kinds_are_no_requests() {
    let mixed: [(&[u8], &[u8]); 2] = [
        (
            include_bytes!("../../../tests/foreign/gatling-3.7.6/mixed.log"),
            include_bytes!("../../../tests/foreign/gatling-3.7.6/mixed-sink.csv"),
        ),
        (
            include_bytes!("../../../tests/foreign/gatling-3.12.0/mixed.log"),
            include_bytes!("../../../tests/foreign/gatling-3.12.0/mixed-sink.csv"),
        ),
    ];
    for (log, sink) in mixed {
        let log = read("gatling", log).unwrap();
        let named = |name: &str| {
            log.starts.iter().filter(|start| start.name.as_deref() == Some(name)).count()
        };
        assert_eq!(named("get"), arrivals(sink).len());
        assert_eq!(named("refused"), 20);
        assert_eq!(log.starts.len(), 40);
    }
}

#[test]
fn starts_are_out_of_order_by_less_than_the_longest_response_time() {
    // By JMeter's own column `elapsed`, its slowest sample, from before the JVM had warmed up.
    let longest_ns = 279 * MS;
    for run in RUNS {
        let mut latest = 0;
        for start in read(run.format, run.log).unwrap().times() {
            latest = latest.max(start);
            assert!(latest - start <= longest_ns, "{}", run.format);
        }
    }
}

/// k6 was not run for this; its log comes from elsewhere, with no sink. The same run of k6 was also written as JSON,
/// with nanoseconds: these are the stamps of the first four requests. That a stamp is the end shows in them: from one
/// to the next is the duration of the **later** request (and some 0.3 ms between two), not of the earlier.
#[test]
fn k6_stamps_the_end_and_the_start_is_no_finer_than_that() {
    let ends = [422_903_807_u64, 541_703_018, 789_115_912, 896_324_628];
    let durations = [220_336_425, 118_214_958, 247_163_042, 106_923_119];
    for (pair, duration) in ends.windows(2).zip(&durations[1..]) {
        assert!((pair[1] - pair[0]).abs_diff(*duration) < MS);
    }

    let log = read("k6-csv", K6).unwrap();
    assert_eq!((log.starts.len(), log.cut), (6, false));
    assert_eq!(log.resolution_ns, Some(1_000_000_000), "k6's CSV has whole seconds");
    let second_ns = 1_749_852_276_000_000_000;
    for ((start, end), duration) in log.starts.iter().zip(ends).zip(durations) {
        assert_eq!(start.name.as_deref(), Some("http://localhost:8080/users"));
        assert_eq!(start.start_ns, second_ns, "the second of the end less 0.1 to 0.3 s, rounded");
        let true_start = second_ns + end - duration;
        assert!((start.start_ns - 500 * MS..=start.start_ns + 1500 * MS).contains(&true_start));
    }
}

/// The recorded log with each stamp written as another setting of `K6_CSV_TIME_FORMAT` would have: no log of k6 with
/// these settings could be had.
#[test]
fn k6_stamps_are_read_in_all_their_forms() {
    for (stamp, start_ns, resolution_ns) in [
        ("1749852276", 0, 1_000_000_000),
        ("1749852276422", 202_000_000, MS),
        ("1749852276422903", 202_567_000, 1000),
        ("1749852276422903807", 202_567_382, 1),
        ("2025-06-13T23:04:36+01:00", 0, 1_000_000_000),
        ("2025-06-13T23:04:36.422903807+01:00", 202_567_382, 1),
        ("2025-06-13T22:04:36.4229Z", 202_563_575, 1),
    ] {
        let row = lines(K6)[2].replace("1749852276", stamp);
        let log = format!("{}\n{row}\n", lines(K6)[0]);
        let log = read("k6-csv", log.as_bytes()).unwrap();
        assert_eq!(
            log.times(),
            [1_749_852_276_000_000_000 + start_ns],
            "{stamp} less 220.336425 ms"
        );
        assert_eq!(log.resolution_ns, Some(resolution_ns), "{stamp}");
    }
}

#[test]
fn rows_that_sum_up_others_are_no_requests() {
    let transactions = lines(JTL).iter().filter(|line| line.contains("in transaction")).count();
    assert_eq!(transactions, 1000, "JMeter wrote one for each of the 1000 samples");
    assert_eq!(read("jtl", JTL).unwrap().starts.len(), 1000);
}

#[test]
fn a_column_is_found_by_name_and_by_number() {
    let by_name = read("csv:arrived_ns,ns", SINK).unwrap();
    assert_eq!(by_name.times(), arrivals(SINK));
    assert_eq!(by_name.starts[0].name, None);
    assert_eq!(read("csv:timeStamp,ms", JTL).unwrap().starts.len(), 2000);
    assert_eq!(
        read("csv:1,ns", VEGETA_CSV).unwrap().times(),
        read("vegeta", VEGETA_CSV).unwrap().times()
    );
}
