//! A store that goes away, comes back, or answers late in mid-run: deadlines hold, the service stays alive, nobody
//! asks much more often than before, and the record tells of it.

use std::time::Duration;

use serde_json::Value;

use super::bundled::scenario;
use super::relay::{Mode, Relay};
use super::stores::endpoint;
use super::support::{Running, Server, assert_conserved, directory, hanno, request, run_json};

/// The request that an operation sends where nothing goes wrong, and what a budget that begins full lets it repeat.
const REPEATS_AT_FIRST: u64 = 5;

/// A run during which something happens to the store.
fn run(happens: impl FnOnce(&Relay)) -> Value {
    run_with(&[], happens)
}

/// The same, with the service told something by its environment.
fn run_with(environment: &[(&str, &str)], happens: impl FnOnce(&Relay)) -> Value {
    let folder = directory();
    let path = scenario(folder.path(), "8s");
    let relay = Relay::to(&endpoint());
    let record = folder.path().join("record");
    let mut command = hanno();
    command.arg("run").arg(&path).args(["--scale", "0.04", "--store", "dynamodb", "--endpoint"]);
    command.envs(environment.iter().copied());
    let mut running = Running::start(command.arg(&relay.url).arg("--out").arg(&record));
    running.wait_for("recording to");
    relay.becomes(Mode::Passes);
    relay.wait_for(20);
    happens(&relay);
    let (_, said) = running.end();
    assert!(record.join("report.html").exists(), "{said}");
    let run = run_json(&record);
    assert_eq!(run["state"], "finished", "{said}");
    assert_conserved(&run);
    // The service gives up before its clients do: every failure is an answer.
    assert_eq!(run["counts"]["timed_out"], 0, "{}", run["errors"]);
    run
}

/// What happened is in the record: answers of the service, with the seconds in which they came.
#[track_caller]
fn assert_told(run: &Value) {
    let errors = run["errors"].as_array().unwrap();
    let unavailable = errors.iter().filter(|error| error["status"] == 503);
    let (mut count, mut by_second) = (0, 0);
    for error in unavailable {
        count += error["count"].as_u64().unwrap();
        let seconds = error["seconds"].as_array().unwrap().iter();
        by_second += seconds.map(|second| second[1].as_u64().unwrap()).sum::<u64>();
    }
    assert!(count > 0, "{errors:?}");
    assert_eq!(count, by_second);
    assert_eq!(run["counts"]["failed"].as_u64(), Some(count), "{errors:?}");
    assert!(run["counts"]["completed"].as_u64() > Some(0), "it worked before and after");
}

/// A membership is one request, so whatever is beyond one a call was repeated.
#[track_caller]
fn assert_no_storm(run: &Value) {
    let all = run["consumed"].as_array().unwrap().iter();
    let of = all.clone().find(|of| of["operation"] == "is_member").unwrap();
    let (calls, requests) = (of["calls"].as_u64().unwrap(), of["requests"].as_u64().unwrap());
    assert!(requests <= calls + calls / 10 + REPEATS_AT_FIRST, "{of}");
}

#[test]
fn a_store_that_stops_and_comes_back_is_an_outage_and_no_more() {
    let run = run(|relay| {
        relay.becomes(Mode::Gone);
        relay.wait_for(40);
        relay.becomes(Mode::Passes);
        relay.wait_for(40);
    });
    assert_told(&run);
    assert_no_storm(&run);
}

#[test]
fn a_store_that_refuses_what_is_over_its_capacity_costs_only_that() {
    // A page takes two calls, so that some tens of requests a second are more than is allowed.
    let run = run_with(&[("HANNO_THROTTLE", "20")], |_| {});
    assert_told(&run);
    let errors = run["errors"].as_array().unwrap().iter();
    assert!(errors.clone().any(|error| error["code"] == "store_throttled"), "{}", run["errors"]);
    assert_no_storm(&run);
}

#[test]
fn a_store_that_answers_late_is_given_up_in_time() {
    let run = run(|relay| {
        relay.becomes(Mode::Slow(Duration::from_millis(900)));
        relay.wait_for(40);
        relay.becomes(Mode::Passes);
    });
    assert_told(&run);
    assert_no_storm(&run);
}

#[test]
fn a_service_without_its_store_is_alive_and_not_ready() {
    let folder = directory();
    let relay = Relay::to(&endpoint());
    let prefix = format!("t-alive-{}-", std::process::id());
    let mut command = hanno();
    command.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    command.args(["--store", "dynamodb", "--create-tables", "--temporary-data"]);
    command.args(["--endpoint", &relay.url, "--table-prefix", &prefix, "--data"]);
    let server = Server::start(command.arg(folder.path().join("data")));
    let admin = server.admin.clone().unwrap();
    let admin = admin.trim_start_matches("http://");
    let ready = || request(server.address(), "GET", "/readyz", "", "").0;
    let alive = || request(admin, "GET", "/livez", "", "").0;
    assert_eq!((ready(), alive()), (200, 200));
    relay.becomes(Mode::Gone);
    assert_eq!((ready(), alive()), (503, 200));
    relay.becomes(Mode::Passes);
    assert_eq!((ready(), alive()), (200, 200));
    assert!(server.stop().success());
}
