//! What a user gets wrong: exit 2, the place, and the nearest right word; nothing is sent or left behind.

use super::support::{Target, directory, hanno, output, scenario, stderr};
use std::sync::atomic::Ordering;

/// Runs `check` and `run` on a changed scenario; both must refuse it with exit 2 and say all of `expected`.
#[track_caller]
fn check(change: (&str, &str), expected: &[&str]) {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "50/s", "1s");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(change.0), "{}", change.0);
    std::fs::write(&path, text.replacen(change.0, change.1, 1)).unwrap();
    let record = folder.path().join("record");
    for verb in ["check", "run"] {
        let mut command = hanno();
        command.arg(verb).arg(&path);
        if verb == "run" {
            command.arg("--out").arg(&record);
        }
        let output = output(&mut command);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{verb}: {said}");
        for expected in expected {
            assert!(said.contains(expected), "{verb}: `{expected}` is not in: {said}");
        }
    }
    assert!(!record.exists());
    assert_eq!(target.requests.load(Ordering::SeqCst), 0);
}

#[test]
fn a_wrong_word_is_answered_with_its_place_and_the_right_one() {
    check(
        ("duration =", "duraton ="),
        &["scenario.toml:13:1", "duraton", "did you mean `duration`?"],
    );
    check(("journeys = { read = 1 }", "journeys = { raed = 1 }"), &["scenario.toml:8", "read"]);
    check(("\"GET thing\" = [", "\"GET thnig\" = ["), &["GET thing"]);
}

#[test]
fn wrong_values_are_refused() {
    check(("\"50/s\"", "\"50/fortnight\""), &["scenario.toml:12:8", "/s"]);
    check(("\"50/s\"", "\"0/s\""), &["scenario.toml:12:8", "idle"]);
    check(("\"50/s\"", "\"-5/s\""), &["scenario.toml:12:8"]);
    check(("\"50/s\"", "\"99999999999999999999/s\""), &["scenario.toml:12:8"]);
    check(("rate =", "kind = \"idle\"\nrate ="), &["rate", "kind"]);
    check(("name = \"reads\"", "name = \"Reads and more\""), &["scenario.toml:7:8"]);
    check(("schema = 1", "schema = "), &["scenario.toml:1"]);
}

#[test]
fn all_problems_come_at_once() {
    check(
        ("rate = \"50/s\"\nduration = \"1s\"", "rate = \"x\"\nduration = \"y\"\nspacng = \"even\""),
        &["scenario.toml:12:8", "scenario.toml:13:12", "scenario.toml:14:1"],
    );
}

#[test]
fn a_missing_or_huge_file_is_refused() {
    let folder = directory();
    let missing = output(hanno().arg("run").arg(folder.path().join("no-such.toml")));
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("no-such.toml"));
    let huge = folder.path().join("huge.toml");
    std::fs::write(&huge, "#".repeat((1 << 20) + 1)).unwrap();
    let refused = output(hanno().arg("check").arg(&huge));
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("1048576"), "{}", stderr(&refused));
}

#[test]
fn a_target_elsewhere_is_refused_before_anything_is_sent() {
    let folder = directory();
    let path = scenario(folder.path(), "bundled", "50/s", "1s");
    for target in
        ["http://example.org", "http://10.1.2.3:80", "http://127.0.0.1@example.org/", "staging"]
    {
        let record = folder.path().join("record");
        let output =
            output(hanno().arg("run").arg(&path).args(["--target", target, "--out"]).arg(&record));
        assert_eq!(output.status.code(), Some(2), "{target}: {}", stderr(&output));
        assert!(!record.exists());
    }
}

/// A pipe without a writer would keep Hanno waiting; nothing is left behind by a table that does not fit.
#[test]
fn what_cannot_be_read_is_refused_before_there_is_a_record() {
    let folder = directory();
    let pipe = folder.path().join("pipe.toml");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let refused = output(hanno().arg("run").arg(&pipe));
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("not a regular file"), "{}", stderr(&refused));

    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "50/s", "1s");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace("[journey.read]\n", "[journey.read]\ndata = \"rows\"\n")
        .replace("path = \"/thing\"", "path = \"/{{id}}\"");
    std::fs::write(&path, text + "[data.rows]\nfile = \"rows.jsonl\"\n").unwrap();
    std::fs::write(folder.path().join("rows.jsonl"), "{\"ids\":[]}\n").unwrap();
    let record = folder.path().join("record");
    let refused = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(!record.exists());
}

#[test]
fn wrong_flags_are_refused() {
    let folder = directory();
    let path = scenario(folder.path(), "bundled", "50/s", "1s");
    let flags: [&[&str]; 5] = [
        &["--scale", "x"],
        &["--scale", "0"],
        &["--set", "reads.hold.rate"],
        &["--set", "raeds.hold.rate=1/s"],
        &["--no-such-flag"],
    ];
    for flags in flags {
        let output = output(hanno().arg("check").arg(&path).args(flags));
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {}", stderr(&output));
    }
}

#[test]
fn a_record_is_never_written_over_another() {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "50/s", "1s");
    let record = folder.path().join("record");
    std::fs::create_dir(&record).unwrap();
    std::fs::write(record.join("run.json"), "mine").unwrap();
    let output = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(record.join("run.json")).unwrap(), "mine");
}
