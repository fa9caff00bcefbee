//! A table's partitions, and whether a request is admitted.

use super::bucket::{Bucket, tokens};
use super::heat::Heat;
use super::{Cause, Operation, Reason, Resource};
use crate::draw::Draw;

/// What one partition gives in a second.
const PARTITION: Capacity = Capacity { read_per_s: 3000, write_per_s: 1000 };

/// The bucket of a partition holds what one second brings: an assumption, AWS says only that bursts do not pass the
/// limit of a partition.
const DEPTH_MS: u32 = 1000;

/// What all that is unused for may be spent later, at best.
const BURST_MS: u32 = 300_000;

/// A new table on demand has as many partitions.
const ON_DEMAND_PARTITIONS: u32 = 4;

/// What the account gives one table, unless a higher quota is asked for.
const QUOTA: Capacity = Capacity { read_per_s: 40_000, write_per_s: 40_000 };

/// A table that splits on and on would grow without end.
const PARTITIONS_MAX: usize = 4096;

/// Units in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Read units.
    pub read_per_s: u32,
    /// Write units.
    pub write_per_s: u32,
}

impl Capacity {
    fn per_s(self) -> [u32; 2] {
        [self.read_per_s, self.write_per_s]
    }

    fn partitions(self) -> u32 {
        let Self { read_per_s, write_per_s } = PARTITION;
        self.read_per_s.div_ceil(read_per_s).max(self.write_per_s.div_ceil(write_per_s))
    }
}

/// Whether a provisioned table may spend later what it did not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Burst {
    /// Five minutes of it: the best case, which AWS does not promise.
    FiveMinutes,
    /// What one second brings: the case to plan with.
    None,
}

/// How a table's throughput is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// So much at any time.
    Provisioned(Capacity, Burst),
    /// By the request.
    OnDemand {
        /// What the table has been warmed for.
        warm: Capacity,
        /// What its owner has capped it at.
        max: Option<Capacity>,
    },
}

/// Whether hot partitions are split; planning does not count on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splits {
    /// Never.
    Off,
    /// Some minutes after they have become hot, by this seed.
    On {
        /// Draws the minutes.
        seed: u64,
    },
}

#[derive(Clone, Debug)]
struct Partition {
    /// It holds the hashes from here to the next partition's first.
    first: u64,
    buckets: [Bucket; 2],
    heat: Heat,
}

/// A table or an index.
#[derive(Clone, Debug)]
pub struct Partitions {
    resource: Resource,
    /// In order of their hashes, the first from 0.
    partitions: Vec<Partition>,
    /// Limits of the table as a whole, in the order in which they refuse.
    whole: Vec<(Cause, [Bucket; 2])>,
    draw: Option<Draw>,
}

impl Partitions {
    /// A table that has been idle for long: all buckets are full.
    pub fn new(resource: Resource, mode: Mode, splits: Splits, now_ns: u64) -> Self {
        let bucket = |capacity: Capacity, depth_ms| {
            capacity.per_s().map(|per_s| Bucket::new(per_s, depth_ms, now_ns))
        };
        let (count, whole) = match mode {
            Mode::Provisioned(capacity, burst) => {
                let depth_ms = if burst == Burst::None { DEPTH_MS } else { BURST_MS };
                (
                    capacity.partitions().max(1),
                    vec![(Cause::Provisioned, bucket(capacity, depth_ms))],
                )
            }
            Mode::OnDemand { warm, max } => {
                let max = max.map(|max| (Cause::MaxOnDemand, bucket(max, DEPTH_MS)));
                let quota = (Cause::AccountLimit, bucket(QUOTA, DEPTH_MS));
                let count = warm.partitions().max(ON_DEMAND_PARTITIONS);
                (count, max.into_iter().chain([quota]).collect())
            }
        };
        let count = u64::from(count).min(PARTITIONS_MAX as u64);
        let width = u64::MAX.div_ceil(count);
        let partition = |index: u64| Partition {
            first: index * width,
            buckets: bucket(PARTITION, DEPTH_MS),
            heat: Heat::new(now_ns),
        };
        let draw = match splits {
            Splits::Off => None,
            Splits::On { seed } => Some(Draw::new(seed)),
        };
        Self { resource, partitions: (0..count).map(partition).collect(), whole, draw }
    }

    /// Takes what the request costs, in half units, or says which limit refuses it; what is refused costs nothing.
    pub fn admit(
        &mut self,
        operation: Operation,
        half_units: u32,
        key: u64,
        now_ns: u64,
    ) -> Result<(), Reason> {
        let index = self.hosting(key, now_ns);
        let partition = &mut self.partitions[index];
        let which = match operation {
            Operation::Read => 0,
            Operation::Write => 1,
        };
        let refused = if partition.buckets[which].admits(now_ns) {
            let mut whole = self.whole.iter_mut();
            whole.find_map(|(cause, buckets)| (!buckets[which].admits(now_ns)).then_some(*cause))
        } else {
            Some(Cause::KeyRange)
        };
        if let Some(draw) = &mut self.draw
            && refused.is_none_or(|cause| cause == Cause::KeyRange)
        {
            let spent = refused.is_none().then_some(half_units);
            partition.heat.note(which, spent, key, draw);
        }
        if let Some(cause) = refused {
            return Err(Reason { resource: self.resource, operation, cause });
        }
        partition.buckets[which].spend(half_units);
        self.whole.iter_mut().for_each(|(_, buckets)| buckets[which].spend(half_units));
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.partitions.len()
    }

    /// Which partition has the key now, after a split that is due.
    fn hosting(&mut self, key: u64, now_ns: u64) -> usize {
        let index = self.index(key);
        let Some(draw) = &mut self.draw else { return index };
        let partition = &mut self.partitions[index];
        let per_minute = PARTITION.per_s().map(|per_s| tokens(per_s * 2) * 60);
        partition.heat.tick(now_ns, per_minute, draw);
        if !partition.heat.is_due(now_ns) {
            return index;
        }
        let middle = partition.heat.middle();
        partition.heat = Heat::new(now_ns);
        if let Some(first) = middle
            && self.partitions.len() < PARTITIONS_MAX
        {
            let upper = Partition { first, ..self.partitions[index].clone() };
            self.partitions.insert(index + 1, upper);
        }
        self.index(key)
    }

    fn index(&self, key: u64) -> usize {
        self.partitions.partition_point(|partition| partition.first <= key) - 1
    }
}

/// Where a partition key lies: 64 bits in which near keys are far apart (FNV-1a, mixed so that its high bits, which
/// choose the partition, depend on all of the key).
pub fn key_hash(key: &[u8]) -> u64 {
    let mut hash = key.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    for factor in [0xFF51_AFD7_ED55_8CCD, 0xC4CE_B9FE_1A85_EC53_u64] {
        hash = (hash ^ hash >> 33).wrapping_mul(factor);
    }
    hash ^ hash >> 33
}
