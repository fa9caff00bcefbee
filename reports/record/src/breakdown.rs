//! The times of a run taken apart: by phase, by the instance that answered, and by place in a cluster of arrivals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spread::Spread;

/// What one step of a stream took in one measured phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseResult {
    /// The stream.
    pub stream: String,
    /// The step.
    pub step: String,
    /// The phase.
    pub phase: String,
    /// Arrivals a second that the phase asks for, mean; of closed users, once all have started. None where
    /// the times of a replayed file were not at hand.
    pub asked_per_s: Option<f64>,
    /// Completed requests: those in the histograms.
    pub count: u64,
    /// Requests due that are in no histogram, arrivals that never started it included for a first step.
    pub not_completed: u64,
    /// Done less due.
    pub response_us: Option<Spread>,
    /// Done less sent.
    pub service_us: Option<Spread>,
    /// What the server says.
    pub server_us: Option<Spread>,
}

/// What one step of a stream took at one instance of the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceResult {
    /// The stream.
    pub stream: String,
    /// The step.
    pub step: String,
    /// As it calls itself in `Server-Timing`; none for all beyond the 64 that are told apart.
    pub instance: Option<String>,
    /// Completed requests.
    pub count: u64,
    /// Answers that did not complete the step.
    pub not_completed: u64,
    /// Done less due.
    pub response_us: Option<Spread>,
    /// What the server says.
    pub server_us: Option<Spread>,
}

/// How long first requests took by how many were sent closely before them.
///
/// A cluster is a row of first requests of a stream, each sent closer to the one before than half the mean gap that
/// the plan asks for there, and than 10 ms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceResult {
    /// The first of these places, from 1.
    pub from: u32,
    /// The last; none if all further ones are meant.
    pub to: Option<u32>,
    /// Arrivals that were sent there.
    pub count: u64,
    /// Done less due, of those that completed.
    pub response_us: Option<Spread>,
}
