//! The folder of fetched programs: outside the build tree, so that `cargo clean` and other worktrees keep them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Written last into an entry: one without it is the rest of an attempt that was cut off.
const WHOLE: &str = ".whole";

/// `$XDG_CACHE_HOME/hanno`, or `~/.cache/hanno`.
pub(crate) struct Cache(PathBuf);

impl Cache {
    /// Makes the folder if there is none.
    pub(crate) fn open() -> Result<Self> {
        let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
        let home = || variable("HOME").map(|home| home.join(".cache"));
        let Some(above) = variable("XDG_CACHE_HOME").or_else(home) else {
            bail!("set HOME or XDG_CACHE_HOME: fetched programs are kept in a folder there");
        };
        Self::at(above.join("hanno"))
    }

    fn at(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// A path in it, whether or not something is there.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The entry of that name; `make` fills its folder if it has not been made whole before. Two that
    /// want the same wait for each other.
    pub(crate) fn provide(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let _locked = self.lock(name)?;
        let entry = self.path(name);
        if entry.join(WHOLE).exists() {
            return Ok(entry);
        }
        if entry.exists() {
            fs::remove_dir_all(&entry)
                .with_context(|| format!("cannot empty {}", entry.display()))?;
        }
        fs::create_dir_all(&entry).with_context(|| format!("cannot make {}", entry.display()))?;
        make(&entry)?;
        let marked = fs::write(entry.join(WHOLE), "");
        marked.with_context(|| format!("cannot write into {}", entry.display()))?;
        Ok(entry)
    }

    /// Held until it is dropped, or its process ends.
    pub(crate) fn lock(&self, name: &str) -> Result<File> {
        let path = self.path(&format!("{name}.lock"));
        let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
        locked.with_context(|| format!("cannot lock {}", path.display()))
    }
}

/// SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// SHA-256 of a file.
pub(crate) fn sha256_of(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(sha256(&bytes))
}

/// A short name for what was made from these: another one as soon as any of them changes.
pub(crate) fn key(made_from: &[&[u8]]) -> String {
    let all: Vec<String> = made_from.iter().map(|bytes| sha256(bytes)).collect();
    sha256(all.concat().as_bytes())[..12].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().join("new")).unwrap();
        let make = |entry: &Path| Ok(fs::write(entry.join("file"), "1")?);
        let entry = cache.provide("a", make).unwrap();
        let again = cache.provide("a", |_| bail!("made twice")).unwrap();
        assert_eq!((again.join("file").exists(), again), (true, entry));
    }

    #[test]
    fn an_attempt_that_failed_leaves_nothing_to_use() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().to_owned()).unwrap();
        let cut_off = |entry: &Path| {
            fs::write(entry.join("half"), "")?;
            bail!("cut off")
        };
        assert!(cache.provide("a", cut_off).is_err());
        let entry = cache.provide("a", |_| Ok(())).unwrap();
        assert!(!entry.join("half").exists());
    }

    #[test]
    fn digests_are_those_of_the_standard() {
        assert!(sha256(b"abc").starts_with("ba7816bf8f01cfea414140de5dae2223"));
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
        assert_eq!(key(&[]).len(), 12);
    }
}
