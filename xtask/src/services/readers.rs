//! Programs that share no code with Hanno: Python packages in an environment of their own, and Go programs, of which
//! one reads container files as the container tools do and the other is a load generator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::cache::{Cache, key};
use crate::say;

/// The Python that has the packages of `xtask/services/python/requirements.txt`.
pub(crate) fn python(root: &Path, cache: &Cache) -> Result<PathBuf> {
    let requirements = root.join("xtask/services/python/requirements.txt");
    let pinned = read(&requirements)?;
    // An environment is a part of the Python that made it.
    let who = "import sys; print(sys.executable, sys.version)";
    let base = said(Command::new("python3").args(["-c", who]))?;
    let entry = cache.provide(&format!("python-{}", key(&[&pinned, &base])), |entry| {
        say::error("installing the Python packages that read Hanno's files");
        said(Command::new("python3").args(["-m", "venv"]).arg(entry))?;
        let mut pip = Command::new(entry.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        // Only what has a pinned hash, and nothing that would run a build.
        pip.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]);
        said(pip.arg(&requirements)).map(drop)
    })?;
    Ok(entry.join("bin/python"))
}

/// A program that is built from source by the Go that came with the Python packages: Debian's may be too old for the
/// libraries, and the same compiler everywhere leaves one thing less to differ. Every module has a committed checksum.
struct GoProgram {
    /// Of its folder in `xtask/services`, and of what is built.
    name: &'static str,
    package: &'static str,
    /// What it is made from, in that folder.
    files: &'static [&'static str],
}

/// It reads container files as the container tools do.
pub(crate) fn composecheck(root: &Path, cache: &Cache, python: &Path) -> Result<PathBuf> {
    let files = &["main.go", "go.mod", "go.sum"];
    GoProgram { name: "composecheck", package: ".", files }.provide(root, cache, python)
}

/// A load generator that is not Hanno.
pub(crate) fn vegeta(root: &Path, cache: &Cache, python: &Path) -> Result<PathBuf> {
    let package = "github.com/tsenart/vegeta/v12";
    GoProgram { name: "vegeta", package, files: &["go.mod", "go.sum"] }.provide(root, cache, python)
}

impl GoProgram {
    fn provide(&self, root: &Path, cache: &Cache, python: &Path) -> Result<PathBuf> {
        let source = root.join("xtask/services").join(self.name);
        let files: Result<Vec<Vec<u8>>> =
            self.files.iter().map(|file| read(&source.join(file))).collect();
        let go = python.with_file_name("go");
        let version = said(Command::new(&go).arg("version").env("GOTOOLCHAIN", "local"))?;
        let made_from = [files?, vec![version]].concat();
        let made_from: Vec<&[u8]> = made_from.iter().map(Vec::as_slice).collect();
        let entry = cache.provide(&format!("{}-{}", self.name, key(&made_from)), |entry| {
            say::error(&format!("building {}", self.name));
            let work = entry.join("work");
            let mut build = Command::new(&go);
            build.args(["build", "-trimpath", "-o"]).arg(entry.join(self.name)).arg(self.package);
            build
                .current_dir(&source)
                .env("GOPATH", work.join("path"))
                .env("GOCACHE", work.join("cache"));
            build.env("CGO_ENABLED", "0").env("GOTOOLCHAIN", "local").env("GOWORK", "off");
            // Modules are written so that they can be removed again.
            build.env("GOFLAGS", "-mod=readonly -modcacherw -buildvcs=false");
            said(&mut build)?;
            fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))
        })?;
        Ok(entry.join(self.name))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The standard output of a command that must succeed; what it says otherwise is the error.
fn said(command: &mut Command) -> Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{program} ended with {}:\n{}", output.status, said.trim_end());
    }
    Ok(output.stdout)
}
