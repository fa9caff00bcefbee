//! Where load may go by the `ranges` of targets.toml: there, and neither beside it nor where a name leads instead.

use std::path::Path;

use super::support::{Server, codes, directory, hanno, output, run_json, scenario, stderr, stdout};

fn allow(folder: &Path, url: &str, ranges: &str) {
    let entry = format!("[target.mine]\nurl = \"{url}\"\nranges = {ranges}\n");
    std::fs::write(folder.join("targets.toml"), entry).unwrap();
}

#[test]
fn load_goes_into_the_ranges_of_an_entry_and_nowhere_else() {
    let folder = directory();
    let log = folder.path().join("arrivals.csv");
    // An address of its own, so that being on this machine is not what lets load through.
    let mut sink = hanno();
    let sink = Server::start(sink.args(["sink", "--listen", "127.0.0.2:0", "--out"]).arg(&log));
    let path = scenario(folder.path(), "mine", "50/s", "1s");
    let record = folder.path().join("record");
    allow(folder.path(), &sink.url, "[\"10.0.0.0/8\", \"127.0.0.2/32\"]");
    let by_name = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    assert_eq!(run_json(&record)["counts"]["completed"], 50, "{}", stderr(&by_name));
    // By its URL it is the same place; the host beside it is not, though it too is this machine.
    let record = folder.path().join("by-url");
    let mut by_url = hanno();
    output(by_url.arg("run").arg(&path).args(["--target", &sink.url]).arg("--out").arg(&record));
    assert_eq!(run_json(&record)["counts"]["completed"], 50);
    allow(folder.path(), &sink.url.replace("127.0.0.2", "127.0.0.3"), "[\"127.0.0.2/32\"]");
    let beside = output(hanno().arg("run").arg(&path));
    assert_eq!(beside.status.code(), Some(2), "{}", stderr(&beside));
    assert!(
        stderr(&beside).contains("is outside of its ranges, 127.0.0.2/32"),
        "{}",
        stderr(&beside)
    );
}

#[test]
fn a_name_that_leads_out_of_the_ranges_gets_nothing() {
    let folder = directory();
    let path = scenario(folder.path(), "mine", "50/s", "1s");
    let record = folder.path().join("record");
    allow(folder.path(), "http://localhost:9", "[\"10.0.0.0/8\"]");
    let ran = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    let run = run_json(&record);
    assert_eq!(run["counts"]["unreleased"], run["counts"]["planned"], "{}", run["counts"]);
    assert!(codes(&run).contains(&"TARGET_UNREACHABLE".to_owned()), "{}", run["findings"]);
    let why = run["unreachable"].as_str().unwrap();
    assert!(
        why.contains("`localhost` stands for") && why.ends_with("outside of 10.0.0.0/8"),
        "{why}"
    );
    assert!(stdout(&ran).contains("outside of 10.0.0.0/8"), "{}", stdout(&ran));
}

#[test]
fn what_is_no_range_is_refused_with_its_remedy() {
    let folder = directory();
    let path = scenario(folder.path(), "mine", "50/s", "1s");
    for (ranges, told) in [
        ("[\"0.0.0.0/0\"]", "wider than /8"),
        ("[\"10.1.2.3\"]", "10.1.2.3/32 for one address"),
        ("[\"10.1.2.3/16\"]", "bits beyond its prefix"),
        ("\"10.0.0.0/8\"", "expected a sequence"),
    ] {
        allow(folder.path(), "http://10.1.2.3", ranges);
        let refused = output(hanno().arg("check").arg(&path));
        assert_eq!(refused.status.code(), Some(2), "{ranges}");
        let said = stderr(&refused);
        assert!(said.contains(told) && said.contains("targets.toml"), "{ranges}: {said}");
    }
}
