//! What goes wrong around a run: it ends, says what happened, and leaves a record that can be read.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use nix::sys::signal::Signal;

use super::support::{
    Running, Server, Target, assert_code_is_the_verdicts, assert_conserved, codes, directory,
    hanno, output, run_json, scenario, stderr,
};

#[test]
fn an_unreachable_target_gets_nothing_and_the_record_says_so() {
    let folder = directory();
    // A port that was free a moment ago, and whose listener is gone.
    let gone = Target::start(1);
    gone.die();
    let path = scenario(folder.path(), &gone.url, "50/s", "1s");
    let record = folder.path().join("record");
    let output = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let run = run_json(&record);
    assert_eq!(run["counts"]["unreleased"], run["counts"]["planned"]);
    assert_eq!(run["counts"]["planned"], 50);
    assert!(codes(&run).contains(&"TARGET_UNREACHABLE".to_owned()), "{run}");
    assert_conserved(&run);
    assert!(record.join("report.html").exists());
}

#[test]
fn a_target_that_dies_fails_by_class_and_the_run_ends_on_time() {
    let folder = directory();
    let target = Target::start(60);
    let path = scenario(folder.path(), &target.url, "100/s", "3s");
    let record = folder.path().join("record");
    let running = Running::start(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    target.wait_for_nth();
    target.die();
    let (status, _) = running.end();
    let run = run_json(&record);
    assert_conserved(&run);
    assert_code_is_the_verdicts(&run, status.code());
    assert!(codes(&run).contains(&"OBJECTIVE_MISSED".to_owned()), "{}", run["findings"]);
    let classes: Vec<&str> =
        run["errors"].as_array().unwrap().iter().map(|e| e["class"].as_str().unwrap()).collect();
    assert!(classes.contains(&"connect_refused"), "{classes:?}");
    assert!(run["counts"]["failed"].as_u64().unwrap() > 200, "{}", run["counts"]);
    // 3 s of arrivals, each with 1 s at most, and a drain of 2 s.
    assert!(run["ended_ns"].as_u64().unwrap() < 6_000_000_000, "{}", run["ended_ns"]);
}

#[test]
fn an_interrupted_run_leaves_a_record_and_no_child() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let folder = directory();
        let path = super::bundled::scenario(folder.path(), "20s");
        let record = folder.path().join("record");
        let mut running = Running::start(hanno().arg("run").arg(&path).arg("--out").arg(&record));
        running.wait_for("recording to");
        wait_for_file(&record.join("run.json"));
        wait_for_content(&record.join("latency.hlog"), "/response,");
        running.signal(signal);
        // Returns only when the service too has let go of standard error.
        let (status, said) = running.end();
        assert_eq!(status.code(), Some(code), "{said}");
        let run = run_json(&record);
        assert_eq!(run["state"], "interrupted");
        assert_conserved(&run);
        let kept_back = run["counts"]["unreleased"].as_u64().unwrap();
        assert!(kept_back > 0);
        // What was kept back was not offered in the last second.
        let seconds = std::fs::File::open(record.join("resources/0000.parquet")).unwrap();
        let seconds = run_record::resources::read(seconds).unwrap().map(Result::unwrap);
        let released: u64 = seconds.map(|second| second.released).sum();
        assert_eq!(run["counts"]["planned"].as_u64(), Some(released + kept_back));
        assert!(codes(&run).contains(&"INTERRUPTED".to_owned()), "{}", run["findings"]);
    }
}

#[test]
fn a_killed_run_leaves_a_readable_record_and_no_child() {
    let folder = directory();
    let path = super::bundled::scenario(folder.path(), "20s");
    let record = folder.path().join("record");
    let mut running = Running::start(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    running.wait_for("recording to");
    wait_for_file(&record.join("run.json"));
    wait_for_content(&record.join("latency.hlog"), "/response,");
    running.signal(Signal::SIGKILL);
    let (status, _) = running.end();
    assert_eq!(status.signal(), Some(9));
    let run = run_json(&record);
    assert_eq!((run["state"].as_str(), run["verdict"].is_null()), (Some("running"), true));
    assert_eq!(planned_by_schedule(&path), run["counts"]["planned"].as_u64());
    let report = output(hanno().arg("report").arg(&record));
    assert!(report.status.success(), "{}", stderr(&report));
    let page = std::fs::read_to_string(record.join("report.html")).unwrap();
    assert!(page.contains("UNFINISHED"));
    assert!(page.contains("planned; known of them:") && !page.contains("✓"), "nothing holds yet");
    // Rows there are none yet: that is no judgement of arrivals.
    let audited = output(hanno().arg("audit").arg(&record));
    assert_eq!(audited.status.code(), Some(2));
    assert!(stderr(&audited).contains("the first segment of rows"), "{}", stderr(&audited));
    // What was offered until then is not known, and the page says so instead of calling it all.
    assert!(page.contains("Not in this report") && stderr(&report).contains("missing: "));
    let offered = page.split("<section id=\"rates\"").nth(1).unwrap();
    let offered = offered.split("</section>").next().unwrap();
    assert!(offered.contains("reads") && !offered.contains("100 %"), "{offered}");
}

/// What a kill leaves of a longer run: rows of whole segments, and a `run.json` from before them. Made of a run that
/// went to its end, and of the `run.json` that it had at its beginning.
#[test]
fn the_arrivals_of_a_killed_run_are_judged_by_the_rows_that_it_left() {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "500/s", "3s");
    let text = std::fs::read_to_string(&path).unwrap();
    let bursts =
        text.replace("rate = \"500/s\"", "kind = \"burst\"\nsize = 100\nevery = \"200ms\"");
    for (text, class) in [(text, "EVEN"), (bursts, "CLUSTERED")] {
        std::fs::write(&path, text).unwrap();
        let record = folder.path().join(class);
        let mut running = Running::start(hanno().arg("run").arg(&path).arg("--out").arg(&record));
        running.wait_for("recording to");
        wait_for_file(&record.join("run.json"));
        let begun = std::fs::read(record.join("run.json")).unwrap();
        running.end();
        let whole = run_json(&record);
        std::fs::write(record.join("run.json"), begun).unwrap();
        let printed = output(hanno().arg("report").arg(&record).args(["--format", "json"]));
        let run: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
        assert_eq!(run["state"], "running");
        // The machine may have made it INVALID; what has not ended can pass nothing.
        assert!(["INCONCLUSIVE", "INVALID"].contains(&run["verdict"].as_str().unwrap()), "{run}");
        assert!(codes(&run).contains(&"UNFINISHED".to_owned()), "{}", run["findings"]);
        // The same rows, the same judgement: whatever this machine made of the arrivals.
        let class_of = |run: &serde_json::Value| run["streams"][0]["audit"]["class"].clone();
        assert_eq!(class_of(&run), class_of(&whole));
        assert!(class_of(&run).is_string());
        let audited = output(hanno().arg("audit").arg(&record).arg("--json"));
        let audited: serde_json::Value = serde_json::from_slice(&audited.stdout).unwrap();
        assert_eq!(audited["streams"][0]["audit"]["class"], class_of(&whole));
        assert_eq!(audited["streams"][0]["audit"]["n"], whole["streams"][0]["audit"]["n"]);
        assert!(output(hanno().arg("report").arg(&record)).status.success());
        let page = std::fs::read_to_string(record.join("report.html")).unwrap();
        assert!(page.contains("UNFINISHED") && page.contains("Not in this report"));
    }
}

