//! The main job: the bundled service as a child, filled, loaded, judged, stopped.

use std::path::{Path, PathBuf};

use super::support::{
    assert_code_is_the_verdicts, assert_conserved, directory, hanno, output, run_json, stderr,
    stdout,
};

/// The quickstart, shorter: what the README's first command does, for tests that need it often.
pub(crate) fn scenario(folder: &Path, duration: &str) -> PathBuf {
    let text = quickstart().replace("duration = \"30s\"", &format!("duration = \"{duration}\""));
    let text = text.replace("duration = \"10s\"", "duration = \"1s\"");
    let path = folder.join("short.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn quickstart() -> String {
    std::fs::read_to_string(quickstart_path()).unwrap()
}

fn quickstart_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.toml")
}

/// The README's first command, at a fifth of its rates: a debug build on a busy machine is no place for more.
#[test]
fn the_quickstart_runs_from_start_to_report() {
    let folder = directory();
    let record = folder.path().join("record");
    let ran = output(
        hanno().arg("run").arg(quickstart_path()).args(["--scale", "0.2", "--out"]).arg(&record),
    );
    let run = run_json(&record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_conserved(&run);
    assert_eq!(run["state"], "finished");
    assert_eq!(run["environment"]["target"], "bundled");
    assert_eq!(run["environment"]["store"], "redb");
    assert_eq!(run["environment"]["dataset_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(run["overrides"]["scale"], "0.2");
    let reactions = &run["streams"][1];
    assert_eq!(
        (reactions["name"].as_str(), reactions["measured"]["planned"].as_u64()),
        (Some("reactions"), Some(300))
    );
    // Every request was understood: the service answered 200, and said how long it took.
    assert_eq!(run["counts"]["failed"], 0, "{}", run["errors"]);
    for step in run["steps"].as_array().unwrap() {
        assert_eq!(step["server_us"]["count"], step["count"], "{step}");
    }
    let summary = stdout(&ran);
    assert!(summary.contains("PUT reaction: p99 <= 100ms"), "{summary}");
    assert!(summary.lines().all(|line| line.chars().count() <= 80), "{summary}");
    assert!(stderr(&ran).contains("report.html"), "{}", stderr(&ran));
    assert!(record.join("report.html").exists());
}

#[test]
fn the_schedule_that_was_run_is_the_one_that_is_printed() {
    let folder = directory();
    let path = scenario(folder.path(), "1s");
    let record = folder.path().join("record");
    let ran = output(
        hanno()
            .arg("run")
            .arg(&path)
            .args(["--scale", "0.5", "--seed", "9", "--json", "--out"])
            .arg(&record),
    );
    let run = run_json(&record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    let printed: serde_json::Value = serde_json::from_str(&stdout(&ran)).unwrap();
    assert_eq!(printed, run);
    let schedule = output(
        hanno()
            .arg("schedule")
            .arg(&path)
            .args(["--scale", "0.5", "--seed", "9", "--format", "csv"]),
    );
    let digest = std::process::Command::new("sha256sum");
    let hash = super::verbs::pipe(digest, &schedule.stdout);
    assert_eq!(hash.split(' ').next(), run["schedule_sha256"].as_str());
    let rows = stdout(&schedule).lines().count() as u64 - 1;
    assert_eq!(Some(rows), run["counts"]["planned"].as_u64());
}

#[test]
fn two_runs_of_one_seed_meet_the_same_data() {
    let folder = directory();
    let path = scenario(folder.path(), "1s");
    let hashes: Vec<_> = ["a", "b"]
        .map(|name| {
            let record = folder.path().join(name);
            output(hanno().arg("run").arg(&path).args(["--scale", "0.1", "--out"]).arg(&record));
            let run = run_json(&record);
            (
                run["environment"]["dataset_sha256"].clone(),
                run["schedule_sha256"].clone(),
                run["plan_sha256"].clone(),
            )
        })
        .to_vec();
    assert_eq!(hashes[0], hashes[1]);
}

#[test]
fn no_token_is_in_the_record_or_in_what_is_said() {
    let folder = directory();
    let target = super::support::Target::start(1);
    std::fs::write(
        folder.path().join("rows.jsonl"),
        "{\"name\":\"a\",\"token\":\"canary-0451\"}\n",
    )
    .unwrap();
    let path = super::support::scenario(folder.path(), &target.url, "50/s", "1s");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace("[journey.read]\n", "[journey.read]\ndata = \"rows\"\n")
        .replace("path = \"/thing\"", "path = \"/{{name}}\", bearer = \"{{token}}\"");
    std::fs::write(&path, text + "[data.rows]\nfile = \"rows.jsonl\"\nsecret = [\"token\"]\n")
        .unwrap();
    let record = folder.path().join("record");
    let ran =
        output(hanno().env("HANNO_LOG", "trace").arg("run").arg(&path).arg("--out").arg(&record));
    let run = run_json(&record);
    assert_eq!(run["counts"]["completed"], run["counts"]["planned"], "{}", stderr(&ran));
    let mut said = vec![ran.stdout, ran.stderr];
    for file in ["run.json", "report.html", "latency.hlog", "scenario.toml"] {
        said.push(std::fs::read(record.join(file)).unwrap());
    }
    for bytes in said {
        assert!(!String::from_utf8_lossy(&bytes).contains("canary-0451"));
    }
}
