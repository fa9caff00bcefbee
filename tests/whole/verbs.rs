//! Verbs beside `run`, and what all of them have in common.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::support::{Server, directory, hanno, output, request, stderr, stdout};

const VERBS: [&str; 13] = [
    "run",
    "check",
    "schedule",
    "sink",
    "audit",
    "serve",
    "populate",
    "token",
    "view-limits",
    "report",
    "explain",
    "schema",
    "completions",
];

#[test]
fn every_verb_helps_with_an_example_in_80_columns_or_little_more() {
    for verb in VERBS {
        let help = output(hanno().args([verb, "--help"]).env("COLUMNS", "80"));
        let text = stdout(&help);
        assert!(help.status.success() && text.contains("Example"), "{verb}: {text}");
        assert!(text.contains(&format!("hanno {verb}")), "{verb}: {text}");
    }
}

#[test]
fn every_scenario_file_is_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // What a scenario reads lies beside it.
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let checked = output(hanno().arg("check").arg(&path));
        assert!(checked.status.success(), "{}: {}", path.display(), stderr(&checked));
        let text = stdout(&checked);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn check_prints_counts_and_a_picture() {
    let quickstart = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.toml");
    let text = stdout(&output(hanno().arg("check").arg(quickstart)));
    // 500/s for 30 s, and 50/s for 30 s; the ramp gives half of 500/s for 10 s.
    for expected in ["15000", "2500", "1500", "reads", "reactions", "hold", "warm-up"] {
        assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
    }
}

#[test]
fn a_schedule_says_what_is_not_in_it() {
    let pitfall = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/pitfall-pace.toml");
    let printed = output(hanno().arg("schedule").arg(pitfall));
    assert!(stderr(&printed).contains("`paced` is CLOSED"), "{}", stderr(&printed));
    let lines = stdout(&printed);
    assert!(lines.lines().skip(1).all(|line| line.split(',').nth(2) == Some("open")));
    assert!(lines.lines().count() > 1000);
}

#[test]
fn explain_knows_every_finding_and_the_documented_text_is_the_printed_one() {
    let all = stdout(&output(hanno().args(["explain", "--all"])));
    let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/FINDINGS.md");
    assert_eq!(all.trim_end(), std::fs::read_to_string(documented).unwrap().trim_end());
    for code in ["GENERATOR_LATE", "ACCOUNTING", "few_samples"] {
        assert!(output(hanno().args(["explain", code])).status.success(), "{code}");
    }
    let unknown = output(hanno().args(["explain", "NO_SUCH"]));
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn the_schema_names_what_scripts_depend_on() {
    let schema = stdout(&output(hanno().args(["schema", "run"])));
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    for name in [
        "schema",
        "state",
        "started_unix_ns",
        "verdict",
        "findings",
        "counts",
        "achieved",
        "streams",
        "steps",
        "environment",
    ] {
        assert!(schema["properties"][name].is_object(), "{name}");
    }
}

#[test]
fn a_sink_writes_down_what_any_client_sends() {
    let folder = directory();
    let log = folder.path().join("sink.csv");
    let sink = Server::start(hanno().args(["sink", "--listen", "127.0.0.1:0", "--out"]).arg(&log));
    let (status, _) = request(sink.address(), "GET", "/a", "hanno-arrival: r/7/0\r\n", "");
    assert_eq!(status, 200);
    request(sink.address(), "PUT", "/b", "", "body");
    assert!(sink.stop().success());
    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "arrived_ns,replied_ns,connection,arrival");
    assert!(lines[1].ends_with(",0,r/7/0") && lines[2].ends_with(",1,"), "{text}");
}

#[test]
fn a_populated_service_answers_its_members_and_nobody_else() {
    let folder = directory();
    let (data, rows) = (folder.path().join("data"), folder.path().join("dataset.jsonl"));
    let filled = output(
        hanno().args(["populate", "--store", "redb", "--data"]).arg(&data).arg("--out").arg(&rows),
    );
    assert!(filled.status.success(), "{}", stderr(&filled));
    let text = std::fs::read_to_string(&rows).unwrap();
    let row: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let (account, room) = (row["account"].as_str().unwrap(), row["room"].as_str().unwrap());
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("dataset.json")).unwrap())
            .unwrap();
    assert_eq!(
        summary["sha256"].as_str().unwrap(),
        pipe(Command::new("sha256sum"), text.as_bytes()).split(' ').next().unwrap()
    );

    let token = stdout(&output(hanno().args(["token", "--account", account, "--data"]).arg(&data)));
    let service =
        Server::start(hanno().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data));
    let path = format!("/v1/rooms/{room}/messages?limit=5");
    let bearer = format!("authorization: Bearer {}\r\n", token.trim());
    let (status, page) = request(service.address(), "GET", &path, &bearer, "");
    assert_eq!(status, 200, "{page}");
    let (status, _) = request(service.address(), "GET", &path, "", "");
    assert_eq!(status, 401);
    let message = row["messages"][0].as_str().unwrap();
    let path = format!("/v1/rooms/{room}/messages/{message}/reaction");
    let json = format!("{bearer}content-type: application/json\r\n");
    let (status, reply) = request(service.address(), "PUT", &path, &json, "{\"kind\":\"clap\"}");
    assert_eq!(status, 200, "{reply}");
    assert!(service.stop().success());
}

#[test]
fn what_holds_something_is_not_overwritten() {
    let folder = directory();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "mine").unwrap();
    let sink = output(hanno().args(["sink", "--listen", "127.0.0.1:0", "--out"]).arg(&taken));
    assert_eq!(sink.status.code(), Some(2), "{}", stderr(&sink));
    let data = folder.path().join("data");
    let mut populate = hanno();
    populate.args(["populate", "--data"]).arg(&data).arg("--out").arg(&taken);
    assert_eq!(output(&mut populate).status.code(), Some(2));
    assert!(!data.exists());
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    let rows = folder.path().join("rows.jsonl");
    let mut twice = hanno();
    twice.args(["populate", "--data"]).arg(&data).arg("--out").arg(&rows);
    assert!(output(&mut twice).status.success() && output(&mut twice).status.success());
}

#[test]
fn a_time_without_ids_is_refused_by_the_flags_name() {
    let folder = directory();
    let data = folder.path().join("data");
    let mut populate = hanno();
    populate.args(["populate", "--as-of", "1990-01-01T00:00:00Z", "--data"]).arg(&data);
    let refused = output(populate.arg("--out").arg(folder.path().join("rows.jsonl")));
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--as-of must be from 2010-01-08"), "{}", stderr(&refused));
    assert!(!data.exists());
}

#[test]
fn a_record_that_is_not_there_is_said_once() {
    let folder = directory();
    let report = output(hanno().arg("report").arg(folder.path().join("nope")));
    assert_eq!(report.status.code(), Some(2));
    let said = stderr(&report);
    assert!(said.contains("cannot read") && !said.contains("cannot write"), "{said}");
    assert_eq!(said.matches("No such file").count(), 1, "{said}");
}

/// What a command prints for this input.
pub(crate) fn pipe(mut command: Command, input: &[u8]) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeding = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
