//! `hanno report`: every form of a record, a folder of records, and records that are cut, damaged, newer or empty.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use super::support::{Target, directory, hanno, output, run_json, scenario, stderr, stdout};

/// A record of a short run against a target that answers everything.
fn recorded(folder: &Path, name: &str, rate: &str, duration: &str) -> PathBuf {
    let target = Target::start(1);
    let path = scenario(folder, &target.url, rate, duration);
    let record = folder.join(name);
    let ran = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    assert!(record.join("report.html").exists(), "{}", stderr(&ran));
    record
}

fn report(folder: &Path, format: &str) -> Output {
    output(hanno().arg("report").arg(folder).args(["--format", format]))
}

/// The forms of a record, each whole, with numbers only.
#[track_caller]
fn assert_every_form(record: &Path) {
    let page = report(record, "html");
    assert!(page.status.success(), "{}", stderr(&page));
    let mut texts = vec![fs::read_to_string(record.join("report.html")).unwrap()];
    for format in ["md", "json"] {
        let printed = report(record, format);
        assert!(printed.status.success(), "{format}: {}", stderr(&printed));
        texts.push(stdout(&printed));
    }
    serde_json::from_str::<Value>(&texts[2]).unwrap();
    for format in ["svg", "csv"] {
        let written = report(record, format);
        assert!(written.status.success(), "{format}: {}", stderr(&written));
        for path in stdout(&written).lines() {
            assert!(Path::new(path).starts_with(record.join("report")) && path.ends_with(format));
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    for text in &texts {
        for wrong in ["NaN", "inf", "Infinity"] {
            let words = text.split(|character: char| !character.is_ascii_alphanumeric());
            assert!(!words.into_iter().any(|word| word == wrong), "{wrong}");
        }
    }
}

#[test]
fn every_form_of_a_record_is_made_and_says_the_same() {
    let folder = directory();
    let record = recorded(folder.path(), "record", "200/s", "2s");
    assert_every_form(&record);
    let run = run_json(&record);
    let printed: Value = serde_json::from_str(&stdout(&report(&record, "json"))).unwrap();
    assert_eq!(printed, run);
    let md = stdout(&report(&record, "md"));
    assert!(md.starts_with(&format!("## {}: `whole`", run["verdict"].as_str().unwrap())), "{md}");
    // The table as CSV holds the figures of run.json.
    let csv = fs::read_to_string(record.join("report/table-steps.csv")).unwrap();
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let (head, row) = (lines.next().unwrap(), lines.next().unwrap());
    let cell = |name: &str| row[head.iter().position(|head| *head == name).unwrap()];
    assert_eq!(cell("requests_completed"), run["steps"][0]["count"].to_string());
    assert_eq!(cell("response_time_p99_us"), run["steps"][0]["response_us"]["p99"].to_string());
    // The timeline holds every arrival.
    let csv = fs::read_to_string(record.join("report/timeline-arrivals.csv")).unwrap();
    let offered =
        csv.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse::<f64>().ok());
    assert!(offered.sum::<f64>() <= 400.0 + 1e-9, "{csv}");
}

#[test]
fn a_folder_of_records_gets_an_index_with_what_is_broken() {
    let folder = directory();
    let good = recorded(folder.path(), "good", "50/s", "1s");
    let broken = folder.path().join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("run.json"), "{ \"schema\": 1,").unwrap();
    fs::create_dir(folder.path().join("unrelated")).unwrap();
    let made = report(folder.path(), "html");
    // The index is there, and the code says that not all of it could be read.
    assert_eq!(made.status.code(), Some(2));
    assert!(stderr(&made).contains("1 of 2 records"), "{}", stderr(&made));
    let page = fs::read_to_string(folder.path().join("index.html")).unwrap();
    assert!(page.contains("href=\"./good/report.html\"") && page.contains("GET thing"), "{page}");
    assert!(page.contains("<b>broken</b>") && page.contains("EOF"), "{page}");
    assert!(!page.contains("unrelated"));
    // Only html, and several at once: one that is no record does not keep the others from being shown.
    assert_eq!(report(folder.path(), "csv").status.code(), Some(2));
    fs::remove_file(good.join("report.html")).unwrap();
    let unrelated = folder.path().join("unrelated");
    let made = output(hanno().arg("report").args([&unrelated, &broken, &good]));
    assert_eq!(made.status.code(), Some(2));
    assert!(good.join("report.html").exists());
    let said = stderr(&made);
    assert!(said.contains("is no record") && said.contains("run.json"), "{said}");
}

