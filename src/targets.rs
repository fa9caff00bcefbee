//! `targets.toml`: the places that may be used, by name. What it does not name is refused, and what it says is
//! checked like anything else: it widens nothing that another file would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use load_engine::ranges::Ranges;
use load_engine::targets::Target;
use load_plan::plan::Endpoint;
use serde::Deserialize;

use crate::args::PlacesArgs;
use crate::failure::Failure;
use crate::files;
use crate::stores::NamedStore;

/// Looked for beside the scenario, or where the command runs.
pub(crate) const TARGETS_FILE: &str = "targets.toml";

/// Far more than a list of places needs.
const TARGETS_BYTES_MAX: u64 = 1 << 20;

/// The file that says which places may be used.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Targets {
    #[serde(default)]
    pub(crate) store: BTreeMap<String, NamedStore>,
    #[serde(default)]
    target: BTreeMap<String, NamedTarget>,
}

/// A place that load may be sent to, and what it tells of itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedTarget {
    /// Base URL of every role that has none of its own.
    url: String,
    read: Option<String>,
    write: Option<String>,
    admin: Option<String>,
    /// Networks in which all of its addresses lie; without any it is on this machine.
    #[serde(default)]
    ranges: Vec<String>,
    /// The page on which it tells its metrics, asked once a second.
    metrics: Option<String>,
    /// Which of them are kept; a usual few where it does not say.
    #[serde(default)]
    series: Vec<String>,
}

impl PlacesArgs {
    /// The file; one that no flag names need not be there.
    pub(crate) fn file(&self, beside: &Path) -> Result<PathBuf, Failure> {
        match &self.targets {
            Some(named) => files::open(named).map(|_| named.clone()).map_err(Failure::usage),
            None => Ok(beside.join(TARGETS_FILE)),
        }
    }
}

impl Targets {
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = files::read_text(file, TARGETS_BYTES_MAX)?;
        toml::from_str(&text).with_context(|| format!("in {}", file.display()))
    }

    /// The place of this name.
    pub(crate) fn named(file: &Path, name: &str) -> anyhow::Result<Target> {
        let place = file.display();
        let targets = Self::read(file).with_context(|| {
            format!(
                "target `{name}` is neither `bundled` nor a URL such as http://127.0.0.1:8080, and is looked \
                 for in {place}"
            )
        })?;
        let known = targets.target.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let named = targets.target.get(name).ok_or_else(|| {
            let known = if known.is_empty() { "no [target.NAME] at all" } else { &known };
            anyhow!("{place} has no [target.{name}]; it has {known}")
        })?;
        named.target(name).with_context(|| format!("[target.{name}] of {place}"))
    }

    /// The place at a URL, with the ranges and metrics of the first entry that has its scheme, host and port.
    pub(crate) fn at_url(file: &Path, url: &str) -> anyhow::Result<Target> {
        if !file.exists() {
            return Ok(Target::at_url(url)?);
        }
        for (name, entry) in Self::read(file)?.target {
            let place = || format!("[target.{name}] of {}", file.display());
            let known = entry.target(&name).with_context(place)?;
            if known.has_origin_of(url) {
                let target = Target::within(url, known.ranges)?;
                return Ok(Target { metrics: known.metrics, ..target });
            }
        }
        Ok(Target::at_url(url)?)
    }
}

impl NamedTarget {
    fn target(&self, name: &str) -> anyhow::Result<Target> {
        let base = |own: &Option<String>| own.clone().unwrap_or_else(|| self.url.clone());
        let bases = [
            (Endpoint::Read, base(&self.read)),
            (Endpoint::Write, base(&self.write)),
            (Endpoint::Admin, base(&self.admin)),
        ];
        let target = Target::named(name, bases, Ranges::of(&self.ranges)?)?;
        match &self.metrics {
            Some(url) => Ok(target.with_metrics(url, &self.series)?),
            None if self.series.is_empty() => Ok(target),
            None => Err(anyhow!("`series` are of a page: give its address as `metrics`")),
        }
    }
}
