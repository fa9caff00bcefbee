//! `measure why`: every pitfall once, for the guide that tells of them: its pictures, and the page its figures are from.
//!
//! The scenarios are those that a reader runs. What each is there to show is a limit here: where it is not shown, the
//! command fails, and so does one whose twin shows it too.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::bench::Bench;
use super::hanno::verdict;
use crate::{say, services};

mod runs;
mod tables;

use runs::{Ground, RUNS, Shown};

/// Where the guide's pictures lie.
const PICTURES: &str = "docs/guides/why";

/// What one of the runs left.
struct Seen {
    shown: &'static Shown,
    run: Value,
}

/// Runs all, copies the pictures and publishes the page.
pub(crate) fn run(bench: &Bench, root: &Path) -> Result<()> {
    let mut seen = Vec::new();
    for shown in RUNS {
        say::error(&format!("{}: {}", shown.name, shown.scenario));
        let record = bench.folder.join(shown.name);
        let run = record_of(bench, root, shown, &record)?;
        copy_pictures(&bench.hanno.pictures(&record)?, shown, &root.join(PICTURES))?;
        seen.push(Seen { shown, run });
    }
    let broken = seen.iter().flat_map(missing).collect::<Vec<_>>();
    bench.publish("Why load tests lie: what the guide's runs say", &page(&seen), &broken)
}

fn record_of(bench: &Bench, root: &Path, shown: &Shown, record: &Path) -> Result<Value> {
    let scenario = root.join("scenarios").join(shown.scenario);
    match shown.ground {
        Ground::Bundled(flags) => bench.hanno.show(&scenario, flags, record),
        Ground::Frozen => {
            let log = bench.folder.join(format!("{}.csv", shown.name));
            let sink = bench.hanno.sink(&log, &["--freeze", "1s", "--every", "5s"])?;
            let run = bench.hanno.show(&scenario, &["--target", &sink.url], record)?;
            sink.finish()?;
            Ok(run)
        }
        Ground::Credentials(how) => {
            let dynamodb = services::dynamodb_for_us(root)?;
            let endpoint = dynamodb.endpoint();
            let flags = ["--store", "dynamodb", "--endpoint", &endpoint, "--credentials", how];
            bench.hanno.show(&scenario, &flags, record)
        }
    }
}

fn copy_pictures(from: &Path, shown: &Shown, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for (drawn, name) in shown.pictures {
        let (from, to) = (from.join(drawn), to.join(format!("{name}.svg")));
        fs::copy(&from, &to)
            .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}

/// What a run was to show and does not, and what it shows though it must not.
fn missing(seen: &Seen) -> Vec<String> {
    let Seen { shown, run } = seen;
    let found = codes(run);
    let has = |code: &str| found.contains(&code);
    let silent = shown.fires.iter().filter(|code| !has(code));
    let silent = silent.map(|code| format!("{} does not show {code}", shown.name));
    let loud = shown.must_not.iter().filter(|code| has(code));
    let loud = loud.map(|code| format!("{} shows {code}", shown.name));
    let facts = shown.facts.iter().filter(|fact| !(fact.holds)(run));
    let facts = facts.map(|fact| format!("{}: not {}", shown.name, fact.says));
    silent.chain(loud).chain(facts).collect()
}

fn codes(run: &Value) -> Vec<&str> {
    let findings = run["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    findings.iter().filter_map(|finding| finding["code"].as_str()).collect()
}

fn page(seen: &[Seen]) -> String {
    let mut text = String::from(
        "The runs behind [the guide](../guides/why-load-tests-lie.md), in its order, on the commands that it gives. Times \
         are in milliseconds, from the due time.\n\n",
    );
    text += &tables::verdicts(seen);
    text += "\n## By step\n\nAll measured phases of a stream together. Asked for and came are numbers of arrivals; \
             places are those of a second, where arrivals keep to some.\n\n";
    text += &tables::by_step(seen);
    text += "\n## By phase\n\nWhere a stream has more than one rate.\n\n";
    text += &tables::by_phase(seen);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Seen {
        let far = RUNS.iter().find(|shown| shown.name == "far").unwrap();
        Seen { shown: far, run: text.parse().unwrap() }
    }

    #[test]
    fn what_is_not_shown_is_said() {
        let fires = r#"{"findings":[{"code":"PATH_DOMINATES","severity":"warning"}]}"#;
        assert_eq!(missing(&seen(fires)), Vec::<String>::new());
        assert_eq!(missing(&seen("{}")), ["far does not show PATH_DOMINATES"]);
        let near = RUNS.iter().find(|shown| shown.name == "near").unwrap();
        let near = Seen { shown: near, run: fires.parse().unwrap() };
        assert_eq!(missing(&near), ["near shows PATH_DOMINATES"]);
    }

    #[test]
    fn each_run_is_one_that_a_reader_can_make() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for shown in RUNS {
            assert!(root.join("scenarios").join(shown.scenario).exists(), "{}", shown.scenario);
        }
    }
}
