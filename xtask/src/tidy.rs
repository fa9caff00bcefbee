//! House rules that neither the compiler nor clippy can check, each a function from a tree to violations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

use crate::say;
use tree::Tree;

mod tree;
mod code;
mod source;
mod placement;
mod manifests;
mod closure;
mod documents;

/// A rule that is broken somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// From the workspace's root.
    pub(crate) file: String,
    /// From 1; 0 for the file as a whole.
    pub(crate) line: usize,
    /// What must hold.
    pub(crate) rule: &'static str,
    /// What to do.
    pub(crate) remedy: String,
}

impl Violation {
    /// Of a whole file.
    pub(crate) fn of(file: &str, rule: &'static str, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, rule, remedy: remedy.into() }
    }

    /// At a line, counted from 0.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.line = index + 1;
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}: {}", self.file, self.line, self.rule, self.remedy)
    }
}

/// Crates and everything they need to be built and run, by crate.
pub(crate) type Closures = BTreeMap<String, BTreeSet<String>>;

/// Checks the workspace and prints what is wrong.
pub(crate) fn run(root: &Path) -> Result<()> {
    let violations = violations(root)?;
    for violation in &violations {
        say::line(&violation.to_string());
    }
    match violations.len() {
        0 => Ok(()),
        count => bail!("tidy: {count} violations"),
    }
}

fn violations(root: &Path) -> Result<Vec<Violation>> {
    let tree = Tree::of_git(root)?;
    let closures = closure::read(root)?;
    let mut found = source::check(&tree);
    found.extend(placement::check(&tree));
    found.extend(manifests::check(&tree));
    found.extend(closure::check(&closures));
    found.extend(documents::check(&tree));
    found.sort();
    Ok(found)
}