#[test]
fn a_newer_record_is_refused_with_both_versions() {
    let folder = directory();
    let record = recorded(folder.path(), "record", "50/s", "1s");
    let mut run = run_json(&record);
    run["schema"] = 99.into();
    fs::write(record.join("run.json"), run.to_string()).unwrap();
    for format in ["html", "md", "json", "svg", "csv"] {
        let refused = report(&record, format);
        assert_eq!(refused.status.code(), Some(2), "{format}");
        let said = stderr(&refused);
        assert!(said.contains("schema 99") && said.contains("up to 1"), "{said}");
    }
}

/// What becomes of a file; none when it is gone.
type Damage = fn(Vec<u8>) -> Option<Vec<u8>>;

/// Each part cut or overwritten: the rest is shown, and what is not there is said on the page and beside it.
#[test]
fn a_damaged_part_is_said_and_costs_only_itself() {
    let folder = directory();
    let record = recorded(folder.path(), "record", "100/s", "2s");
    let parts = ["latency.hlog", "resources/0000.parquet", "arrivals/0000.parquet"];
    let damages: [Damage; 4] = [
        |bytes| Some(bytes[..bytes.len() * 2 / 3].to_vec()),
        |bytes| Some(bytes.iter().map(|byte| byte ^ 0x5a).collect()),
        |_| Some(Vec::new()),
        |_| None,
    ];
    for part in parts {
        let path = record.join(part);
        let whole = fs::read(&path).unwrap();
        for (index, damage) in damages.iter().enumerate() {
            match damage(whole.clone()) {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let made = report(&record, "html");
            assert!(made.status.success(), "{part} {index}: {}", stderr(&made));
            // Rows of arrivals that are gone leave no trace by which they could be missed.
            let traceless = part.starts_with("arrivals") && index == 3;
            let (said, page) =
                (stderr(&made), fs::read_to_string(record.join("report.html")).unwrap());
            assert_eq!(said.contains("missing: "), !traceless, "{part} {index}: {said}");
            assert_eq!(page.contains("Not in this report"), !traceless, "{part} {index}");
            assert!(page.contains("GET thing") && page.contains("<svg"), "{part} {index}");
        }
        assert_every_form(&record);
        fs::write(&path, whole).unwrap();
    }
    let made = report(&record, "html");
    assert_eq!(stderr(&made), "", "whole again, nothing is missing");
}

#[test]
fn garbage_never_makes_it_panic() {
    let folder = directory();
    let record = recorded(folder.path(), "record", "50/s", "2s");
    let mut dice = 1_u64;
    for part in ["latency.hlog", "resources/0000.parquet", "arrivals/0000.parquet", "run.json"] {
        let path = record.join(part);
        let whole = fs::read(&path).unwrap();
        for _ in 0..12 {
            let mut bytes = whole.clone();
            for _ in 0..8 {
                dice = dice
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(dice >> 33).unwrap() % bytes.len();
                bytes[at] = u8::try_from(dice >> 24 & 0xff).unwrap();
            }
            fs::write(&path, bytes).unwrap();
            let made = report(&record, "html");
            let code = made.status.code();
            let allowed: &[i32] = if part == "run.json" { &[0, 2] } else { &[0] };
            assert!(code.is_some_and(|code| allowed.contains(&code)), "{part}: {}", stderr(&made));
            assert!(!stderr(&made).contains("panicked"), "{part}: {}", stderr(&made));
        }
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn runs_of_nothing_of_one_and_of_failures_have_every_form() {
    let folder = directory();
    let one = recorded(folder.path(), "one", "1/s", "1s");
    assert_every_form(&one);
    // Nobody listens: nothing is released.
    let gone = Target::start(1);
    gone.die();
    let path = scenario(folder.path(), &gone.url, "50/s", "1s");
    let zero = folder.path().join("zero");
    output(hanno().arg("run").arg(&path).arg("--out").arg(&zero));
    assert_every_form(&zero);
    // Another status than expected: all fail.
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "50/s", "1s");
    let text =
        fs::read_to_string(&path).unwrap().replace("timeout = \"1s\"", "expect = { status = 404 }");
    fs::write(&path, text).unwrap();
    let failed = folder.path().join("failed");
    output(hanno().arg("run").arg(&path).arg("--out").arg(&failed));
    assert_eq!(run_json(&failed)["counts"]["failed"], 50);
    assert_every_form(&failed);
    let page = fs::read_to_string(failed.join("report.html")).unwrap();
    assert!(
        page.contains("No measured request completed") && page.contains("timeline-errors"),
        "{page}"
    );
    // An empty directory is no record.
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let refused = report(&empty, "html");
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("is no record"), "{}", stderr(&refused));
}
