//! `cargo xtask test`: every check and test in one order, complete in itself.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::services::ForTests;
use crate::{install, say, tidy};

/// A cargo command that must succeed; cheap ones first, so that a slip is told soon.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const FORMAT: Step =
    Step { name: "format", arguments: &["fmt", "--all", "--check"], environment: &[] };

const AFTER_TIDY: [Step; 2] = [
    Step {
        name: "clippy",
        arguments: &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
        environment: &[],
    },
    Step {
        name: "documentation",
        arguments: &["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
];

const TESTS: [&str; 3] = ["test", "--locked", "--workspace"];

/// Runs everything and stops at the first failure.
pub(crate) fn run(root: &Path, install: bool) -> Result<()> {
    let begun = Instant::now();
    timed("tools", || install::provide(root, &install::NEEDS, install))?;
    timed(FORMAT.name, || cargo_step(root, &FORMAT))?;
    timed("tidy", || tidy::run(root))?;
    for step in &AFTER_TIDY {
        timed(step.name, || cargo_step(root, step))?;
    }
    let services = timed("services", || ForTests::start(root))?;
    timed("tests", || tests(root, services))?;
    say::line(&format!("==> all passed in {}", seconds(begun.elapsed())));
    Ok(())
}

/// The cargo that runs this program, so that a nested call uses the same toolchain.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn timed<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say::line(&format!("==> {name}"));
    let begun = Instant::now();
    let done = work();
    let took = seconds(begun.elapsed());
    say::line(&match &done {
        Ok(_) => format!("==> {name}: passed in {took}"),
        Err(_) => format!("==> {name}: FAILED after {took}; the steps after it did not run"),
    });
    done.with_context(|| format!("`{name}` failed"))
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// The services are owned, so that they end with the tests, however those end.
fn tests(root: &Path, services: ForTests) -> Result<()> {
    let mut command = Command::new(cargo());
    command.args(TESTS).envs(services.environment.iter().cloned()).current_dir(root);
    let status = command.status().context("cannot run cargo");
    drop(services);
    let status = status?;
    if !status.success() {
        bail!(
            "{status}; to repeat it: eval \"$(cargo xtask services up --env)\" && cargo {}",
            TESTS.join(" ")
        );
    }
    Ok(())
}

fn cargo_step(root: &Path, step: &Step) -> Result<()> {
    let status = Command::new(cargo())
        .args(step.arguments)
        .envs(step.environment.iter().copied())
        .current_dir(root)
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        let assigned = step.environment.iter().map(|(name, value)| format!("{name}='{value}'"));
        let words = assigned.chain(["cargo".to_owned()]).collect::<Vec<_>>();
        bail!("{status}; to repeat it: {} {}", words.join(" "), step.arguments.join(" "));
    }
    Ok(())
}
