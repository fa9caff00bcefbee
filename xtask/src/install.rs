//! The programs that the tests need besides cargo: found, installed on demand, or named with the one
//! command that installs them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::say;

/// A program that some step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
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

/// What `cargo xtask test` runs.
pub(crate) const NEEDS: [Need; 9] = [
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
    PYTHON,
    Need {
        what: "chromium, for the test of the report in a browser",
        proofs: &[&["chromium", "--version"], &["chromium-browser", "--version"]],
        source: Source::Debian(&["chromium"]),
    },
    Need {
        what: "a Java compiler, for the reader of latency.hlog",
        proofs: &[&["javac", "-version"]],
        source: Source::Debian(&["default-jdk-headless"]),
    },
    JAVA,
    MAVEN,
    SETPRIV,
];

/// What `cargo xtask services up` runs.
pub(crate) const FOR_DYNAMODB: [Need; 3] = [JAVA, MAVEN, SETPRIV];

/// What fetches and builds a foreign load generator.
pub(crate) const FOR_PYTHON: [Need; 1] = [PYTHON];

const PYTHON: Need = Need {
    what: "python3 with venv, for an independent computation of schedules and readers of what Hanno writes",
    proofs: &[&["python3", "-c", "import ensurepip, venv"]],
    source: Source::Debian(&["python3", "python3-venv"]),
};

const JAVA: Need = Need {
    what: "Java 17 or later, for DynamoDB Local",
    // `openjdk version "17.0.15"`; before 9 it was `"1.8.0"`.
    proofs: &[&[
        "sh",
        "-c",
        r#"v=$(java -version 2>&1 | head -n 1); case $v in *'"1'[7-9]* | *'"'[2-9][0-9]*) ;; *) echo "$v" >&2; exit 1 ;; esac"#,
    ]],
    source: Source::Debian(&["default-jre-headless"]),
};

const MAVEN: Need = Need {
    what: "Maven, to fetch DynamoDB Local",
    proofs: &[&["mvn", "--version"]],
    source: Source::Debian(&["maven"]),
};

const SETPRIV: Need = Need {
    what: "setpriv, so that DynamoDB Local ends with the tests",
    proofs: &[&["setpriv", "--version"]],
    source: Source::Debian(&["util-linux"]),
};

/// Sees to it that all of these are there. Only with leave is anything installed.
pub(crate) fn provide(root: &Path, needs: &[Need], leave: bool) -> Result<()> {
    let missing = missing(root, needs);
    if missing.is_empty() {
        return Ok(());
    }
    for (need, why) in &missing {
        say::error(&format!("missing: {} ({why})", need.what));
    }
    let missing: Vec<Need> = missing.into_iter().map(|(need, _)| need).collect();
    let command = command(&missing, rustix::process::geteuid().is_root());
    if !leave && std::env::var("CI").as_deref() != Ok("true") {
        bail!(
            "install what is missing with: {command}\nor let this task do it: cargo xtask test --install"
        );
    }
    say::error(&command);
    let status = Command::new("sh").args(["-ec", &command]).current_dir(root).status();
    if !status.context("cannot run sh")?.success() {
        bail!("installing failed; the command was: {command}");
    }
    match self::missing(root, needs).first() {
        None => Ok(()),
        Some((need, why)) => bail!("installed, and still missing: {} ({why})", need.what),
    }
}

/// Those of which no proof succeeds, with what the first one said.
fn missing(root: &Path, needs: &[Need]) -> Vec<(Need, String)> {
    let refusal = |proof: &&[&str]| {
        let program = if proof[0] == "cargo" { crate::test::cargo() } else { proof[0].into() };
        let mut run = Command::new(program);
        run.args(&proof[1..]).current_dir(root).stdin(Stdio::null());
        match run.output() {
            Ok(output) if output.status.success() => None,
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                Some(said.lines().next().unwrap_or("it says nothing").to_owned())
            }
            Err(error) => Some(format!("{}: {error}", proof[0])),
        }
    };
    let refused = |need: &Need| -> Option<String> {
        let refusals: Option<Vec<String>> = need.proofs.iter().map(refusal).collect();
        refusals?.into_iter().next()
    };
    needs.iter().filter_map(|need| Some((*need, refused(need)?))).collect()
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
             chromium default-jdk-headless default-jre-headless gcc libc6-dev maven python3 \
             python3-venv util-linux && rustup component add clippy rustfmt"
        );
        assert_eq!(command(&NEEDS[..1], false), "rustup component add rustfmt");
        assert_eq!(
            command(&NEEDS[3..4], false),
            "sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends python3 \
             python3-venv"
        );
    }

    #[test]
    fn what_refuses_is_missing_and_says_why() {
        let need = |proofs| Need { what: "a", proofs, source: Source::Rustup("a") };
        let silent = need(&[&["false"]]);
        let absent = need(&[&["/absent/program"]]);
        let second = need(&[&["false"], &["true"]]);
        let telling = need(&[&["sh", "-c", "echo too old >&2; exit 1"]]);
        let found = missing(Path::new("."), &[silent, absent, second, telling]);
        let why: Vec<&str> = found.iter().map(|(_, why)| why.as_str()).collect();
        assert_eq!((why.len(), why[0], why[2]), (3, "it says nothing", "too old"));
        assert!(why[1].starts_with("/absent/program: "), "{}", why[1]);
    }

    #[test]
    fn nothing_missing_needs_no_command() {
        assert_eq!(command(&[], true), "");
    }
}
