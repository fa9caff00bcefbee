//! The times of a file that is replayed: known to a plan by their hash, held in memory only where they are needed.
//!
//! A plan goes into every record; millions of times do not. What is read from a record therefore has the
//! number and the hash of the times, enough to compare plans, and not the times.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hash::hexadecimal;

/// Times in order, the first of them 0, in nanoseconds; equal if count and hash are. `Debug` shows no times.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offsets {
    /// How many, > 0.
    pub count: u64,
    /// SHA-256, in lower-case hexadecimal, of the times in order, each as 8 bytes, little-endian.
    pub sha256: String,
    #[serde(skip)]
    loaded: Arc<Vec<u64>>,
}

impl Offsets {
    /// Of times in order, the first of them 0.
    pub(crate) fn of(times_ns: Vec<u64>) -> Self {
        let mut hash = Sha256::new();
        for offset in &times_ns {
            hash.update(offset.to_le_bytes());
        }
        Self {
            count: times_ns.len().try_into().expect("a length fits 64 bits"),
            sha256: hexadecimal(hash),
            loaded: Arc::new(times_ns),
        }
    }

    /// The times; none in a plan that was read from a record.
    pub fn loaded(&self) -> Option<&[u64]> {
        (!self.loaded.is_empty()).then_some(self.loaded.as_slice())
    }

    /// The times, to be kept.
    pub(crate) fn shared(&self) -> Arc<Vec<u64>> {
        Arc::clone(&self.loaded)
    }
}

impl PartialEq for Offsets {
    fn eq(&self, other: &Self) -> bool {
        (self.count, &self.sha256) == (other.count, &other.sha256)
    }
}

impl Eq for Offsets {}

impl fmt::Debug for Offsets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Offsets")
            .field("count", &self.count)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}
