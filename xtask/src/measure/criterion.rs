//! `measure schedule` and `measure users`: criterion's figures as pages, and what `measure newest` has them from.
//! Criterion leaves what it has estimated as JSON files in a folder that it is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::bench::{Page, target_folder};
use super::show::table;
use crate::say;

/// What criterion says of one function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Estimate {
    pub(super) group: String,
    pub(super) function: String,
    /// Of a function that is measured with several inputs.
    pub(super) input: Option<String>,
    /// Things done in each iteration.
    pub(super) elements: u64,
    /// The mean of an iteration in nanoseconds, and its interval of 95 %.
    pub(super) mean: f64,
    pub(super) lower: f64,
    pub(super) upper: f64,
}

/// What a bench has left.
pub(super) struct Benched {
    /// In the order in which they were made.
    pub(super) estimates: Vec<Estimate>,
    /// To standard output.
    pub(super) printed: String,
}

/// How fast each kind of arrival is computed.
pub(crate) fn schedule(page: &Page) -> Result<()> {
    let estimates = bench(page, "schedule")?.estimates;
    page.publish("How fast arrivals are computed", &schedule_body(&estimates)?, &[])
}

/// What Goose costs.
pub(crate) fn users(page: &Page) -> Result<()> {
    let estimates = bench(page, "users")?.estimates;
    page.publish("Goose's share: its users beside plain tasks", &users_body(&estimates)?, &[])
}

fn schedule_body(estimates: &[Estimate]) -> Result<String> {
    let per_second = |ns: f64, elements: u64| count(elements) * 1e3 / ns;
    let row = |estimate: &Estimate| {
        let Estimate { function, elements, lower, upper, .. } = estimate;
        let [least, most] = [upper, lower].map(|ns| per_second(*ns, *elements));
        vec![function.clone(), format!("{least:.1} .. {most:.1}")]
    };
    let rows: Vec<Vec<String>> = estimates.iter().map(row).collect();
    let slowest = estimates.iter().map(|one| one.mean / count(one.elements)).reduce(f64::max);
    let slowest = slowest.context("criterion has measured nothing")?;
    let elements = estimates.first().map_or(0, |one| one.elements);
    Ok(format!(
        "About {elements} arrivals an iteration, on one core; criterion's intervals of 95 % of the mean. At 20 000 arrivals \
         a second the slowest of these takes {:.1} ms of each second.\n\n{}",
        slowest * 20_000.0 / 1e6,
        table(&["what", "M arrivals/s"], &rows)
    ))
}

fn users_body(estimates: &[Estimate]) -> Result<String> {
    let inputs: Vec<&str> = estimates.iter().filter_map(|one| one.input.as_deref()).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for users in inputs {
        if rows.iter().any(|row| row[0] == users) {
            continue;
        }
        let of = |function: &str| {
            let mut named = estimates
                .iter()
                .filter(|one| one.function == function && one.input.as_deref() == Some(users));
            named.next().with_context(|| format!("{function} with {users} users is not measured"))
        };
        let (goose, plain) = (of("Goose")?, of("plain tasks")?);
        let shown = |one: &Estimate| {
            let Estimate { mean, lower, upper, .. } = one;
            format!("{mean:.0} ({lower:.0} .. {upper:.0})")
        };
        rows.push(vec![
            users.to_owned(),
            shown(goose),
            shown(plain),
            format!("{:.0}", goose.mean - plain.mean),
        ]);
    }
    if rows.is_empty() {
        bail!("criterion has measured nothing");
    }
    Ok(format!(
        "CPU time of an arrival, nanoseconds, and criterion's interval of 95 % of its mean: users of Goose, by the engine's \
         own file, and plain tasks wait at the same queue; each arrival wakes one of them, which does nothing with it. One \
         thread, no network, no clock. The difference is what Goose adds to whatever a request costs.\n\n{}",
        table(&["users", "Goose", "plain tasks", "Goose adds"], &rows)
    ))
}

