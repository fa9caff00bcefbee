//! Why a request was throttled: the sixteen reasons that DynamoDB names, and what they are made of.

use std::fmt;

/// What was asked to give throughput.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// A table.
    Table,
    /// A global secondary index.
    Index,
}

/// Reads and writes have limits of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Read units.
    Read,
    /// Write units.
    Write,
}

/// Which limit was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// That of the partition the key lies in: a hot key.
    KeyRange,
    /// That which the table was provisioned with, its burst used up.
    Provisioned,
    /// The quota of the account.
    AccountLimit,
    /// The maximum that was set for the table on demand.
    MaxOnDemand,
}

/// Code decides by this and not by the class of the exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reason {
    /// Table or index.
    pub resource: Resource,
    /// Read or write.
    pub operation: Operation,
    /// Which limit.
    pub cause: Cause,
}

impl Reason {
    /// All sixteen.
    pub fn all() -> impl Iterator<Item = Self> {
        let causes = [Cause::KeyRange, Cause::Provisioned, Cause::AccountLimit, Cause::MaxOnDemand];
        let operations = [Operation::Read, Operation::Write];
        [Resource::Table, Resource::Index].into_iter().flat_map(move |resource| {
            operations.into_iter().flat_map(move |operation| {
                causes.into_iter().map(move |cause| Self { resource, operation, cause })
            })
        })
    }
}

/// As it stands in `ThrottlingReasons`.
impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = match self.resource {
            Resource::Table => "Table",
            Resource::Index => "Index",
        };
        let operation = match self.operation {
            Operation::Read => "Read",
            Operation::Write => "Write",
        };
        let cause = match self.cause {
            Cause::KeyRange => "KeyRangeThroughputExceeded",
            Cause::Provisioned => "ProvisionedThroughputExceeded",
            Cause::AccountLimit => "AccountLimitExceeded",
            Cause::MaxOnDemand => "MaxOnDemandThroughputExceeded",
        };
        write!(out, "{resource}{operation}{cause}")
    }
}
