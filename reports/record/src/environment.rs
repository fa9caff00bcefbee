//! Where a run ran: runs of different machines, builds or data are not compared unawares.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a run ran, and against what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Version of Hanno.
    pub hanno: String,
    /// Commit it was built from, if known.
    pub commit: Option<String>,
    /// Compiler it was built with, if known.
    pub rustc: Option<String>,
    /// Of the machine.
    pub kernel: String,
    /// Of the machine.
    pub cpu_model: String,
    /// Of the machine.
    pub cores: u32,
    /// What affinity and control group leave of them.
    pub cores_given: f64,
    /// Of the machine, in bytes.
    pub memory: u64,
    /// Soft limits that bound a run: `descriptors`, `ports`.
    pub limits: BTreeMap<String, u64>,
    /// Name or URL.
    pub target: String,
    /// `redb`, `dynamodb`; none where the target is not bundled.
    pub store: Option<String>,
    /// The store's endpoint, where it has one.
    pub endpoint: Option<String>,
    /// Of the data set the rows came from.
    pub dataset_sha256: Option<String>,
    /// `refresher`, `sdk-lazy`: who renewed the bundled service's credentials, where they were made slow.
    #[serde(default)]
    pub credentials: Option<String>,
    /// How long a relay held each byte before the bundled service, each way, where there was one.
    #[serde(default)]
    pub distance: Option<String>,
}
