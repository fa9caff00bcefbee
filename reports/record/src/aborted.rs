//! What stopped a run whose plan says when it is to stop.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A limit of `[abort_on]` that was passed, with what its delay showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbortedBy {
    /// The step.
    pub step: String,
    /// The limit as written.
    pub text: String,
    /// Requests within the delay.
    pub total: u64,
    /// Of them, over the limit.
    pub over: u64,
    /// The second of the run at whose end it was seen.
    pub second: u32,
}
