//! Times taken apart: by phase, by instance, by place in a cluster, and between two records.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{Server, Target, codes, directory, hanno, output, run_json, stderr};

/// A stream of these phases that reads one thing.
fn scenario(folder: &Path, target: &str, phases: &[&str]) -> PathBuf {
    let phases = format!("[[stream.phase]]\n{}", phases.join("\n[[stream.phase]]\n"));
    let text = format!(
        "schema = 1\nname = \"compared\"\nseed = 3\ntarget = \"{target}\"\ndrain = \"2s\"\n\
         [[stream]]\nname = \"reads\"\njourneys = {{ read = 1 }}\nusers = 100\n{phases}\n\
         [journey.read]\n[[journey.read.step]]\nname = \"GET thing\"\nrequest = {{ path = \"/thing\" }}\n"
    );
    let path = folder.join("scenario.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn recorded(folder: &Path, name: &str, target: &str, phases: &[&str]) -> (PathBuf, Value) {
    let (path, record) = (scenario(folder, target, phases), folder.join(name));
    let ran = output(hanno().arg("run").arg(path).arg("--out").arg(&record));
    assert!(record.join("report.html").exists(), "{}", stderr(&ran));
    let run = run_json(&record);
    (record, run)
}

#[test]
fn phases_and_places_add_up_to_the_step() {
    let folder = directory();
    let target = Target::start(u64::MAX);
    let phases = [
        "name = \"warm\"\nrate = \"50/s\"\nduration = \"1s\"\nmeasure = false",
        "name = \"low\"\nrate = \"20/s\"\nduration = \"2s\"",
        "name = \"high\"\nrate = \"100/s\"\nduration = \"2s\"",
        "name = \"groups\"\nkind = \"burst\"\nsize = 10\nevery = \"500ms\"\nduration = \"1s\"",
    ];
    let (record, run) = recorded(folder.path(), "record", &target.url, &phases);
    let of = |phase: &Value| {
        let count = |name: &str| phase[name].as_u64().unwrap();
        let name = phase["phase"].as_str().unwrap().to_owned();
        (name, phase["asked_per_s"].as_f64().unwrap(), count("count") + count("not_completed"))
    };
    let phases: Vec<_> = run["phases"].as_array().unwrap().iter().map(of).collect();
    let expected = [("low", 20.0, 40), ("high", 100.0, 200), ("groups", 20.0, 20)];
    assert_eq!(phases, expected.map(|(name, rate, count)| (name.to_owned(), rate, count)));
    // Each second went through the histograms that are written; the sum of all is the step.
    let (step, times) = (&run["steps"][0], ["response_us", "service_us"]);
    for time in times {
        let seen = |of: &Value| of[time]["count"].as_u64().unwrap_or(0);
        let parts: u64 = run["phases"].as_array().unwrap().iter().map(seen).sum();
        assert_eq!((parts, step[time]["count"].as_u64()), (parts, Some(parts)), "{time}");
    }
    let places = run["streams"][0]["places"].as_array().unwrap();
    let arrivals: u64 = places.iter().map(|place| place["count"].as_u64().unwrap()).sum();
    let measured = &run["streams"][0]["measured"];
    let count = |name: &str| measured[name].as_u64().unwrap();
    assert_eq!(arrivals, count("planned") - count("dropped") - count("unreleased"));
    assert!(places.len() > 1, "a group of ten has places: {places:?}");
    // Nobody named an instance.
    assert_eq!(run["instances"].as_array().unwrap().len(), 0);
    let page = std::fs::read_to_string(record.join("report.html")).unwrap();
    assert!(page.contains("id=\"response-by-phase\"") && page.contains("id=\"phases\""));
}

/// The server says what it took, so that nothing here is timed.
#[test]
fn an_instance_that_says_it_is_slow_is_told_and_its_twin_is_not() {
    let folder = directory();
    let phase = ["rate = \"100/s\"\nduration = \"2s\""];
    let slow = Target::with_fields(u64::MAX, |number| match number % 2 {
        0 => "server-timing: app;dur=2.0;desc=\"a\"\r\n".to_owned(),
        _ => "server-timing: app;dur=90.0;desc=\"b\"\r\n".to_owned(),
    });
    let (record, run) = recorded(folder.path(), "slow", &slow.url, &phase);
    assert!(codes(&run).contains(&"INSTANCE_SLOW".to_owned()), "{}", run["findings"]);
    let findings = run["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["code"] == "INSTANCE_SLOW").unwrap();
    assert_eq!(finding["subject"], "reads: GET thing, instance b");
    let page = std::fs::read_to_string(record.join("report.html")).unwrap();
    assert!(page.contains("Instances of the target"));
    let alike = Target::with_fields(u64::MAX, |number| {
        format!("server-timing: app;dur=2.0;desc=\"{}\"\r\n", number % 2)
    });
    let (_, run) = recorded(folder.path(), "alike", &alike.url, &phase);
    assert_eq!(run["instances"].as_array().unwrap().len(), 2);
    assert!(!codes(&run).contains(&"INSTANCE_SLOW".to_owned()), "{}", run["findings"]);
}

/// The latency of a sink is never shorter than programmed: 400 ms against what a loaded machine adds to 1 ms.
#[test]
fn a_target_slow_when_idle_is_told_between_two_records() {
    let folder = directory();
    let sink = |address: &str, latency: &str| {
        let log = folder.path().join(format!("{latency}.csv"));
        let flags = ["sink", "--listen", address, "--latency", latency, "--out"];
        Server::start(hanno().args(flags).arg(log))
    };
    let few = ["rate = \"10/s\"\nduration = \"3s\""];
    let slow = sink("127.0.0.1:0", "constant:400ms");
    let (quiet, _) = recorded(folder.path(), "quiet", &slow.url, &few);
    let address = slow.address().to_owned();
    slow.stop();
    let fast = sink(&address, "constant:1ms");
    let many = ["rate = \"100/s\"\nduration = \"2s\""];
    let (busy, _) = recorded(folder.path(), "busy", &fast.url, &many);
    let said = |one: &Path, other: &Path| {
        let report = output(hanno().arg("report").args([one, other]));
        assert!(report.status.success(), "{}", stderr(&report));
        stderr(&report)
    };
    let told = said(&quiet, &busy);
    assert!(told.contains("SLOW_WHEN_IDLE") && told.contains("GET thing"), "{told}");
    assert_eq!(said(&quiet, &quiet), "", "a record is not slower than itself");
}
