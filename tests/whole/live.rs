//! Live events against a target that tells what the test decides: what was delivered, when, and what was not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use super::live_target::{Fate, LiveTarget};
use super::support::{
    Running, Target, assert_code_is_the_verdicts, assert_conserved, codes, directory, hanno,
    output, run_json, stderr, stdout,
};

/// 3 readers of `/events`, and 100 changes in the last 2 of 4 seconds: the readers are there by then.
fn scenario(folder: &Path, target: &str, readers: &str) -> PathBuf {
    let text = format!(
        r#"schema = 1
name = "live"
target = "{target}"
drain = "2s"
{readers}
[[stream]]
name = "changes"
journeys = {{ change = 1 }}
users = 50
[[stream.phase]]
kind = "idle"
duration = "2s"
[[stream.phase]]
name = "hold"
rate = "50/s"
duration = "2s"
[journey.change]
[[journey.change.step]]
name = "PUT thing"
request = {{ method = "PUT", path = "/thing" }}
[objectives]
"PUT thing" = ["delivery p90 <= 1s", "errors <= 50%"]
"#
    );
    let path = folder.join("live.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// A stream of readers, all of one path, named after it.
fn readers(path: &str, users: u32) -> String {
    format!(
        r#"[[stream]]
name = "{path}"
journeys = {{ {path} = 1 }}
[[stream.phase]]
kind = "listen"
users = {users}
duration = "4s"
[journey.{path}]
[[journey.{path}.step]]
name = "GET {path}"
request = {{ path = "/{path}" }}
timeout = "500ms"
"#
    )
}

/// The record of a run in which everything is as it should be but what the target does.
fn run(target: &LiveTarget) -> Value {
    let folder = directory();
    let path = scenario(folder.path(), &target.url, &readers("events", 3));
    let record = folder.path().join("record");
    let ran = output(hanno().arg("run").arg(path).arg("--out").arg(&record));
    let run = run_json(&record);
    assert_conserved(&run);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_eq!((&run["state"], &run["counts"]["planned"]), (&"finished".into(), &100.into()));
    assert!(stdout(&ran).contains("Live events"), "{}", stdout(&ran));
    run
}

fn marked(mark: &str) -> String {
    format!(r#"{{"what":"thing","arrival":"{mark}"}}"#)
}

/// Delivered, missing, unseen; unmatched, repeated; events, unmarked ones.
fn account(run: &Value) -> [u64; 7] {
    let live = &run["live"];
    let (of, readers) = (&live["deliveries"][0], &live["readers"][0]);
    [
        &of["delivered"],
        &of["missing"],
        &of["unseen_requests"],
        &live["unmatched_events"],
        &live["repeated_events"],
        &readers["events"],
        &readers["unmarked_events"],
    ]
    .map(|count| count.as_u64().unwrap())
}

/// Of 10 changes one is told to nobody, one to the first reader only, one twice, and one fails.
fn losing(number: u64) -> Fate {
    match number % 10 {
        0 => Fate { readers: 0, ..Fate::USUAL },
        5 => Fate { readers: 1, ..Fate::USUAL },
        7 => Fate { times: 2, ..Fate::USUAL },
        3 => Fate { status: 500, ..Fate::USUAL },
        _ => Fate::USUAL,
    }
}

const LOSING: [u64; 7] = [220, 20, 10, 30, 30, 280, 0];

#[test]
fn every_event_is_accounted_for() {
    let run = run(&LiveTarget::start(losing, marked));
    assert_eq!(account(&run), LOSING, "{}", run["live"]);
    let step = &run["steps"][0];
    assert_eq!((&step["step"], &step["delivery_us"]["count"]), (&"PUT thing".into(), &220.into()));
    assert_eq!(run["steps"].as_array().unwrap().len(), 1, "what readers open is no request due");
    let objective = &run["objectives"][0];
    assert_eq!(objective["total"], 240, "delivered and missing: {objective}");
    assert!(objective["over"].as_u64().unwrap() >= 20, "what is missing is over: {objective}");
    let readers = &run["live"]["readers"][0];
    assert_eq!((&readers["opened"], &readers["reopened"]), (&3.into(), &0.into()));
    assert!(!codes(&run).contains(&"READERS_ABSENT".to_owned()), "{}", run["findings"]);
}

/// The bundled scenario, shorter and at a fifth of its rates.
#[test]
fn the_bundled_service_tells_its_readers() {
    let folder = directory();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/live.toml");
    let text = std::fs::read_to_string(scenario).unwrap();
    let text = text.replace("\"40s\"", "\"5s\"").replace("\"10s\"", "\"2s\"");
    let path = folder.path().join("short.toml");
    std::fs::write(&path, text.replace("\"30s\"", "\"3s\"")).unwrap();
    let record = folder.path().join("record");
    let ran = output(hanno().arg("run").arg(path).args(["--scale", "0.2", "--out"]).arg(&record));
    let run = run_json(&record);
    assert_conserved(&run);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_eq!(run["errors"], serde_json::json!([]));
    let [delivered, missing, unseen, unmatched, repeated, events, unmarked] = account(&run);
    assert_eq!([missing, unmatched, repeated, unmarked], [0; 4], "{}", run["live"]);
    // 30 changes at 10 a second, most of them in rooms with two readers; with the warm-up there are more events.
    assert!(unseen < 30 && delivered > 0 && events > delivered, "{}", run["live"]);
    assert_eq!(run["live"]["readers"][0]["opened"], 100);
}

/// The control: where events are not matched, the account above must not come out.
#[test]
fn an_event_that_is_of_another_run_is_not_matched() {
    let run = run(&LiveTarget::start(losing, |mark| marked(&format!("f{mark}"))));
    assert_eq!(account(&run), [0, 0, 90, 0, 0, 0, 280]);
    assert_ne!(account(&run), LOSING);
    assert!(run["steps"][0]["delivery_us"].is_null());
    assert_eq!(run["objectives"][0]["status"], "undecided", "of nothing nothing can be said");
}

#[test]
fn a_delivery_takes_as_long_as_the_target_takes() {
    let late = |_| Fate { told: Duration::from_millis(500), ..Fate::USUAL };
    let late = run(&LiveTarget::start(late, marked));
    assert_eq!(account(&late)[..3], [300, 0, 0]);
    let p50 = late["steps"][0]["delivery_us"]["p50"].as_u64().unwrap();
    // A reply that is read late shortens it, an event that is read late lengthens it.
    assert!((250_000..2_000_000).contains(&p50), "{p50} µs");
}

#[test]
fn an_event_before_the_answer_took_no_time() {
    let early = |_| Fate { answered: Duration::from_millis(300), ..Fate::USUAL };
    let early = run(&LiveTarget::start(early, marked));
    assert_eq!(account(&early)[..3], [300, 0, 0]);
    assert_eq!(early["steps"][0]["delivery_us"]["p50"], 0);
}

#[test]
fn targets_that_mistreat_readers_are_told_by_class() {
    let folder = directory();
    let target = LiveTarget::start(|_| Fate::USUAL, marked);
    let kinds = ["events", "refuse", "json", "deaf", "cut", "flood", "garbage"];
    let streams: String = kinds.iter().map(|kind| readers(kind, 2)).collect();
    let path = scenario(folder.path(), &target.url, &streams);
    let record = folder.path().join("record");
    let ran = output(hanno().arg("run").arg(path).arg("--out").arg(&record));
    let run = run_json(&record);
    assert_conserved(&run);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_eq!(run["counts"]["completed"], 100, "{}", run["errors"]);
    // 4 s of readers and one more for the last events.
    assert!(run["ended_ns"].as_u64().unwrap() < 8_000_000_000, "{}", run["ended_ns"]);

    let errors = run["errors"].as_array().unwrap().iter();
    let errors: Vec<_> = errors
        .map(|error| (error["stream"].as_str().unwrap(), error["class"].as_str().unwrap()))
        .collect();
    let expected = [
        ("refuse", "status"),
        ("json", "not_an_event_stream"),
        ("deaf", "timeout"),
        ("cut", "closed"),
        ("flood", "event_too_large"),
        ("garbage", "resync"),
    ];
    for class in expected {
        assert!(errors.contains(&class), "{class:?} is not in {errors:?}");
    }
    assert_eq!(errors.len(), expected.len(), "{errors:?}");
    let of = |kind: &str| {
        let streams = run["live"]["readers"].as_array().unwrap();
        streams.iter().find(|stream| stream["stream"] == kind).unwrap()
    };
    for (kind, opened) in [("refuse", 0), ("json", 0), ("deaf", 0), ("garbage", 2), ("cut", 2)] {
        assert_eq!(of(kind)["opened"], opened, "{kind}");
    }
    assert_eq!(
        (&of("garbage")["unmarked_events"], &of("garbage")["resyncs"]),
        (&2.into(), &2.into())
    );
    assert!(of("cut")["reopened"].as_u64().unwrap() > 2);
    assert_eq!(
        (&of("events")["events"], &of("events")["absent_share"]),
        (&200.into(), &0.0.into())
    );
    assert!(codes(&run).contains(&"READERS_ABSENT".to_owned()), "{}", run["findings"]);
}

#[test]
fn readers_leave_when_the_run_is_stopped() {
    let folder = directory();
    let target = LiveTarget::start(|_| Fate::USUAL, marked);
    let path = scenario(folder.path(), &target.url, &readers("events", 3));
    let text = std::fs::read_to_string(&path).unwrap().replace("\"4s\"", "\"1h\"");
    std::fs::write(&path, text).unwrap();
    let record = folder.path().join("record");
    let mut running = Running::start(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    running.wait_for("recording to");
    running.signal(Signal::SIGINT);
    let (status, said) = running.end();
    assert_eq!(status.code(), Some(130), "{said}");
    assert_conserved(&run_json(&record));
}

#[test]
fn nobody_reads_from_a_target_that_cannot_be_reached() {
    let folder = directory();
    let gone = Target::start(1);
    gone.die();
    let path = scenario(folder.path(), &gone.url, &readers("events", 3));
    let record = folder.path().join("record");
    let ran = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    assert_eq!(ran.status.code(), Some(3), "{}", stderr(&ran));
    let run = run_json(&record);
    assert_eq!(run["live"]["readers"][0]["opened"], 0);
    assert_eq!(run["errors"], serde_json::json!([]));
}
