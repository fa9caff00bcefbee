//! How the arrivals of a stream were spread in time, as `run.json` holds it and `hanno audit --json` prints it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The judgement of one stream's arrivals, with the numbers behind it. What is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// `EVEN`, `POISSON`, `CLUSTERED`, `OTHER` or `TOO_FEW`.
    pub class: String,
    /// What kind of clusters: `phases` (the same places in every second) or `trains` (one burst for each tick).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The class that the plan asks for; none where any will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The phase that was judged, where phases were judged one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Arrivals that were judged.
    pub arrivals: u64,
    /// How many more it takes to tell even from random, for `TOO_FEW`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<u64>,
    /// Arrivals a second, over the time from the first to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_per_s: Option<f64>,
    /// Index of dispersion of the counts in windows of 1 ms: 0 even, 1 random, more in clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idc_1ms: Option<f64>,
    /// The same in windows of 10 ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idc_10ms: Option<f64>,
    /// The same in windows of 100 ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idc_100ms: Option<f64>,
    /// The same in windows of 1 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idc_1s: Option<f64>,
    /// Squared coefficient of variation of the gaps: 0 even, 1 random, more in clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cv2: Option<f64>,
    /// Share of the gaps that are 0 at the resolution of the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zero_gap_share: Option<f64>,
    /// Largest distance of the gaps' distribution from an exponential one of the same mean, from 100 µs (or the
    /// mean) on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lilliefors_d: Option<f64>,
    /// The strongest rhythm of up to 100 beats a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<Rhythm>,
    /// In how many places of a second arrivals came, where they came in few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positions: Option<u32>,
    /// The strongest rhythm of more than 100 beats a second, where arrivals came in trains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trains: Option<Trains>,
    /// The unit of the times, in nanoseconds, where it is coarser than 1 ns: nothing finer can be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution_ns: Option<u64>,
    /// Times that lay before an earlier one and were taken as equal to it.
    #[serde(skip_serializing_if = "is_zero")]
    pub stepped_back: u64,
}

/// A line in the scan over the beats of a second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// Beats a second.
    pub frequency_hz: u32,
    /// How far arrivals keep to it: 0 not at all, 1 entirely.
    pub strength: f64,
    /// How likely arrivals without any rhythm are to show one as strong.
    pub p: f64,
}

/// Bursts, one for each tick of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trains {
    /// Trains a second.
    pub frequency_hz: u32,
    /// How far arrivals keep to it: 0 not at all, 1 entirely.
    pub strength: f64,
    /// Arrivals in a train, mean.
    pub length: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
