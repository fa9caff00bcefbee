//! Java libraries by Maven: a committed `pom.xml` with exact versions, and a committed SHA-256 of every file of its
//! closure, checked each time that they are used.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use super::cache::{Cache, sha256_of};
use crate::say;

const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/// The folder that holds the files of `xtask/services/jars/NAME`, and nothing else.
pub(crate) fn provide(root: &Path, cache: &Cache, name: &str) -> Result<PathBuf> {
    let source = root.join("xtask/services/jars").join(name);
    let read = |file: &str| {
        let path = source.join(file);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let (pom, sums) = (read("pom.xml")?, read("SHA256SUMS")?);
    let version = version(&pom).with_context(|| format!("the pom of {name} has no version"))?;
    let entry = cache.provide(&format!("{name}-{version}"), |entry| {
        say::error(&format!("fetching {name} {version} by Maven, files: {}", sums.lines().count()));
        copy(&source.join("pom.xml"), &entry.join("lib"))?;
        verify(&entry.join("lib"), &sums)
    })?;
    let lib = entry.join("lib");
    verify(&lib, &sums)?;
    Ok(lib)
}

/// The project's own version: the first in the file.
fn version(pom: &str) -> Option<&str> {
    Some(pom.split_once("<version>")?.1.split_once("</version>")?.0.trim())
}

fn copy(pom: &Path, into: &Path) -> Result<()> {
    let mut command = Command::new("mvn");
    command.args(["-q", "-B", "-ntp", "-Dstyle.color=never", "-f"]).arg(pom).arg(COPY);
    // An absolute path: Maven takes a relative one from the pom's folder.
    command.arg(format!("-DoutputDirectory={}", into.display()));
    command.stdin(Stdio::null());
    let output = command.output().context("cannot run mvn")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        bail!("Maven could not fetch the files of {}:\n{}", pom.display(), said.trim_end());
    }
    Ok(())
}

/// Whether a folder holds exactly the files that the sums name (lines as `sha256sum` prints them).
fn verify(lib: &Path, sums: &str) -> Result<()> {
    let entry = lib.parent().unwrap_or(lib).display();
    let wrong = |what: String| anyhow!("{what}; to fetch all anew, remove {entry} and try again");
    let mut expected = BTreeMap::new();
    for line in sums.lines() {
        let (sum, file) = line.split_once("  ").context("a line of SHA256SUMS has no file")?;
        expected.insert(file.to_owned(), sum.to_owned());
    }
    let entries = fs::read_dir(lib).with_context(|| format!("cannot read {}", lib.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", lib.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match expected.remove(&name) {
            None => return Err(wrong(format!("{name} does not belong among the fetched files"))),
            Some(sum) if sum != sha256_of(&path)? => {
                return Err(wrong(format!(
                    "the SHA-256 of {} is not the one in SHA256SUMS",
                    path.display()
                )));
            }
            Some(_) => {}
        }
    }
    match expected.into_keys().next() {
        None => Ok(()),
        Some(name) => Err(wrong(format!("{name} is not among the fetched files"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_files_of_the_sums_are_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("a.jar", "abc");
        write("b.jar", "");
        let sums = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.jar\n\
                    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b.jar\n";
        verify(folder.path(), sums).unwrap();
        let refused = |part: &str| {
            let error = verify(folder.path(), sums).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("remove"), "{error}");
        };
        write("b.jar", "x");
        refused("SHA-256 of");
        write("b.jar", "");
        write("c.jar", "");
        refused("c.jar does not belong");
        fs::remove_file(folder.path().join("c.jar")).unwrap();
        fs::remove_file(folder.path().join("a.jar")).unwrap();
        refused("a.jar is not among");
    }

    #[test]
    fn the_committed_files_pin_one_version() {
        for (name, files) in [("dynamodb", 82), ("hdrhistogram", 1)] {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("services/jars").join(name);
            let pom = fs::read_to_string(source.join("pom.xml")).unwrap();
            let version = version(&pom).unwrap();
            let ranges = pom.match_indices("<version>").filter(|(at, found)| {
                !pom[at + found.len()..].starts_with(|first: char| first.is_ascii_digit())
            });
            assert_eq!(ranges.count(), 0, "{name}");
            let sums = fs::read_to_string(source.join("SHA256SUMS")).unwrap();
            assert_eq!(sums.lines().count(), files);
            assert!(sums.lines().any(|line| line.ends_with(&format!("-{version}.jar"))), "{name}");
        }
    }
}
