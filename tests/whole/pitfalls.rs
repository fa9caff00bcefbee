//! The pitfalls that Hanno ships, run short: each shows what it is there for, on any machine.
//!
//! Only what slowness cannot change is asserted: times have a lower bound that was made, never an upper one.

use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::stores::endpoint;
use super::support::{
    Running, Server, assert_code_is_the_verdicts, assert_conserved, codes, directory, hanno,
    output, run_json, stderr,
};

/// A scenario of this folder, with other lines in it.
fn shortened(folder: &Path, name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let mut text = std::fs::read_to_string(path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in {name}");
        text = text.replace(from, to);
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn run(scenario: &Path, flags: &[&str]) -> Value {
    let folder = directory();
    let record = folder.path().join("record");
    let ran = output(hanno().arg("run").arg(scenario).args(flags).arg("--out").arg(&record));
    assert!(record.join("run.json").exists(), "{}", stderr(&ran));
    let run = run_json(&record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_conserved(&run);
    run
}

fn figure(run: &Value, path: &str) -> f64 {
    run.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path}: {run}"))
}

/// Twice 75 ms for each request, since connections are kept; the twin is judged by its own figures.
#[test]
fn a_service_that_is_far_away_is_told_from_a_slow_one() {
    let folder = directory();
    let scenario = shortened(folder.path(), "pitfall-far.toml", &[("\"15s\"", "\"4s\"")]);
    for (flags, distance) in [(&["--distance", "75ms"][..], Some("75ms")), (&[], None)] {
        let run = run(&scenario, flags);
        assert_eq!(run["environment"]["distance"].as_str(), distance);
        assert_eq!(run["environment"]["target"], "bundled");
        let [service, server] =
            ["service", "server"].map(|kind| figure(&run, &format!("/steps/0/{kind}_us/mean")));
        let path = service - server;
        assert!(distance.is_none() || path >= 150_000.0, "{path}");
        let expected = path >= 5_000.0 && path >= service / 2.0;
        let found = codes(&run).contains(&"PATH_DOMINATES".to_owned());
        assert_eq!(found, expected, "{service} {server} {}", run["findings"]);
    }
}

/// The relay and the service end with the run, however it ends.
#[test]
fn no_relay_is_left_behind_by_a_run_that_is_killed() {
    let folder = directory();
    let scenario = shortened(folder.path(), "pitfall-far.toml", &[]);
    let mut command = hanno();
    command.arg("run").arg(scenario).args(["--distance", "75ms", "--out"]);
    let mut running = Running::start(command.arg(folder.path().join("record")));
    running.wait_for("recording to");
    running.signal(Signal::SIGKILL);
    let (_, said) = running.end(); // returns when both have gone
    assert!(said.contains("connections relayed"), "{said}");
}

/// A second in five, whatever the five: of the open arrivals a fifth, of the closed ones what 64 users
/// can have under way.
#[test]
fn a_frozen_server_is_seen_by_the_open_stream_alone() {
    let folder = directory();
    let scenario = shortened(folder.path(), "pitfall-omission.toml", &[("\"20s\"", "\"5s\"")]);
    let mut sink = hanno();
    sink.args(["sink", "--listen", "127.0.0.1:0", "--freeze", "1s", "--every", "5s", "--out"]);
    let sink = Server::start(sink.arg(folder.path().join("arrivals.csv")));
    let run = run(&scenario, &["--target", &sink.url]);
    let stream = |index: usize| run["streams"][index]["measured"]["planned"].as_u64().unwrap();
    let (closed, open) = (stream(0), stream(1));
    assert!(codes(&run).contains(&"CLOSED_MODEL".to_owned()));
    // 500/s for 5 s: while the server stands still, 64 are sent instead of 500.
    assert!(closed < 2_250, "{closed}");
    let objectives = run["objectives"].as_array().unwrap();
    let missed = objectives.iter().find(|one| one["step"] == "GET, open").unwrap();
    let over = missed["over"].as_u64().unwrap();
    assert!(over * 8 >= open && missed["status"] == "missed", "{over} of {open}: {missed}");
}

/// A request every two seconds meets no credentials that the SDK's cache would still use. In the twin they
/// are as slow to come, and nobody is asked to wait.
#[test]
fn credentials_are_waited_for_by_requests_or_by_nobody() {
    let folder = directory();
    let changes = [
        ("rate = \"50/s\"\nduration = \"5s\"", "rate = \"10/s\"\nduration = \"1s\""),
        ("\"44s\"", "\"8s\""),
        ("duration = \"30s\"", "duration = \"1s\"\nmeasure = false"),
        ("duration = \"20s\"", "duration = \"1s\"\nmeasure = false"),
    ];
    let scenario = shortened(folder.path(), "pitfall-credentials.toml", &changes);
    let endpoint = endpoint();
    for how in ["sdk-lazy", "refresher"] {
        let flags = ["--store", "dynamodb", "--endpoint", &endpoint, "--credentials", how];
        let run = run(&scenario, &flags);
        assert_eq!(run["environment"]["credentials"], how);
        // On a machine that is slow enough, waiting so long ends in a time-out of the store.
        let Some(median) = run["steps"][0]["server_us"]["p50"].as_u64() else {
            assert!(run["counts"]["failed"].as_u64() > Some(0), "{run}");
            continue;
        };
        assert!(how == "refresher" || median >= 290_000, "{median}");
    }
}

#[test]
fn what_cannot_be_made_slow_is_refused() {
    let folder = directory();
    let scenario = shortened(folder.path(), "pitfall-far.toml", &[]);
    let scenario = scenario.to_str().unwrap();
    let elsewhere = shortened(folder.path(), "pitfall-omission.toml", &[]);
    let elsewhere = elsewhere.to_str().unwrap();
    let slow = ["--credentials", "sdk-lazy"];
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", "never-made"];
    for (arguments, flags, told) in [
        (&["run", scenario][..], &slow[..], "local engine"),
        (&serve, &slow, "local engine"),
        (&["run", scenario, "--credentials", "eager"], &[], "sdk-lazy"),
        (&["run", elsewhere, "--distance", "75ms"], &[], "--forward"),
        (&["run", scenario, "--distance", "11s"], &[], "at most 10s"),
    ] {
        let mut command = hanno();
        command.current_dir(folder.path()).args(arguments).args(flags);
        let refused = output(&mut command);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {}", stderr(&refused));
        assert!(stderr(&refused).contains(told), "{arguments:?}: {}", stderr(&refused));
    }
    assert!(!folder.path().join("never-made").exists() && !folder.path().join("runs").exists());
}
