//! Who may depend on whom: read from what cargo would really build.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Closures, Violation};

/// The crates of each side of the tree.
const LOADGEN: [&str; 3] = ["load-plan", "load-engine", "load-sink"];
const SERVICE: [&str; 4] = ["chat-domain", "chat-store", "chat-api", "chat-batch"];

/// Crates that decide and never touch the world.
const PURE: [&str; 4] = ["load-plan", "run-analysis", "run-render", "chat-domain"];

/// Runtimes, networks and randomness that ask the world; a prefix where it ends in `*`.
const WORLD: [&str; 13] = [
    "tokio",
    "async-std",
    "smol",
    "mio",
    "socket2",
    "goose",
    "hyper*",
    "reqwest",
    "aws-*",
    "redb",
    "rand",
    "fastrand",
    "oorandom",
];

/// TLS libraries and crypto beside the one that is used.
const UNWANTED: [&str; 5] = ["openssl", "openssl-sys", "native-tls", "ring", "async-native-tls"];

/// Whatever the workspace as a whole needs, under a name that no crate has.
const WORKSPACE: &str = "(workspace)";

/// Asks cargo for the closure of normal dependencies of each workspace crate and of all together.
pub(crate) fn read(root: &Path) -> Result<Closures> {
    let mut closures = Closures::new();
    let all = tree(root, &["--workspace"])?;
    for package in members(root)? {
        let mut needs = tree(root, &["--package", &package])?;
        needs.remove(&package);
        closures.insert(package, needs);
    }
    closures.insert(WORKSPACE.to_owned(), all);
    Ok(closures)
}

/// All rules of this file.
pub(crate) fn check(closures: &Closures) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in PURE {
        let rule = "a pure crate needs nothing that touches the world";
        found.extend(needs_none(closures, package, rule, &WORLD));
    }
    for package in LOADGEN {
        let rule = "the load generator and the service do not know each other";
        found.extend(needs_none(closures, package, rule, &SERVICE));
    }
    for package in SERVICE {
        let rule = "the load generator and the service do not know each other";
        found.extend(needs_none(closures, package, rule, &LOADGEN));
    }
    let oracle = "the sink is the load generator's oracle: they share nothing";
    found.extend(needs_none(
        closures,
        "load-sink",
        oracle,
        &["load-engine", "load-plan", "tokio", "hyper*"],
    ));
    found.extend(needs_none(closures, "load-engine", oracle, &["load-sink"]));
    for package in closures.keys() {
        let rule = "the task runner is no part of the product";
        found.extend(needs_none(closures, package, rule, &["xtask"]));
    }
    let rule = "one TLS library";
    found.extend(needs_none(closures, WORKSPACE, rule, &UNWANTED));
    found
}

fn needs_none(
    closures: &Closures,
    package: &str,
    rule: &'static str,
    forbidden: &[&str],
) -> Vec<Violation> {
    let is_forbidden = |need: &&String| {
        forbidden.iter().any(|name| match name.strip_suffix('*') {
            Some(prefix) => need.starts_with(prefix),
            None => need.as_str() == *name,
        })
    };
    // The workspace as a whole holds its members, the task runner too: only others may not need it.
    let whole = package == WORKSPACE;
    let needs = closures.get(package).into_iter().flatten().filter(is_forbidden);
    let needs = needs.filter(|need| !(whole && need.as_str() == "xtask"));
    let remedy =
        |need: &String| format!("drop {need} (see `cargo tree -p {package} -e normal -i {need}`)");
    needs.map(|need| Violation::of(package, rule, remedy(need))).collect()
}

/// Names in the output of `cargo tree`.
fn tree(root: &Path, which: &[&str]) -> Result<BTreeSet<String>> {
    let arguments = ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-dedupe"];
    let output = cargo(root, &[&arguments, which].concat())?;
    Ok(names(&output))
}

fn names(output: &str) -> BTreeSet<String> {
    output.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Packages of the workspace.
fn members(root: &Path) -> Result<Vec<String>> {
    let output = cargo(root, &["metadata", "--locked", "--no-deps", "--format-version", "1"])?;
    let metadata: serde_json::Value =
        serde_json::from_str(&output).context("cargo metadata prints JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    let name = |package: &serde_json::Value| {
        package["name"].as_str().map(str::to_owned).context("a package has a name")
    };
    packages.iter().map(name).collect()
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(crate::test::cargo())
        .args(arguments)
        .current_dir(root)
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("cargo {}: {}", arguments.join(" "), said.trim());
    }
    String::from_utf8(output.stdout).context("cargo prints UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(package: &str, needs: &[&str]) -> usize {
        let needs = needs.iter().map(|need| (*need).to_owned()).collect();
        check(&Closures::from([(package.to_owned(), needs)])).len()
    }

    #[test]
    fn edges_that_must_not_be() {
        for (package, needs, count) in [
            ("load-plan", &["serde", "rand_chacha", "tokio-like"][..], 0),
            ("load-plan", &["tokio", "hyper-util", "aws-config", "rand"], 4),
            ("load-engine", &["tokio", "load-plan"], 0),
            ("load-engine", &["chat-domain"], 1),
            ("load-engine", &["load-sink"], 1),
            ("load-sink", &["nix"], 0),
            ("load-sink", &["load-engine"], 1),
            ("chat-store", &["load-plan"], 1),
            ("hanno", &["load-plan", "chat-api"], 0),
            ("hanno", &["xtask"], 1),
            (WORKSPACE, &["xtask", "rustls", "openssl-probe"], 0),
            (WORKSPACE, &["ring", "openssl"], 2),
        ] {
            assert_eq!(broken(package, needs), count, "{package}: {needs:?}");
        }
    }

    #[test]
    fn names_are_the_first_words() {
        let output = "a v1.0.0 (/x)\nb-c v2.0.0 (*)\n\na v1.1.0\n";
        assert_eq!(Vec::from_iter(names(output)), ["a", "b-c"]);
    }
}
