//! A data set to send load against: organisations, accounts, rooms, messages and reactions from a seed.
//!
//! The same specification gives the same bytes on every machine, so that two runs that name one hash
//! read and write the same rooms and messages.

mod spec;

mod draw;
mod generate;

mod dataset;

pub use dataset::{Counts, Dataset, DatasetRow, Summary};
pub use spec::{Spec, SpecError};

use crate::{
    RedbStore, StoreError,
    dynamo::{DynamoStore, Filled},
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
/// as it is, with whatever was written since.
pub fn fill(store: &RedbStore, spec: &Spec) -> Result<Dataset, PopulateError> {
    spec.check()?;
    let world = generate::world(spec);
    let dataset = Dataset::of(spec, &world);
    match store.dataset()? {
        Some(stored) if stored == dataset.summary.sha256 => Ok(dataset),
        None if store.is_empty()? => {
            store.fill(&world.accounts, &world.rooms, &dataset.summary.sha256)?;
            Ok(dataset)
        }
        stored => Err(PopulateError::NotEmpty { stored }),
    }
}

/// The same for DynamoDB, whose tables must be there. A fill that was interrupted is begun again.
pub async fn fill_dynamo(store: &DynamoStore, spec: &Spec) -> Result<Dataset, PopulateError> {
    spec.check()?;
    let world = generate::world(spec);
    let dataset = Dataset::of(spec, &world);
    let hash = &dataset.summary.sha256;
    match store.filled().await? {
        Filled::Whole(stored) if stored == *hash => {}
        Filled::Partly(stored) if stored == *hash => store.fill(&world.rooms, hash).await?,
        Filled::Empty => store.fill(&world.rooms, hash).await?,
        Filled::Unknown => return Err(PopulateError::NotEmpty { stored: None }),
        Filled::Whole(stored) | Filled::Partly(stored) => {
            return Err(PopulateError::NotEmpty { stored: Some(stored) });
        }
    }
    Ok(dataset)
}

#[cfg(test)]
mod tests;