/// Runs a bench from nothing and reads what it has found.
pub(super) fn bench(page: &Page, name: &str) -> Result<Benched> {
    say::error(&format!("cargo bench --bench {name}: some minutes, and the build before it"));
    let home = target_folder(&page.root)?.join("measure").join(name).join("criterion");
    if home.exists() {
        fs::remove_dir_all(&home).with_context(|| format!("cannot empty {}", home.display()))?;
    }
    let mut command = Command::new(crate::test::cargo());
    command.args(["bench", "--locked", "--bench", name]).env("CRITERION_HOME", &home);
    command.current_dir(&page.root).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cargo bench: {}", output.status);
    }
    let mut found = Vec::new();
    for folder in folders(&home)? {
        let (named, estimated) = (folder.join("benchmark.json"), folder.join("estimates.json"));
        if folder.ends_with("new") && estimated.exists() {
            let when = fs::metadata(&estimated).and_then(|metadata| metadata.modified());
            let when = when.context("a file without a time")?;
            found.push((when, estimate(&read(&named)?, &read(&estimated)?)?));
        }
    }
    found.sort_by_key(|(when, _)| *when);
    let estimates = found.into_iter().map(|(_, estimate)| estimate).collect();
    Ok(Benched { estimates, printed: String::from_utf8_lossy(&output.stdout).into_owned() })
}

fn estimate(named: &Value, estimated: &Value) -> Result<Estimate> {
    let text = |name: &str| named[name].as_str().map(str::to_owned);
    let mean = &estimated["mean"];
    let figure = |value: &Value| value.as_f64().context("estimates.json lacks a figure");
    Ok(Estimate {
        group: text("group_id").context("benchmark.json names no group")?,
        function: text("function_id").context("benchmark.json names no function")?,
        input: text("value_str"),
        elements: named["throughput"]["Elements"].as_u64().unwrap_or(1),
        mean: figure(&mean["point_estimate"])?,
        lower: figure(&mean["confidence_interval"]["lower_bound"])?,
        upper: figure(&mean["confidence_interval"]["upper_bound"])?,
    })
}

/// A folder and all within it.
fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut all = vec![root.to_owned()];
    let mut next = 0;
    while let Some(folder) = all.get(next).cloned() {
        next += 1;
        let entries = fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry.context("cannot list a folder")?.path();
            if path.is_dir() {
                all.push(path);
            }
        }
    }
    Ok(all)
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path);
    let text = text.with_context(|| format!("cannot read {}", path.display()))?;
    text.parse().with_context(|| format!("{} is no JSON", path.display()))
}

#[expect(clippy::cast_precision_loss, reason = "some millions")]
pub(super) fn count(elements: u64) -> f64 {
    elements as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(function: &str, input: Option<&str>, mean: f64) -> Estimate {
        Estimate {
            group: "users".to_owned(),
            function: function.to_owned(),
            input: input.map(str::to_owned),
            elements: 100_000,
            mean,
            lower: mean - 1.0,
            upper: mean + 1.0,
        }
    }

    #[test]
    fn criterions_files_are_read() {
        let named = json!({ "group_id": "users", "function_id": "Goose", "value_str": "64", "throughput": null });
        let interval = json!({ "confidence_level": 0.95, "lower_bound": 9.0, "upper_bound": 11.0 });
        let estimated =
            json!({ "mean": { "point_estimate": 10.0, "confidence_interval": interval } });
        let expected = Estimate { elements: 1, ..of("Goose", Some("64"), 10.0) };
        assert_eq!(estimate(&named, &estimated).unwrap(), expected);
        assert!(estimate(&named, &json!({})).is_err());
    }

    #[test]
    fn rates_are_elements_over_time() {
        // 100 000 arrivals in 10 ms are 10 million a second; 20 000 of them take 2 ms.
        let body = schedule_body(&[of("even", None, 1e7), of("burst", None, 1e6)]).unwrap();
        assert!(body.contains("takes 2.0 ms") && body.contains("10.0 .. 10.0"), "{body}");
        assert!(schedule_body(&[]).is_err());
    }

    #[test]
    fn what_goose_adds_is_a_difference_at_the_same_number_of_users() {
        let all = [
            of("Goose", Some("64"), 900.0),
            of("plain tasks", Some("64"), 300.0),
            of("Goose", Some("9"), 5.0),
            of("plain tasks", Some("9"), 4.0),
        ];
        let body = users_body(&all).unwrap();
        assert!(body.contains("600") && body.lines().count() == 6, "{body}");
        assert!(users_body(&all[..1]).is_err(), "nothing to compare with");
    }
}
