//! `hanno audit`: of a run against the sink that saw it, of logs that other tools wrote, and of what is none.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use super::support::{Server, codes, directory, hanno, output, run_json, stderr, stdout};

fn audit(arguments: &[&str]) -> (Output, Option<Value>) {
    let output = output(hanno().arg("audit").args(arguments).arg("--json"));
    let printed = serde_json::from_slice(&output.stdout).ok();
    (output, printed)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/record/tests/foreign").join(name)
}

/// Two streams, one even and one in bursts, and a third that is too short to be judged.
const SCENARIO: &str = r#"
schema = 1
name = "audited"
seed = 7
target = "TARGET"

[[stream]]
name = "even"
journeys = { get = 1 }
[[stream.phase]]
name = "hold"
rate = "400/s"
duration = "3s"

[[stream]]
name = "bursts"
journeys = { get = 1 }
[[stream.phase]]
name = "hold"
kind = "burst"
size = 50
every = "500ms"
duration = "3s"

[[stream]]
name = "few"
journeys = { get = 1 }
[[stream.phase]]
name = "hold"
rate = "10/s"
duration = "3s"

[journey.get]
[[journey.get.step]]
name = "GET"
endpoint = "read"
request = { method = "GET", path = "/" }
expect = { status = 200 }
"#;

/// What a noisy machine makes of the even stream is its own; everything else is certain.
#[test]
fn a_run_is_audited_the_same_by_itself_from_its_rows_and_at_the_sink() {
    let folder = directory();
    let [log, record, pictures] =
        ["sink.csv", "record", "pictures"].map(|name| folder.path().join(name));
    let sink = Server::start(hanno().args(["sink", "--listen", "127.0.0.1:0", "--out"]).arg(&log));
    let scenario = folder.path().join("audited.toml");
    std::fs::write(&scenario, SCENARIO.replace("TARGET", &sink.url)).unwrap();
    output(hanno().arg("run").arg(&scenario).arg("--out").arg(&record));
    sink.stop();

    let run = run_json(&record);
    assert!(codes(&run).contains(&"BURST".to_owned()), "{:?}", codes(&run));
    let audits: Vec<&Value> =
        run["streams"].as_array().unwrap().iter().map(|stream| &stream["audit"]).collect();
    assert_eq!(audits[0]["expected"], "EVEN");
    assert_eq!((&audits[1]["class"], &audits[1]["kind"]), (&"CLUSTERED".into(), &"phases".into()));
    assert_eq!((&audits[2]["class"], &audits[2]["missing"]), (&"TOO_FEW".into(), &970.into()));
    assert!(codes(&run).contains(&"FEW_ARRIVALS".to_owned()), "{:?}", codes(&run));
    let even = audits[0]["class"] == "EVEN";
    assert_eq!(codes(&run).contains(&"ARRIVAL_CLASS".to_owned()), !even, "{}", audits[0]);

    let (_, of_rows) = audit(&[text(&record)]);
    let of_rows = of_rows.unwrap();
    for (index, audit) in audits.iter().enumerate() {
        assert_eq!(&of_rows["streams"][index]["audit"], *audit, "from its rows");
    }
    let page = folder.path().join("page.html");
    let drawn = ["--svg", text(&pictures), "--html", text(&page)];
    let arguments = [&[text(&log), "--against", text(&record)][..], &drawn].concat();
    let (at_sink, against) = audit(&arguments);
    let against = against.unwrap();
    let counts = ["planned", "arrived", "missing", "duplicate", "unplanned"];
    let counts = counts.map(|name| against["against"][name].as_u64().unwrap());
    assert_eq!(counts, [1530, 1530, 0, 0, 0], "{}", stderr(&at_sink));
    let said = against["streams"][1]["said"].as_str().unwrap();
    assert!(said.contains("groups a second"), "{said}");
    assert_eq!(against["streams"][1]["lateness_us"]["count"], 300);
    let drawn = std::fs::read_dir(&pictures).unwrap().count();
    assert_eq!(drawn, 9, "gaps, place in the second and lateness of three streams");
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("<figure").count(), drawn, "the same pictures");
    assert!(page.contains(said) && page.contains("planned 1530, arrived 1530"), "{page}");
    // What is there is not overwritten, least of all the log.
    let (refused, _) = audit(&[text(&log), "--html", text(&log)]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    // A sink's file without the plan is judged as one stream, and says so.
    let (_, alone) = audit(&[text(&log)]);
    assert!(alone.unwrap()["notes"].to_string().contains("--against"));
}

