//! A data set to send load against: organisations, accounts, rooms, messages and reactions from a seed.
//!
//! The same specification gives the same bytes on every machine, so that two runs that name one hash
//! read and write the same rooms and messages.

mod spec;

mod draw;
mod generate;

mod dataset;

pub mod history;

pub use dataset::{Counts, Dataset, DatasetRow, Summary};
pub use spec::{Spec, SpecError};

use chat_domain::MessageId;

use crate::{
    RedbStore, StoreError,
    bulk::{BulkPart, Filled, Label},
    dynamo::DynamoStore,
};

/// Why a store was not filled.
#[derive(Debug, thiserror::Error)]
pub enum PopulateError {
    /// The specification asks for what cannot be.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The store holds something else, which is not overwritten.
    #[error("the store is not empty: it holds {}", stored.as_ref().map_or_else(
        || "rooms that no data set filled".to_owned(),
        |hash| format!("the data set {hash}")))]
    NotEmpty {
        /// The hash of the data set that filled it, if one did.
        stored: Option<String>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The rows of the data set of `spec`, without a store.
pub fn dataset(spec: &Spec) -> Result<Dataset, PopulateError> {
    spec.check()?;
    Ok(Dataset::of(spec, &generate::world(spec)))
}

/// Fills an empty store with the data set of `spec`; one that this data set has filled before stays
/// as it is, with whatever was written since. A fill that was interrupted is begun again.
pub fn fill(store: &RedbStore, spec: &Spec) -> Result<Dataset, PopulateError> {
    spec.check()?;
    let world = generate::world(spec);
    let dataset = Dataset::of(spec, &world);
    if decide(store.filled()?, &dataset.summary.sha256)? {
        let label = Label { dataset: &dataset.summary.sha256, newest: newest(&world) };
        store.fill([world].into_iter(), label)?;
    }
    Ok(dataset)
}

/// The same for DynamoDB, whose tables must be there.
pub async fn fill_dynamo(store: &DynamoStore, spec: &Spec) -> Result<Dataset, PopulateError> {
    spec.check()?;
    let world = generate::world(spec);
    let dataset = Dataset::of(spec, &world);
    if decide(store.filled().await?, &dataset.summary.sha256)? {
        let label = Label { dataset: &dataset.summary.sha256, newest: newest(&world) };
        store.fill([world].into_iter(), label).await?;
    }
    Ok(dataset)
}

/// Whether a store is to be filled with a data set; an error if it holds something else.
fn decide(filled: Filled, dataset: &str) -> Result<bool, PopulateError> {
    match filled {
        Filled::Empty => Ok(true),
        Filled::Whole(stored) if stored == dataset => Ok(false),
        Filled::Partly(stored) if stored == dataset => Ok(true),
        Filled::Unknown => Err(PopulateError::NotEmpty { stored: None }),
        Filled::Whole(stored) | Filled::Partly(stored) => {
            Err(PopulateError::NotEmpty { stored: Some(stored) })
        }
    }
}

fn newest(world: &BulkPart) -> MessageId {
    let newest = world.rooms.iter().filter_map(|room| room.messages.last());
    newest.map(|message| message.message).max().expect("each room has a message")
}

#[cfg(test)]
mod tests;