/// In a mount namespace of its own, where the record's directory is a file system of 96 KiB.
#[test]
fn a_full_disk_ends_the_run_and_keeps_what_was_written() {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "2000/s", "60s");
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let script = r#"
        mount -t tmpfs -o size=96k none "$DISK" || exit 99
        "$HANNO" run "$SCENARIO" --out "$DISK/record"
        code=$?
        "$HANNO" report --format json "$DISK/record" > "$COPY" || exit 98
        exit $code"#;
    let copy = folder.path().join("copy.json");
    let ended = output(
        Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
            .env("HANNO", env!("CARGO_BIN_EXE_hanno"))
            .env("SCENARIO", &path)
            .env("DISK", &disk)
            .env("COPY", &copy),
    );
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(5), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    let run: serde_json::Value = serde_json::from_slice(&std::fs::read(copy).unwrap()).unwrap();
    assert_eq!(run["schema"], 1);
    assert_ne!(run["state"], "finished");
}

/// Connections take every descriptor there is, and the record is written all the same: it says why.
#[test]
fn a_run_short_of_descriptors_is_invalid_and_keeps_its_record() {
    let folder = directory();
    let sink = Server::start(
        hanno()
            .args(["sink", "--listen", "127.0.0.1:0", "--latency", "constant:700ms", "--out"])
            .arg(folder.path().join("sink.csv")),
    );
    let path = scenario(folder.path(), &sink.url, "200/s", "2s");
    let record = folder.path().join("record");
    // Some twenty are the generator's own; fifty users want one each.
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 50 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_hanno"), "run"]);
    let ended = output(limited.arg(&path).arg("--out").arg(&record));
    assert_eq!(ended.status.code(), Some(3), "{}", stderr(&ended));
    let run = run_json(&record);
    assert_conserved(&run);
    assert!(codes(&run).contains(&"DESCRIPTORS".to_owned()), "{}", run["findings"]);
    assert_eq!(run["errors"][0]["class"], "no_descriptor_left", "{}", run["errors"]);
    assert!(record.join("arrivals/0000.parquet").exists() && record.join("report.html").exists());
}

#[test]
fn a_taken_port_is_one_clear_line() {
    let folder = directory();
    let first = Server::start(
        hanno().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path().join("a")),
    );
    let second = output(
        hanno().args(["serve", "--listen", first.address(), "--data"]).arg(folder.path().join("b")),
    );
    assert_one_line(&second, 5, first.address());
    let sink = output(
        hanno().args(["sink", "--listen", first.address(), "--out"]).arg(folder.path().join("c")),
    );
    assert_one_line(&sink, 5, first.address());
}

#[test]
fn a_locked_data_directory_is_one_clear_line() {
    let folder = directory();
    let data = folder.path().join("data");
    let _first =
        Server::start(hanno().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data));
    let second = output(hanno().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data));
    assert_one_line(&second, 5, "in use");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_one_clear_line() {
    let folder = directory();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refused =
        output(hanno().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(file.join("data")));
    assert_one_line(&refused, 5, "file");
}

fn planned_by_schedule(scenario: &std::path::Path) -> Option<u64> {
    let schedule = output(hanno().arg("schedule").arg(scenario));
    let rows = super::support::stdout(&schedule).lines().count();
    u64::try_from(rows).ok()?.checked_sub(1)
}

#[track_caller]
fn assert_one_line(output: &std::process::Output, code: i32, text: &str) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains(text), "`{text}` is not in: {said}");
}

fn wait_for_file(path: &std::path::Path) {
    while !path.exists() {
        std::thread::yield_now();
    }
}

fn wait_for_content(path: &std::path::Path, text: &str) {
    while !std::fs::read_to_string(path).is_ok_and(|content| content.contains(text)) {
        std::thread::yield_now();
    }
}
