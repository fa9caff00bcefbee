//! What a run learnt of live events: who read, what reached them, and what could not be told apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Live events of a run that had readers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Live {
    /// One for each stream of readers, of the whole run.
    pub readers: Vec<ReadersResult>,
    /// One for each stream and step that changes something, of measured phases. How long deliveries
    /// took is in `steps[].delivery_us`.
    pub deliveries: Vec<DeliveryResult>,
    /// Events of this run whose request did not complete, or was no longer waited for.
    pub unmatched_events: u64,
    /// Events that a reader had been sent before.
    pub repeated_events: u64,
    /// Requests and events given up before their time, because too many were waiting.
    pub given_up: u64,
}

/// What the readers of one stream saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadersResult {
    /// The stream.
    pub stream: String,
    /// How many there were.
    pub readers: u32,
    /// How many had a stream of events open at least once.
    pub opened: u32,
    /// How often one was opened again after it had been lost.
    pub reopened: u64,
    /// Events with the mark of a request of this run.
    pub events: u64,
    /// Events without one: not of this run, or not understood.
    pub unmarked_events: u64,
    /// Gaps that the target announced.
    pub resyncs: u64,
    /// Share of the readers' time in which they had lost their stream or could not open one.
    pub absent_share: f64,
}

/// What became of the events of one step. A delivery is a pair: a completed request and a reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryResult {
    /// The stream.
    pub stream: String,
    /// The step.
    pub step: String,
    /// Pairs whose event came.
    pub delivered: u64,
    /// Pairs whose event did not come, though it came to another reader of the same address and this
    /// one was connected throughout.
    pub missing: u64,
    /// Completed requests of which no reader was told: they changed nothing, nobody read there, or the
    /// event was lost to all.
    pub unseen_requests: u64,
}
