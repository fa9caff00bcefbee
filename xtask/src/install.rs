//! The programs that the tests need besides cargo: found, installed on demand, or named with the one
//! command that installs them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::say;

/// A program that some step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Need {
    what: &'static str,
    /// It is there if any of these runs and succeeds.
    proofs: &'static [&'static [&'static str]],
    source: Source,
}

/// Where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A component of the toolchain.
    Rustup(&'static str),
    /// Debian packages.
    Debian(&'static [&'static str]),
}

const NEEDS: [Need; 5] = [
    Need {
        what: "rustfmt, for the format check",
        proofs: &[&["cargo", "fmt", "--version"]],
        source: Source::Rustup("rustfmt"),
    },
    Need {
        what: "clippy, for the lints",
        proofs: &[&["cargo", "clippy", "--version"]],
        source: Source::Rustup("clippy"),
    },
    Need {
        what: "a C compiler, for aws-lc and zstd",
        proofs: &[&["cc", "--version"]],
        source: Source::Debian(&["gcc", "libc6-dev"]),
    },
    Need {
        what: "python3, for the independent computation of schedules",
        proofs: &[&["python3", "--version"]],
        source: Source::Debian(&["python3"]),
    },
    Need {
        what: "chromium, for the test of the report in a browser",
        proofs: &[&["chromium", "--version"], &["chromium-browser", "--version"]],
        source: Source::Debian(&["chromium"]),
    },
];

/// Sees to it that everything is there. Only with leave is anything installed.
pub(crate) fn provide(root: &Path, leave: bool) -> Result<()> {
    let missing = missing(root);
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        say::line(&format!("missing: {}", need.what));
    }
    let command = command(&missing, rustix::process::geteuid().is_root());
    if !leave && std::env::var("CI").as_deref() != Ok("true") {
        bail!(
            "install what is missing with: {command}\nor let this task do it: cargo xtask test --install"
        );
    }
    say::line(&command);
    let status = Command::new("sh").args(["-ec", &command]).current_dir(root).status();
    if !status.context("cannot run sh")?.success() {
        bail!("installing failed; the command was: {command}");
    }
    match self::missing(root).first() {
        None => Ok(()),
        Some(need) => bail!("installed, and still missing: {}", need.what),
    }
}

fn missing(root: &Path) -> Vec<Need> {
    let proves = |proof: &[&str]| {
        let program = if proof[0] == "cargo" { crate::test::cargo() } else { proof[0].into() };
        let quiet = || Stdio::null();
        let mut run = Command::new(program);
        run.args(&proof[1..]).current_dir(root).stdin(quiet()).stdout(quiet()).stderr(quiet());
        run.status().is_ok_and(|status| status.success())
    };
    NEEDS.into_iter().filter(|need| !need.proofs.iter().any(|proof| proves(proof))).collect()
}

/// One line for a shell that installs all of them.
fn command(missing: &[Need], is_root: bool) -> String {
    let (mut components, mut packages) = (BTreeSet::new(), BTreeSet::new());
    for need in missing {
        match need.source {
            Source::Rustup(component) => components.extend([component]),
            Source::Debian(names) => packages.extend(names),
        }
    }
    let joined = |names: BTreeSet<&str>| Vec::from_iter(names).join(" ");
    let mut parts = Vec::new();
    if !packages.is_empty() {
        let sudo = if is_root { "" } else { "sudo " };
        parts.push(format!("{sudo}apt-get update -qq"));
        parts.push(format!(
            "{sudo}apt-get install -y -qq --no-install-recommends {}",
            joined(packages)
        ));
    }
    if !components.is_empty() {
        parts.push(format!("rustup component add {}", joined(components)));
    }
    parts.join(" && ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_command_installs_all() {
        assert_eq!(
            command(&NEEDS, true),
            "apt-get update -qq && apt-get install -y -qq --no-install-recommends \
             chromium gcc libc6-dev python3 && rustup component add clippy rustfmt"
        );
        assert_eq!(command(&NEEDS[..1], false), "rustup component add rustfmt");
        assert_eq!(
            command(&NEEDS[3..4], false),
            "sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends python3"
        );
    }

    #[test]
    fn nothing_missing_needs_no_command() {
        assert_eq!(command(&[], true), "");
    }
}
