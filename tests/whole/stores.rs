//! One scenario on both stores: the same arrivals, the same sections, and what DynamoDB consumed beside them.

use std::path::Path;

use serde_json::Value;

use super::bundled::scenario;
use super::support::{
    Running, assert_code_is_the_verdicts, assert_conserved, directory, hanno, output, request,
    run_json, stderr, tool,
};

/// Where DynamoDB Local is.
pub(crate) fn endpoint() -> String {
    tool("HANNO_TEST_DYNAMODB").to_str().unwrap().to_owned()
}

/// A debug build and DynamoDB Local share the machine: some tens of requests a second.
const SCALE: [&str; 2] = ["--scale", "0.04"];

fn run_on(store: &[&str], path: &Path, record: &Path) -> Value {
    let ran = output(hanno().arg("run").arg(path).args(SCALE).args(store).arg("--out").arg(record));
    assert!(record.join("run.json").exists(), "{}", stderr(&ran));
    let run = run_json(record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_conserved(&run);
    run
}

/// The sections of a report, which are the same whatever the store.
fn sections(record: &Path) -> Vec<String> {
    let html = std::fs::read_to_string(record.join("report.html")).unwrap();
    let marks = html.split("<section id=\"").skip(1);
    marks.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn names(run: &Value) -> Vec<(Value, Value)> {
    let steps = run["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["stream"].clone(), step["step"].clone())).collect()
}

#[test]
fn both_stores_meet_the_same_arrivals_and_tell_of_them_alike() {
    let folder = directory();
    let path = scenario(folder.path(), "4s");
    let (here, there) = (folder.path().join("redb"), folder.path().join("dynamodb"));
    let endpoint = endpoint();
    let redb = run_on(&["--store", "redb"], &path, &here);
    let dynamodb = run_on(&["--store", "dynamodb", "--endpoint", &endpoint], &path, &there);
    for same in ["plan_sha256", "schedule_sha256", "seed", "overrides"] {
        assert_eq!(redb[same], dynamodb[same], "{same}");
    }
    assert_eq!(redb["environment"]["dataset_sha256"], dynamodb["environment"]["dataset_sha256"]);
    assert_eq!(names(&redb), names(&dynamodb));
    assert_eq!(redb["counts"]["failed"], 0, "{}", redb["errors"]);
    for step in dynamodb["steps"].as_array().unwrap() {
        assert!(step["count"].as_u64() > Some(0), "{step} {}", dynamodb["errors"]);
    }
    assert_eq!(sections(&there), sections(&here));
    assert_eq!(dynamodb["environment"]["store"], "dynamodb");
    assert_eq!(dynamodb["environment"]["endpoint"], endpoint.as_str());
    assert_eq!(redb["environment"]["endpoint"], Value::Null);
    assert_eq!(redb["consumed"], Value::Array(Vec::new()));
    let pictures = |record: &Path| {
        let html = std::fs::read_to_string(record.join("report.html")).unwrap();
        html.contains("timeline-store-units")
            && html.contains("an arrival, all operations together")
    };
    assert!(pictures(&there) && !pictures(&here));
    consumed_fits_what_was_asked(&dynamodb);
}

/// Calls are those of the load, and each costs at least the least that DynamoDB asks for. On a busy machine the
/// local engine stalls now and then for longer than a request waits: what failed may not have come so far.
fn consumed_fits_what_was_asked(run: &Value) {
    let of = |operation: &str| -> Value {
        let all = run["consumed"].as_array().unwrap().iter();
        let mut found = all.filter(|consumed| consumed["operation"] == operation);
        found.next().unwrap_or_else(|| panic!("{operation}: {}", run["consumed"])).clone()
    };
    let planned = |stream: usize| run["streams"][stream]["counts"]["planned"].as_u64();
    let (pages, puts, members) = (of("list_messages"), of("put_reaction"), of("is_member"));
    let failed = run["counts"]["failed"].as_u64().unwrap();
    for (of, planned) in [(&pages, planned(0)), (&puts, planned(1))] {
        let (calls, planned) = (of["calls"].as_u64().unwrap(), planned.unwrap());
        assert!(calls <= planned && planned <= calls + failed, "{of}: {planned}, {failed} failed");
    }
    assert_eq!(members["calls"].as_u64(), planned(0).zip(planned(1)).map(|(a, b)| a + b));
    let units = |of: &Value, kind: &str| of[kind].as_f64().unwrap();
    let calls = |of: &Value| of["calls"].as_f64().unwrap();
    assert!(units(&members, "read_units") > calls(&members) * 0.5, "{members}");
    assert!(units(&pages, "read_units") > calls(&pages) * 0.5, "{pages}");
    assert!(units(&puts, "write_units") > 0.0, "{puts}");
    assert!(units(&pages, "write_units") + units(&members, "write_units") <= 0.0);
    assert!(pages["requests"].as_u64() >= pages["calls"].as_u64(), "{pages}");
}

/// Names of the tables that are there.
fn tables() -> String {
    let headers = "x-amz-target: DynamoDB_20120810.ListTables\r\n\
                   content-type: application/x-amz-json-1.0\r\n\
                   authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
                   SignedHeaders=host, Signature=00\r\nx-amz-date: 20260101T000000Z\r\n";
    let endpoint = endpoint();
    let address = endpoint.trim_start_matches("http://");
    let (status, body) = request(address, "POST", "/", headers, "{}");
    assert_eq!(status, 200, "{body}");
    body
}

#[test]
fn a_run_leaves_no_table_behind_also_when_it_is_killed() {
    let folder = directory();
    let path = scenario(folder.path(), "30s");
    let record = folder.path().join("record");
    let mut command = hanno();
    command.arg("run").arg(&path).args(SCALE).args(["--store", "dynamodb", "--endpoint"]);
    let mut running = Running::start(command.arg(endpoint()).arg("--out").arg(&record));
    running.wait_for("recording to");
    let prefix = format!("hanno-run-{}-", running.child.id());
    assert!(tables().contains(&prefix), "{}", tables());
    running.signal(nix::sys::signal::Signal::SIGKILL);
    running.end(); // returns when the service has gone too
    assert!(!tables().contains(&prefix), "{}", tables());
}

#[test]
fn only_a_named_place_may_be_used() {
    let folder = directory();
    let path = scenario(folder.path(), "1s");
    let record = folder.path().join("record");
    let endpoint = endpoint();
    for (flags, said) in [
        (&["--store", "dynamodb"][..], "--endpoint"),
        (&["--store", "dynamodb", "--endpoint", "http://10.0.0.1:8000"], "[store.NAME]"),
        (&["--store", "dynamodb", "--endpoint", "https://127.0.0.1:8000"], "[store.NAME]"),
        (&["--store", "dynamodb", "--endpoint", "http://127.0.0.1.example.org"], "[store.NAME]"),
        (&["--store", "dynamodb", "--endpoint", "staging"], "targets.toml"),
        (&["--endpoint", &endpoint], "--store dynamodb"),
    ] {
        let ran = output(hanno().arg("run").arg(&path).args(flags).arg("--out").arg(&record));
        assert_eq!(ran.status.code(), Some(2), "{flags:?}: {}", stderr(&ran));
        assert!(stderr(&ran).contains(said), "{flags:?}: {}", stderr(&ran));
        assert!(!record.exists(), "{flags:?}");
        let data = folder.path().join("data");
        let mut serve = hanno();
        serve.args(["serve", "--listen", "127.0.0.1:0", "--create-tables"]).args(flags);
        let ran = output(serve.arg("--data").arg(&data));
        assert_eq!(ran.status.code(), Some(2), "serve {flags:?}: {}", stderr(&ran));
    }
}
