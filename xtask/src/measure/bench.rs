//! What every measurement needs: a binary, a folder for its files, and a page for its result.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::hanno::Hanno;
use super::machine;
use crate::say;

/// One measurement of `hanno`.
pub(crate) struct Bench {
    /// The binary under measurement.
    pub(crate) hanno: Hanno,
    /// Emptied at the start, kept afterwards: scenario, records, logs of the sink.
    pub(crate) folder: PathBuf,
    pub(crate) page: Page,
}

/// Where the result of a measurement goes.
pub(crate) struct Page {
    /// The workspace.
    pub(crate) root: PathBuf,
    name: &'static str,
    path: PathBuf,
}

impl Bench {
    /// Builds Hanno in release unless a binary is given.
    pub(crate) fn new(page: Page, hanno: Option<&Path>) -> Result<Self> {
        let binary = match hanno {
            Some(binary) => binary.to_owned(),
            None => build(&page.root, &["--package", "hanno", "--bin", "hanno"], "hanno")?,
        };
        let folder = target_folder(&page.root)?.join("measure").join(page.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { hanno: Hanno::at(&binary)?, folder, page })
    }

    /// Writes a scenario and says where.
    pub(crate) fn scenario(&self, text: &str) -> Result<PathBuf> {
        let path = self.folder.join("scenario.toml");
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// As [`Page::publish`].
    pub(crate) fn publish(&self, title: &str, body: &str, broken: &[String]) -> Result<()> {
        self.page.publish(title, body, broken)
    }
}

impl Page {
    /// In `docs/measured/` unless a path is given.
    pub(crate) fn new(root: &Path, name: &'static str, path: Option<&Path>) -> Self {
        let default_path = || root.join("docs/measured").join(format!("{name}.md"));
        Self { root: root.to_owned(), name, path: path.map_or_else(default_path, Path::to_owned) }
    }

    /// Prints the page and writes it, then fails if it tells of a broken limit.
    pub(crate) fn publish(&self, title: &str, body: &str, broken: &[String]) -> Result<()> {
        let machine = machine::describe(&self.root)?;
        let (command, result) = (command(), result(broken));
        let page = format!(
            "# {title}\n\nMade by `{command}`; do not edit.\n\n{machine}\n\n{result}\n\n{body}"
        );
        say::line(&page);
        self.write(&page)?;
        if !broken.is_empty() {
            bail!("{}: {}", self.name, broken.join("; "));
        }
        Ok(())
    }

    /// What it says so far; nothing if there is none yet.
    pub(crate) fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }

    /// Puts a file into the same folder.
    pub(crate) fn beside(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path.with_file_name(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Puts this in its place.
    pub(crate) fn write(&self, text: &str) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).context("cannot make the folder of the page")?;
        }
        fs::write(&self.path, text).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// The command that is being carried out, as someone else would give it: files of this machine are not theirs.
pub(crate) fn command() -> String {
    let mut words = vec!["cargo xtask".to_owned()];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--hanno" | "--page" => drop(arguments.next()),
            other if other.starts_with("--hanno=") || other.starts_with("--page=") => {}
            _ => words.push(argument),
        }
    }
    words.join(" ")
}

/// Whether all limits hold, in one line.
pub(crate) fn result(broken: &[String]) -> String {
    match broken {
        [] => HOLDS.to_owned(),
        broken => format!("**Result: FAILED.** {}.", broken.join("; ")),
    }
}

/// What a result says that does.
pub(crate) const HOLDS: &str = "**Result: all limits hold.**";

/// Builds a program in release and asks cargo where it put it.
pub(crate) fn build(root: &Path, which: &[&str], name: &str) -> Result<PathBuf> {
    let output = Command::new(crate::test::cargo())
        .args(["build", "--release", "--locked"])
        .args(which)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cargo build: {}", output.status);
    }
    let messages = String::from_utf8(output.stdout).context("cargo prints UTF-8")?;
    executable(&messages, name).with_context(|| format!("cargo built no program called {name}"))
}

/// From cargo's messages, one JSON value a line.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let values = messages.lines().filter_map(|line| line.parse::<serde_json::Value>().ok());
    let mut paths = values.filter(|value| value["target"]["name"] == name);
    paths.find_map(|value| value["executable"].as_str().map(PathBuf::from))
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf> {
    let output = Command::new(crate::test::cargo())
        .args(["metadata", "--locked", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cannot run cargo")?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("cargo metadata prints JSON")?;
    let folder = metadata["target_directory"].as_str();
    folder.map(PathBuf::from).context("cargo metadata names the target directory")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_found_among_cargos_messages() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"load-plan\"},\"executable\":null}\n\
            {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"hanno\"},\"executable\":\"t/release/hanno\"}\n\
            {\"reason\":\"build-finished\",\"success\":true}";
        assert_eq!(executable(messages, "hanno"), Some(PathBuf::from("t/release/hanno")));
        assert_eq!(executable("{}", "hanno"), None);
    }
}
