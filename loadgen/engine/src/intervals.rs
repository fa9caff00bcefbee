//! Interval histograms of one second, kept until the second is surely over.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use run_record::histogram::{histogram, record_us};
use run_record::latency::Kind;

/// Which histogram of a second: step number, phase, kind of time.
pub(crate) type Slot = (usize, u16, Kind);

/// The open seconds. What comes for a second that has been taken goes into the oldest that has not.
#[derive(Debug, Default)]
pub(crate) struct Intervals {
    open: BTreeMap<u32, BTreeMap<Slot, Histogram<u64>>>,
    oldest: u32,
    /// Emptied histograms to use again: memory follows the number of slots, not the length of the run.
    spare: Vec<Histogram<u64>>,
}

impl Intervals {
    pub(crate) fn record(&mut self, second: u32, slot: Slot, ns: u64) {
        let spare = &mut self.spare;
        let interval = self.open.entry(second.max(self.oldest)).or_default();
        let histogram =
            interval.entry(slot).or_insert_with(|| spare.pop().unwrap_or_else(histogram));
        record_us(histogram, ns);
    }

    /// Hands over every second before this one, oldest first.
    pub(crate) fn take_before(
        &mut self,
        second: u32,
    ) -> Vec<(u32, BTreeMap<Slot, Histogram<u64>>)> {
        let kept = self.open.split_off(&second);
        let taken = std::mem::replace(&mut self.open, kept);
        self.oldest = self.oldest.max(second);
        taken.into_iter().collect()
    }

    /// What no one has taken yet.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&Slot, &Histogram<u64>)> {
        self.open.values().flatten()
    }

    /// Takes back what has been written.
    pub(crate) fn reuse(&mut self, written: BTreeMap<Slot, Histogram<u64>>) {
        self.spare.extend(written.into_values().map(|mut histogram| {
            histogram.reset();
            histogram
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOT: Slot = (0, 0, Kind::Response);

    #[test]
    fn nothing_is_lost_when_a_value_comes_late() {
        let mut intervals = Intervals::default();
        intervals.record(0, SLOT, 1_000_000);
        intervals.record(1, SLOT, 2_000_000);
        let taken = intervals.take_before(1);
        assert_eq!((taken.len(), taken[0].0, taken[0].1[&SLOT].len()), (1, 0, 1));
        intervals.record(0, SLOT, 3_000_000);
        let rest = intervals.take_before(u32::MAX);
        assert_eq!((rest.len(), rest[0].0, rest[0].1[&SLOT].len()), (1, 1, 2));
    }

    #[test]
    fn used_histograms_come_back_empty() {
        let mut intervals = Intervals::default();
        intervals.record(0, SLOT, 1_000_000);
        for (_, written) in intervals.take_before(1) {
            intervals.reuse(written);
        }
        intervals.record(1, SLOT, 5_000_000);
        let taken = intervals.take_before(2);
        let (only, count) = (&taken[0].1[&SLOT], taken[0].1[&SLOT].len());
        assert_eq!((count, only.count_between(4_990, 5_010)), (1, 1));
    }
}
