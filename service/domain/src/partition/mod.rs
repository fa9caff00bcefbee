//! What DynamoDB would refuse: a table or an index as partitions of token buckets, told the time.
//!
//! No local engine limits throughput, so it is modelled, after what AWS documents: a partition gives 3000
//! read and 1000 write units a second whatever the table has, a table its capacity with or
//! without a burst. What AWS does not publish (the depth of a partition's bucket, when it splits) is assumed and
//! said where it stands. An index has a state of its own: the write to its table needs both to admit it.

mod reason;
mod bucket;
mod heat;
mod table;

pub use reason::{Cause, Operation, Reason, Resource};
pub use table::{Burst, Capacity, Mode, Partitions, Splits, key_hash};

#[cfg(test)]
mod tests;
