//! Calls, and which of them wait for each other.

use crate::cost::Units;
use crate::partition::{Operation, Resource};

/// What the batch asks: tables and indexes, each with partitions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Organisations and their plans.
    Orgs,
    /// Accounts by organisation: an index.
    Accounts,
    /// Rooms by account: an index.
    JoinedRooms,
    /// Messages by room.
    Messages,
    /// The calculation table: messages by organisation.
    Calculation,
    /// View limits.
    ViewLimits,
}

impl Table {
    /// Whether it is an index.
    pub fn resource(self) -> Resource {
        match self {
            Self::Accounts | Self::JoinedRooms => Resource::Index,
            Self::Orgs | Self::Messages | Self::Calculation | Self::ViewLimits => Resource::Table,
        }
    }
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of what.
    pub table: Table,
    /// Whether it reads or writes.
    pub operation: Operation,
    /// Where its partition key lies, see [`crate::partition::key_hash`].
    pub key: u64,
    /// What is admitted or refused for itself: the items of a batch of writes; a read is one.
    pub parts: u32,
    /// What each of them costs.
    pub half_units: u32,
}

impl Call {
    /// Whether it is a batch of writes, of which a part may be done.
    pub fn is_batch(&self) -> bool {
        self.table == Table::Calculation && self.operation == Operation::Write
    }
}

/// Calls of which each waits for the one before.
pub type Chain = Vec<Call>;

/// All calls of a run over one organisation: stages, one after the other, of chains that do not wait for each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    stages: Vec<Vec<Chain>>,
}

impl Script {
    /// Adds a stage, which begins when the one before has ended; of one without calls nothing is kept.
    pub fn push(&mut self, chains: impl IntoIterator<Item = Chain>) {
        let chains: Vec<Chain> = chains.into_iter().filter(|chain| !chain.is_empty()).collect();
        if !chains.is_empty() {
            self.stages.push(chains);
        }
    }

    /// From the first.
    pub fn stages(&self) -> &[Vec<Chain>] {
        &self.stages
    }

    /// Every call, in no order that means anything.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.stages.iter().flatten().flatten()
    }

    /// What all calls cost, each of them once.
    pub fn units(&self) -> Units {
        let mut units = Units::default();
        for call in self.calls() {
            units.spend(call.operation, u64::from(call.parts) * u64::from(call.half_units));
        }
        units
    }
}
