//! The same traffic at both ends: Hanno's by its record and at the sink, and another generator's by its own log and at
//! the sink. An audit that judges the two differently judges the file and not the traffic.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Section;
use crate::child::Guarded;
use crate::measure::bench::Bench;
use crate::measure::hanno::verdict;
use crate::measure::schedule::{Load, spaced};
use crate::measure::show::table;
use crate::say;
use crate::services;

const SECONDS: u32 = 10;

/// Four runs, and once the building of the other generator.
pub(super) const SECONDS_IN_ALL: u32 = 4 * (SECONDS + 5) + 60;

const HANNO: [(u32, &str); 2] = [(1000, "even"), (1000, "poisson")];

/// From the second on vegeta sends trains.
const VEGETA_PER_SECOND: [u32; 2] = [1000, 5000];

/// What the audit says of some traffic.
#[derive(Debug)]
struct Judged {
    class: String,
    arrivals: u64,
    gap_variation: f64,
}

/// Some traffic, by its sender's account and by the sink's.
#[derive(Debug)]
struct Pair {
    load: String,
    own: Judged,
    at_sink: Judged,
    /// Hanno's verdict of its own run; planned arrivals that never came, came twice or were not planned.
    said: String,
    astray: u64,
}

/// Sends with both.
pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let vegeta = services::vegeta(&bench.page.root).context("vegeta cannot be had")?;
    let mut pairs = Vec::new();
    for (per_second, spacing) in HANNO {
        say::error(&format!("Hanno, {per_second}/s {spacing}, {SECONDS} s"));
        pairs.push(hanno(bench, Load { per_second, seconds: SECONDS, spacing, users: None })?);
    }
    let mut logs = Vec::new();
    for per_second in VEGETA_PER_SECOND {
        say::error(&format!("vegeta, {per_second}/s, {SECONDS} s"));
        // Pictures are named after it.
        let log = bench.folder.join(format!("vegeta-{per_second}"));
        pairs.push(foreign(bench, &vegeta, per_second, &log)?);
        logs.push(log);
    }
    let pictures = logs.last().map_or(Ok(Vec::new()), |log| draw(bench, log))?;
    Ok(section(&pairs, &pictures))
}

fn hanno(bench: &Bench, load: Load) -> Result<Pair> {
    let name = format!("both-ends-{}", load.spacing);
    let log = bench.folder.join(format!("{name}.csv"));
    let sink = bench.hanno.sink(&log, &[])?;
    let record = bench.folder.join(&name);
    let scenario = bench.scenario(&spaced("both-ends", &sink.url, load))?;
    let run = bench.hanno.run(&scenario, &sink.url, &record, SECONDS)?;
    sink.finish()?;
    let against = record.to_str().context("a path of UTF-8")?;
    let at_sink = bench.hanno.audit(&log, &["--against", against])?;
    let astray = ["missing", "duplicate", "unplanned"]
        .map(|name| at_sink["against"][name].as_u64().unwrap_or(u64::MAX));
    Ok(Pair {
        load: format!("Hanno, {}/s {}", load.per_second, load.spacing),
        own: judged(&bench.hanno.audit(&record, &[])?)?,
        at_sink: judged(&at_sink)?,
        said: verdict(&run),
        astray: astray.into_iter().fold(0, u64::saturating_add),
    })
}

fn foreign(bench: &Bench, vegeta: &Path, per_second: u32, log: &Path) -> Result<Pair> {
    let sink = bench.hanno.sink(log, &[])?;
    let file = |name: &str| bench.folder.join(format!("vegeta-{per_second}{name}"));
    let [targets, results, own] = [file(".targets"), file(".gob"), file(".csv")];
    fs::write(&targets, format!("GET {}/\n", sink.url.trim_end_matches('/')))
        .context("cannot write the targets of vegeta")?;
    let mut attack = Command::new(vegeta);
    attack.args([
        "attack",
        "-rate",
        &format!("{per_second}/s"),
        "-duration",
        &format!("{SECONDS}s"),
    ]);
    wait(attack.arg("-targets").arg(&targets).arg("-output").arg(&results))?;
    sink.finish()?;
    let mut encode = Command::new(vegeta);
    wait(encode.args(["encode", "--to", "csv", "--output"]).arg(&own).arg(&results))?;
    Ok(Pair {
        load: format!("vegeta, {per_second}/s"),
        own: judged(&bench.hanno.audit(&own, &["--format", "vegeta"])?)?,
        at_sink: judged(&bench.hanno.audit(log, &[])?)?,
        said: String::new(),
        astray: 0,
    })
}

