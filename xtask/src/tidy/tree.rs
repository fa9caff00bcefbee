//! The files under the project's care, in memory: rules are then functions of values.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Larger files are not read as text; no source or document comes near it.
const MAX_TEXT_BYTES: u64 = 2 * 1024 * 1024;

/// Files by their path from the root, with `/` between folders; no text for binary or huge ones.
#[derive(Debug, Default)]
pub(crate) struct Tree(BTreeMap<String, Option<String>>);

impl Tree {
    /// What git tracks or would track: neither ignored nor deleted.
    pub(crate) fn of_git(root: &Path) -> Result<Self> {
        let list = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("cannot run git")?;
        if !list.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&list.stderr).trim());
        }
        let names = String::from_utf8(list.stdout).context("a file name is not UTF-8")?;
        let mut files = BTreeMap::new();
        for name in names.split_terminator('\0') {
            let path = root.join(name);
            // A tracked file may be deleted and not yet committed; a link is checked where it points.
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if metadata.is_file() {
                files.insert(name.to_owned(), text(&path, metadata.len())?);
            }
        }
        Ok(Self(files))
    }

    /// A made-up tree.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), Some((*text).to_owned()));
        Self(files.iter().map(owned).collect())
    }

    /// Files with text whose name ends so, in order.
    pub(crate) fn texts<'a>(
        &'a self,
        suffix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        let texts = self.0.iter().filter_map(|(name, text)| Some((&**name, text.as_deref()?)));
        texts.filter(move |(name, _)| name.ends_with(suffix))
    }

    /// The text of a file.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }

    /// Whether there is such a file, or such a folder with a file in it.
    pub(crate) fn has(&self, name: &str) -> bool {
        let folder = format!("{}/", name.trim_end_matches('/'));
        self.0.contains_key(name)
            || self
                .0
                .range(folder.clone()..)
                .next()
                .is_some_and(|(file, _)| file.starts_with(&folder))
    }
}

fn text(path: &Path, bytes: u64) -> Result<Option<String>> {
    if bytes > MAX_TEXT_BYTES {
        return Ok(None);
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(String::from_utf8(bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_says_which_files_count() {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let status = Command::new("git").args(arguments).current_dir(&folder).status();
            assert!(status.unwrap().success());
        };
        git(&["init", "--quiet"]);
        for (name, bytes) in [
            (".gitignore", &b"ignored\n"[..]),
            ("ignored", b"no"),
            ("tracked", b"yes"),
            ("deleted", b"no"),
            ("new", b"yes"),
            ("binary", b"\xff\0"),
        ] {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        git(&["add", "tracked", "deleted"]);
        fs::remove_file(folder.path().join("deleted")).unwrap();
        let tree = Tree::of_git(folder.path()).unwrap();
        let names: Vec<&String> = tree.0.keys().collect();
        assert_eq!(names, [".gitignore", "binary", "new", "tracked"]);
        assert_eq!((tree.text("new"), tree.text("binary")), (Some("yes"), None));
    }

    #[test]
    fn folders_exist_through_their_files() {
        let tree = Tree::of(&[("docs/adr/one.md", ""), ("docs.md", "")]);
        for there in ["docs", "docs/", "docs/adr", "docs/adr/one.md", "docs.md"] {
            assert!(tree.has(there), "{there}");
        }
        for absent in ["doc", "docs/ad", "one.md"] {
            assert!(!tree.has(absent), "{absent}");
        }
    }
}
