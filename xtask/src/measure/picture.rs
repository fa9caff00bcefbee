//! Pictures for pages, drawn by an example of run-render, so that they look like those of every report.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::bench::build;

/// What draws them.
pub(crate) struct Pen {
    program: PathBuf,
}

impl Pen {
    /// Builds it.
    pub(crate) fn new(root: &Path) -> Result<Self> {
        let which = ["--package", "run-render", "--example", "benchmark_picture"];
        Ok(Self { program: build(root, &which, "benchmark_picture")? })
    }

    /// The table as a picture: a column of sizes, and one of nanoseconds for each way, each under its name.
    pub(crate) fn draw(&self, title: &str, table: &str) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.arg(title).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().context("cannot start what draws pictures")?;
        let mut input = child.stdin.take().context("its input is not piped")?;
        input.write_all(table.as_bytes()).context("cannot give it the table")?;
        // It reads to the end before it draws.
        drop(input);
        let output = child.wait_with_output().context("cannot wait for the picture")?;
        if !output.status.success() {
            bail!("the picture {title:?} could not be drawn: {}", output.status);
        }
        String::from_utf8(output.stdout).context("a picture is UTF-8")
    }
}
