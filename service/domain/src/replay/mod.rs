//! What DynamoDB would refuse of a strategy, and how long it would then take: the calls that a strategy makes, sent again
//! in simulated time to a model of the tables' partitions.
//!
//! Nothing waits here: a [`Script`] says which calls are made and which of them wait for each other, [`replay`]
//! says what becomes of them under a throughput, beside the same calls where nothing is refused.

mod script;
mod strategies;
mod simulation;

pub use script::{Call, Chain, Script, Table};
pub use simulation::{
    BATCH_TRIES_MAX, PAUSE_FIRST_NS, PAUSE_NS_MAX, Replayed, TRIES_MAX, Terms, replay,
};
pub use strategies::{PageRead, Sizes, WRITES_PER_CALL, Work};

#[cfg(test)]
mod tests;
