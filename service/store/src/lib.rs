//! The storage contract of the chat service, redb and DynamoDB behind it, and the data set that fills them.
//!
//! The contract is what the service may ask of any store; a store bends to the contract, and one
//! conformance suite holds all of them to it.

mod contract;
mod organisations;
mod calculation;

mod operation;

mod decorated;
pub mod decorators;

mod bulk;
mod redb_store;

mod bucket;
pub mod credentials;
pub mod dynamo;

mod causes;
mod clock;

pub mod populate;

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
#[cfg(any(test, feature = "conformance"))]
pub mod model;

#[cfg(test)]
mod against_model;
#[cfg(test)]
mod power_loss;

pub use calculation::{CALCULATED_BATCH_MAX, CalculationTable, clear_calculated};
pub use contract::{
    ListMessages, ListReactions, MessageReactions, MessageView, Post, ReactionKey, Store,
    StoreError, Written,
};
pub use decorated::{Decorated, Decorator};
pub use operation::{Consumed, Operation};
pub use organisations::{Org, OrgStore, Page, Plan, ViewLimit};
pub use redb_store::{CommitMode, OpenError, Options, RedbStore};
