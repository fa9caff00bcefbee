//! `hanno run URL --rate RATE --duration TIME`: a run without a scenario file leaves the file that it stands for.

use std::sync::atomic::Ordering;

use super::support::{
    Target, assert_code_is_the_verdicts, assert_conserved, directory, hanno, output, run_json,
    stderr, stdout,
};

#[test]
fn a_url_is_a_scenario_that_can_be_run_again() {
    let folder = directory();
    let target = Target::start(1);
    let url = format!("{}/things/{{all}}?like=%22x%22&{{{{y}}}}#part", target.url);
    let record = folder.path().join("record");
    let mut command = hanno();
    command.args(["run", &url, "--rate", "50/s", "--duration", "2s", "--seed", "5"]);
    let ran = output(command.arg("--out").arg(&record));
    let run = run_json(&record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_conserved(&run);
    assert_eq!(run["counts"]["completed"], 100, "{}", stderr(&ran));
    assert_eq!(target.requests.load(Ordering::SeqCst), 100, "nothing was asked beside the load");
    assert_eq!(run["objectives"][0]["text"], "errors <= 0.1%");
    assert_eq!(run["objectives"][0]["implied"], true);
    assert_eq!(run["steps"][0]["step"], "GET /things/%7Ball%7D?like=%22x%22&%7B%7By%7D%7D");
    assert!(record.join("report.html").exists());

    let file = record.join("scenario.toml");
    let again = folder.path().join("again");
    output(hanno().arg("run").arg(&file).args(["--seed", "5"]).arg("--out").arg(&again));
    for name in ["plan_sha256", "schedule_sha256", "counts"] {
        assert_eq!(run_json(&again)[name], run[name], "{name}");
    }
    let schedule = stdout(&output(hanno().arg("schedule").arg(&file)));
    assert_eq!(schedule.lines().nth(1), Some("0,10000000,requests,hold,request"));
    assert_eq!(schedule.lines().nth(100), Some("99,1990000000,requests,hold,request"));
}

#[test]
fn spacing_and_scale_are_as_in_a_file() {
    let folder = directory();
    let target = Target::start(1);
    let record = folder.path().join("record");
    let mut command = hanno();
    command.args(["run", &target.url, "--rate", "600/min", "--duration", "1s", "--scale", "10"]);
    output(command.args(["--spacing", "poisson", "--out"]).arg(&record));
    let run = run_json(&record);
    let phase = &run["plan"]["streams"][0]["phases"][0];
    assert!(phase.to_string().contains("poisson"), "{phase}");
    assert_eq!(run["overrides"]["scale"], "10");
    assert!(run["counts"]["planned"].as_u64() > Some(50), "{}", run["counts"]);
    assert!(std::fs::read_to_string(record.join("scenario.toml")).unwrap().contains("\"600/min\""));
}

#[test]
fn what_is_not_whole_is_refused_and_leaves_nothing() {
    let folder = directory();
    let here = "http://127.0.0.1:1/x";
    let whole = ["--rate", "5/s", "--duration", "1s"];
    let file = super::support::scenario(folder.path(), "http://127.0.0.1:1", "5/s", "1s");
    let file = file.to_str().unwrap();
    let cases: [(&str, &[&str], &str); 13] = [
        (here, &[], "--rate 500/s --duration 30s"),
        (here, &["--rate", "5/s"], "--duration"),
        (here, &["--duration", "5s"], "--rate"),
        (here, &["--spacing", "even"], "--rate"),
        (here, &["--rate", "5", "--duration", "1s"], "\"500/s\""),
        (here, &["--rate", "5/s", "--duration", "1"], "duration"),
        (here, &["--rate", "0/s", "--duration", "1s"], "rate"),
        (here, &["--rate", "5/s", "--duration", "1s", "--target", "bundled"], "--target"),
        (here, &["--rate", "5/s", "--duration", "1s", "--spacing", "closed"], "poisson"),
        (file, &whole, "--scale"),
        ("http://example.org/", &whole, "not this machine"),
        ("http://u:secret@127.0.0.1/", &whole, "credentials"),
        ("ftp://127.0.0.1/", &whole, "http://"),
    ];
    for (place, flags, told) in cases {
        let refused = output(hanno().current_dir(folder.path()).args(["run", place]).args(flags));
        let said = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{place} {flags:?}: {said}");
        assert!(said.contains(told) && !said.contains("secret"), "{place} {flags:?}: {said}");
    }
    assert!(!folder.path().join("runs").exists());
}
