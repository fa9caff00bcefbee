//! What requests are charged, by the bytes of the items they touch. Half units, so that all of it is whole numbers.

use crate::partition::Operation;

/// A strong read of so many bytes, or of a part of them, is one unit.
const READ_BYTES: u64 = 4096;

/// A write of so many bytes, or of a part of them, is one unit.
const WRITE_BYTES: u64 = 1024;

/// Whether a read sees every write that was acknowledged before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// It does.
    Strong,
    /// It may not, and costs half: all that an index offers.
    Eventual,
}

/// What requests took together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Halves of read units.
    pub read_half_units: u64,
    /// Halves of write units.
    pub write_half_units: u64,
}

impl Units {
    /// Adds what a request took.
    pub fn spend(&mut self, operation: Operation, half_units: u64) {
        let sum = match operation {
            Operation::Read => &mut self.read_half_units,
            Operation::Write => &mut self.write_half_units,
        };
        *sum = sum.saturating_add(half_units);
    }

    /// Read units.
    pub fn reads(self) -> f64 {
        whole(self.read_half_units)
    }

    /// Write units.
    pub fn writes(self) -> f64 {
        whole(self.write_half_units)
    }
}

/// A query pays for the sum of what it reads, whatever of it is handed out; one that finds nothing pays the least.
pub fn query_half_units(items: u64, item_bytes: u64, consistency: Consistency) -> u32 {
    let blocks = items.saturating_mul(item_bytes).div_ceil(READ_BYTES).max(1);
    let half_units = match consistency {
        Consistency::Strong => blocks.saturating_mul(2),
        Consistency::Eventual => blocks,
    };
    u32::try_from(half_units).unwrap_or(u32::MAX)
}

/// Each item pays for itself, in a batch as well.
pub fn write_half_units(item_bytes: u64) -> u32 {
    let half_units = item_bytes.div_ceil(WRITE_BYTES).max(1).saturating_mul(2);
    u32::try_from(half_units).unwrap_or(u32::MAX)
}

fn whole(half_units: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53, which is beyond any run")]
    let half_units = half_units as f64;
    half_units / 2.0
}
