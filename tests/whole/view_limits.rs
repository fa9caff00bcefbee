//! `hanno view-limits` as a user runs it: what it prints, what the service shows afterwards, and what it refuses.

use std::path::Path;

use serde_json::Value;

use super::stores::endpoint;
use super::support::{Server, directory, hanno, output, request, stderr, stdout};

/// Just after the newest message of the default data set.
const AS_OF: &str = "2019-07-17T00:00:00Z";

fn populate(data: &Path, folder: &Path) -> Vec<Value> {
    let rows = folder.join("dataset.jsonl");
    let filled = output(hanno().args(["populate", "--data"]).arg(data).arg("--out").arg(&rows));
    assert!(filled.status.success(), "{}", stderr(&filled));
    let text = std::fs::read_to_string(rows).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Code, lines of standard output as JSON, and standard error.
fn compute(store: &[&str], flags: &[&str]) -> (Option<i32>, Vec<Value>, String) {
    let mut command = hanno();
    command.args(["view-limits", "compute", "--json"]).args(store).args(flags);
    let ran = output(&mut command);
    let text = stdout(&ran);
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (ran.status.code(), lines, stderr(&ran))
}

#[test]
fn every_strategy_publishes_the_same_for_all_free_organisations() {
    let folder = directory();
    let data = folder.path().join("data");
    populate(&data, folder.path());
    let store = ["--data", data.to_str().unwrap()];
    let mut answers = Vec::new();
    for strategy in ["table", "sorted-map", "merge", "select"] {
        let flags = ["--all", "--strategy", strategy, "--as-of", AS_OF];
        let (code, mut lines, said) = compute(&store, &flags);
        assert_eq!(code, Some(0), "{strategy}: {said}");
        assert!(said.contains("4 organisations computed, 0 failed"), "{said}");
        lines.sort_by_key(|line| line["org"].to_string());
        for line in &lines {
            assert_eq!(line["strategy"], strategy);
            assert_eq!(line["published"], true, "{line}");
            assert!(line["pages"].as_u64() > Some(0) && line["rooms"].as_u64() > Some(0), "{line}");
        }
        let answer = |line: &Value| ["org", "cut_off", "count"].map(|name| line[name].clone());
        answers.push(lines.iter().map(answer).collect::<Vec<_>>());
    }
    // Every fourth of the five organisations pays.
    assert_eq!(
        answers[0].iter().map(|line| line[0].as_str()).collect::<Vec<_>>(),
        [Some("1"), Some("2"), Some("3"), Some("5")]
    );
    assert!(answers.iter().all(|other| *other == answers[0]), "{answers:?}");
}

#[test]
fn a_service_shows_less_after_a_computation_that_found_less() {
    let folder = directory();
    let data = folder.path().join("data");
    let rows = populate(&data, folder.path());
    let of_one = rows.iter().find(|row| row["org"] == "1").unwrap();
    let (account, room) = (of_one["account"].as_str().unwrap(), of_one["room"].as_str().unwrap());
    let token = output(hanno().args(["token", "--account", account, "--data"]).arg(&data));
    let bearer = format!("authorization: Bearer {}\r\n", stdout(&token).trim());
    let store = ["--data", data.to_str().unwrap()];
    let flags = ["--org", "1", "--strategy", "select", "--as-of", AS_OF];
    let shown = || {
        let mut command = hanno();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
        let service = Server::start(&mut command);
        let path = format!("/v1/rooms/{room}/messages?limit=100");
        let (status, page) = request(service.address(), "GET", &path, &bearer, "");
        assert_eq!(status, 200, "{page}");
        let (code, _, said) = compute(&store, &flags);
        assert_eq!(code, Some(5), "{said}");
        assert!(said.contains("hanno serve") && said.contains("--store dynamodb"), "{said}");
        assert!(service.stop().success());
        let page: Value = serde_json::from_str(&page).unwrap();
        page["messages"].as_array().unwrap().len()
    };
    assert!(shown() > 0, "no limit is known yet");
    let (code, lines, said) = compute(&store, &flags);
    assert_eq!(code, Some(0), "{said}");
    assert!(lines[0]["count"].as_u64() > Some(0), "{}", lines[0]);
    // Visible in 2019, but older than 40 days today.
    assert_eq!(shown(), 0);
}

#[test]
fn what_cannot_be_computed_is_refused() {
    let folder = directory();
    let data = folder.path().join("data");
    populate(&data, folder.path());
    let there = ["--data", data.to_str().unwrap()];
    let elsewhere = folder.path().join("elsewhere");
    let nowhere = ["--data", elsewhere.to_str().unwrap()];
    for (store, flags, expected) in [
        (&there[..], &["--org", "77", "--strategy", "select"][..], "no organisation 77"),
        (&there, &["--org", "4", "--strategy", "select"], "paid plan"),
        (&there, &["--org", "0", "--strategy", "select"], "--org"),
        (&there, &["--org", "1", "--strategy", "quick"], "sorted-map"),
        (&there, &["--strategy", "select"], "--org"),
        (&there, &["--org", "1", "--all", "--strategy", "select"], "cannot be used with"),
        (&there, &["--org", "1"], "--strategy"),
        (&nowhere, &["--all", "--strategy", "select"], "populate"),
        (&[], &["--all", "--strategy", "select"], "--data"),
        (&["--store", "dynamodb"], &["--all", "--strategy", "select"], "--endpoint"),
    ] {
        let (code, lines, said) = compute(store, flags);
        assert_eq!((code, lines.len()), (Some(2), 0), "{flags:?}: {said}");
        assert!(said.contains(expected), "{flags:?}: `{expected}` is not in: {said}");
    }
    assert!(!elsewhere.exists());
}

#[test]
fn dynamodb_gives_the_same_as_the_embedded_store() {
    let folder = directory();
    let (data, endpoint) = (folder.path().join("data"), endpoint());
    populate(&data, folder.path());
    let prefix = format!("hanno-limits-{}-", std::process::id());
    let (at, named) = (endpoint.as_str(), prefix.as_str());
    let tables = ["--store", "dynamodb", "--endpoint", at, "--table-prefix", named];
    let rows = folder.path().join("there.jsonl");
    let filled = output(hanno().arg("populate").args(tables).arg("--out").arg(&rows));
    assert!(filled.status.success(), "{}", stderr(&filled));
    let flags = ["--org", "2", "--strategy", "select", "--as-of", AS_OF];
    let (here, there) =
        (compute(&["--data", data.to_str().unwrap()], &flags), compute(&tables, &flags));
    for (code, _, said) in [&here, &there] {
        assert_eq!(*code, Some(0), "{said}");
    }
    for same in ["org", "cut_off", "cut_off_time", "count", "snapshot", "rooms"] {
        assert_eq!(here.1[0][same], there.1[0][same], "{same}");
    }
}