fn wait(command: &mut Command) -> Result<()> {
    let mut process = Guarded::spawn(command.stdin(Stdio::null()).stdout(Stdio::null()), "vegeta")?;
    let status = process.wait(Duration::from_secs((6 * SECONDS).into()))?;
    if !status.success() {
        bail!("vegeta ended with {status}");
    }
    Ok(())
}

/// The only stream of what `hanno audit --json` prints.
fn judged(printed: &Value) -> Result<Judged> {
    let audit = &printed["streams"][0]["audit"];
    Ok(Judged {
        class: audit["class"].as_str().context("an audit has a class")?.to_owned(),
        arrivals: audit["arrivals"].as_u64().context("an audit has a count")?,
        gap_variation: audit["cv2"].as_f64().unwrap_or(f64::NAN),
    })
}

/// The pictures of what came, beside the page; their names.
fn draw(bench: &Bench, log: &Path) -> Result<Vec<String>> {
    let drawn = log.with_extension("pictures");
    bench.hanno.audit(log, &["--svg", drawn.to_str().context("a path of UTF-8")?])?;
    let mut names = Vec::new();
    for file in fs::read_dir(&drawn).context("no pictures were drawn")? {
        let file = file.context("cannot list the pictures")?;
        let name = file.file_name().to_string_lossy().into_owned();
        let picture = fs::read_to_string(file.path()).context("cannot read a picture")?;
        bench.page.beside(&name, &picture)?;
        names.push(name);
    }
    names.sort();
    Ok(names)
}

fn broken(pair: &Pair) -> Vec<String> {
    let Pair { load, own, at_sink, astray, .. } = pair;
    let mut broken = Vec::new();
    if own.class != at_sink.class {
        broken.push(format!("{load}: {} by its sender, {} at the sink", own.class, at_sink.class));
    }
    if own.arrivals != at_sink.arrivals {
        let (own, at_sink) = (own.arrivals, at_sink.arrivals);
        broken.push(format!("{load}: {own} by its sender, {at_sink} at the sink"));
    }
    if *astray > 0 {
        broken.push(format!("{load}: {astray} arrivals are missing, double or were never planned"));
    }
    broken
}

fn section(pairs: &[Pair], pictures: &[String]) -> Section {
    let row = |pair: &Pair| {
        let of = |judged: &Judged| format!("{}, {}", judged.class, judged.arrivals);
        let gaps = |judged: &Judged| format!("{:.3}", judged.gap_variation);
        vec![
            pair.load.clone(),
            of(&pair.own),
            of(&pair.at_sink),
            gaps(&pair.own),
            gaps(&pair.at_sink),
            pair.said.clone(),
        ]
    };
    let header = [
        "traffic",
        "by its sender",
        "at the sink",
        "gaps by its sender",
        "gaps at the sink",
        "verdict",
    ];
    let rows: Vec<Vec<String>> = pairs.iter().map(row).collect();
    let shown: Vec<String> = pictures
        .iter()
        .map(|name| format!("\n![{}]({name})\n", name.trim_end_matches(".svg").replace('-', " ")))
        .collect();
    let text = format!(
        "{SECONDS} s each, to a sink of its own. `hanno audit` judges the sender's account (Hanno's record; the log of \
         vegeta 12.13.0, whose stamps are nanoseconds) and the sink's; class and count must be the same, and each of \
         Hanno's arrivals must have come once. Gaps: squared coefficient of variation, 0 where they are all alike, 1 at \
         random, more in groups. The pictures are of vegeta at {}/s, at the sink.\n\n{}{}",
        VEGETA_PER_SECOND[1],
        table(&header, &rows),
        shown.concat()
    );
    Section { text, broken: pairs.iter().flat_map(broken).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_ends_must_agree() {
        let judged = |class: &str, arrivals| Judged {
            class: class.to_owned(),
            arrivals,
            gap_variation: 0.3,
        };
        let pair = |own, at_sink, astray| Pair {
            load: "x".to_owned(),
            own,
            at_sink,
            said: String::new(),
            astray,
        };
        assert_eq!(broken(&pair(judged("EVEN", 5), judged("EVEN", 5), 0)), [""; 0]);
        let differ = pair(judged("EVEN", 5), judged("CLUSTERED", 6), 1);
        assert_eq!(broken(&differ).len(), 3);
    }

    #[test]
    fn an_audit_is_read_and_one_without_a_class_is_none() {
        let printed =
            json!({ "streams": [{ "audit": { "class": "EVEN", "arrivals": 7, "cv2": 0.5 } }] });
        let judged = judged(&printed).unwrap();
        assert_eq!((judged.class.as_str(), judged.arrivals), ("EVEN", 7));
        assert!(super::judged(&json!({ "streams": [] })).is_err());
    }
}