/// Each real log beside what the sink saw of the same requests; the class too where stamps are finer than a
/// millisecond, which hides what the sink sees.
#[test]
fn logs_of_other_tools_are_judged_as_the_sink_judges_what_they_sent() {
    for (log, format, sink) in [
        ("vegeta-12.13.0/even.csv", "vegeta", "vegeta-12.13.0/even-sink.csv"),
        ("vegeta-12.13.0/small.json", "vegeta", "vegeta-12.13.0/small-sink.csv"),
        ("gatling-3.12.0/simulation.log", "gatling", "gatling-3.12.0/sink.csv"),
        ("gatling-3.7.6/simulation.log", "gatling", "gatling-3.7.6/sink.csv"),
        ("jmeter-5.6.3/results.jtl", "jtl", "jmeter-5.6.3/sink.csv"),
    ] {
        let (_, of_log) = audit(&[text(&recorded(log)), "--format", format]);
        let (_, of_sink) = audit(&[text(&recorded(sink))]);
        let [of_log, of_sink] =
            [of_log, of_sink].map(|printed| printed.unwrap()["streams"][0].take());
        assert_eq!(of_log["audit"]["arrivals"], of_sink["audit"]["arrivals"], "{log}");
        if of_log["audit"]["resolution_ns"] != 1_000_000 {
            assert_eq!(of_log["audit"]["class"], of_sink["audit"]["class"], "{log}");
        }
    }
}

#[test]
fn what_was_asked_for_decides_the_exit_code() {
    let log = recorded("vegeta-12.13.0/even.csv");
    for (expected, code) in [("even", 0), ("poisson", 1), ("clustered", 1)] {
        let arguments = [text(&log), "--format", "vegeta", "--expect", expected];
        assert_eq!(audit(&arguments).0.status.code(), Some(code), "{expected}");
    }
    let printed = stdout(&output(hanno().args(["audit", text(&log), "--format", "vegeta"])));
    assert!(printed.contains("EVEN") && printed.contains("one by one"), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
}

#[test]
fn what_cannot_be_audited_is_told_with_place_and_remedy() {
    let folder = directory();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let header = "arrived_ns,replied_ns,connection,arrival\n";
    let empty = file("empty.csv", "");
    let headless = file("headless.csv", "5,6,0,\n");
    let broken = file("broken.csv", &format!("{header}5,6,0,\nx,6,0,\n"));
    let none = folder.path().join("none");
    for (arguments, words) in [
        (vec![text(&empty)], "empty"),
        (vec![text(&headless)], "line 1"),
        (vec![text(&broken)], "line 3"),
        (vec![text(&none)], "none"),
        (vec![text(folder.path())], "not a record"),
        (vec![text(&headless), "--format", "csv:start"], "csv:"),
        (vec![text(&headless), "--format", "wrk"], "wrk"),
        (vec![text(&headless), "--format", "csv:1,ns", "--against", text(&none)], "sink"),
    ] {
        let (output, _) = audit(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    }
    // A log that was cut is judged as far as it goes, and no request at all is too few.
    let cut = file("cut.csv", &format!("{header}5,6,0,\n7,"));
    for (path, arrivals, notes) in [(cut, 1, 1), (file("no.csv", header), 0, 0)] {
        let (output, printed) = audit(&[text(&path)]);
        assert_eq!(output.status.code(), Some(0));
        let printed = printed.unwrap();
        assert_eq!(printed["streams"][0]["audit"]["class"], "TOO_FEW");
        assert_eq!(printed["streams"][0]["audit"]["arrivals"], arrivals);
        assert_eq!(printed["notes"].as_array().unwrap().len(), notes);
    }
}
