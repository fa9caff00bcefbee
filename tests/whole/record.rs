//! The record of a run against a target that the test can count for itself.

use std::sync::atomic::Ordering;

use run_record::arrival_row::Outcome;

use super::support::{
    Target, assert_code_is_the_verdicts, assert_conserved, directory, hanno, output, run_json,
    scenario,
};

#[test]
fn target_counters_rows_histograms_and_counts_agree() {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "200/s", "2s");
    let record = folder.path().join("record");
    let ran = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    let run = run_json(&record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_conserved(&run);
    assert_eq!(run["counts"]["completed"], 400);
    assert_eq!(target.requests.load(Ordering::SeqCst), 400);

    let file = std::fs::File::open(record.join("arrivals/0000.parquet")).unwrap();
    let rows: Vec<_> = run_record::arrivals::read(file).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 400);
    assert!(rows.iter().all(|row| row.outcome == Outcome::Completed && row.last));
    // Even at 200/s with the first stream's offset of 1/2: due every 5 ms from 2.5 ms on.
    let mut dues: Vec<u64> = rows.iter().map(|row| row.due_ns).collect();
    dues.sort_unstable();
    assert!(dues.iter().zip(0u64..).all(|(due, n)| *due == 2_500_000 + 5_000_000 * n));
    for row in &rows {
        let (released, sent) = (row.released_ns.unwrap(), row.sent_ns.unwrap());
        let (first_byte, done) = (row.first_byte_ns.unwrap(), row.done_ns.unwrap());
        assert!(
            row.due_ns <= released && released <= sent && sent <= first_byte && first_byte <= done
        );
    }

    let log = std::io::BufReader::new(std::fs::File::open(record.join("latency.hlog")).unwrap());
    let response: u64 = run_record::latency::read(log)
        .map(Result::unwrap)
        .filter(|interval| interval.tag.kind == run_record::latency::Kind::Response)
        .map(|interval| interval.histogram.len())
        .sum();
    assert_eq!(response, 400);
    assert_eq!(run["steps"][0]["response_us"]["count"], 400);

    // The percentile of the file is the one of the raw rows, within the histogram's 0.1 %.
    let mut times: Vec<u64> = rows.iter().map(|row| row.done_ns.unwrap() - row.due_ns).collect();
    times.sort_unstable();
    let exact_us = times[times.len() * 99 / 100 - 1] / 1_000;
    let recorded_us = run["steps"][0]["response_us"]["p99"].as_u64().unwrap();
    assert!(recorded_us.abs_diff(exact_us) <= exact_us / 500 + 1, "{recorded_us} {exact_us}");
}

#[test]
fn the_record_can_do_without_rows() {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "50/s", "1s");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text + "[record]\narrivals = \"none\"\n").unwrap();
    let record = folder.path().join("record");
    let ran = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    let run = run_json(&record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_eq!(run["counts"]["completed"], 50);
    assert_eq!(std::fs::read_dir(record.join("arrivals")).unwrap().count(), 0);
}
