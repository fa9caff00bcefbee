//! What came of asking the target for its own metrics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A page of metrics that was asked once a second, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scraped {
    /// The page.
    pub url: String,
    /// How often it was asked, once before the run and once at its end included.
    pub asked: u64,
    /// How often it did not answer in time, or with something else than text of metrics.
    pub failed: u64,
    /// Why it did not the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The series that were found and kept, in the order of the page; their values are in `metrics/`.
    pub series: Vec<String>,
    /// Series that were asked for and not kept, because there were too many or their names are too long; the most
    /// in one answer.
    pub left_out: u32,
}
