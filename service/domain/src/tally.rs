//! How many people put each kind of reaction on a message.
//!
//! Kept with the message and moved with every change, so that reading a message costs the same
//! whether ten or ten thousand people reacted to it.

use crate::{Change, Kind};

/// Counts by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([u32; Kind::COUNT]);

/// Bytes that are no tally, or a change that the tally cannot have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTally {
    /// Not a list of 32-bit counts, or of more kinds than are known.
    #[error("{bytes} bytes are no tally of {} kinds", Kind::COUNT)]
    Length {
        /// How many there are.
        bytes: usize,
    },
    /// A count would fall below zero or rise over 2^32.
    #[error("the tally does not agree with the reactions: {kind} is at {count}")]
    OutOfStep {
        /// Whose count.
        kind: Kind,
        /// What it is.
        count: u32,
    },
}

impl Tally {
    /// How many people have this kind on the message.
    pub fn count(&self, kind: Kind) -> u32 {
        self.0[usize::from(kind.code())]
    }

    /// Kinds with at least one person, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, u32)> {
        Kind::all().map(|kind| (kind, self.count(kind))).filter(|(_, count)| *count > 0)
    }

    /// How many people reacted.
    pub fn total(&self) -> u64 {
        self.0.iter().copied().map(u64::from).sum()
    }

    /// The tally after a change.
    pub fn after(mut self, change: Change) -> Result<Self, InvalidTally> {
        if let Change::Changed { from, to } = change {
            if let Some(kind) = from {
                self.step(kind, |count| count.checked_sub(1))?;
            }
            if let Some(kind) = to {
                self.step(kind, |count| count.checked_add(1))?;
            }
        }
        Ok(self)
    }

    /// As stores hold it: 32-bit counts, little end first, in the order of the table.
    pub fn to_bytes(&self) -> [u8; Kind::COUNT * 4] {
        let mut bytes = [0; Kind::COUNT * 4];
        for (place, count) in bytes.chunks_exact_mut(4).zip(self.0) {
            place.copy_from_slice(&count.to_le_bytes());
        }
        bytes
    }

    /// Shorter lists are older ones, from before kinds were appended; longer ones are refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidTally> {
        let (counts, rest) = bytes.as_chunks::<4>();
        if counts.len() > Kind::COUNT || !rest.is_empty() {
            return Err(InvalidTally::Length { bytes: bytes.len() });
        }
        let mut tally = Self::default();
        for (place, count) in tally.0.iter_mut().zip(counts) {
            *place = u32::from_le_bytes(*count);
        }
        Ok(tally)
    }

    fn step(&mut self, kind: Kind, next: impl Fn(u32) -> Option<u32>) -> Result<(), InvalidTally> {
        let place = &mut self.0[usize::from(kind.code())];
        *place = next(*place).ok_or(InvalidTally::OutOfStep { kind, count: *place })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ReactionRecord;

    #[test]
    fn bytes_come_back_and_older_ones_are_read() {
        let kind = Kind::from_code(1).unwrap();
        let tally = Tally::default().after(Change::Changed { from: None, to: Some(kind) }).unwrap();
        assert_eq!(Tally::from_bytes(&tally.to_bytes()), Ok(tally));
        assert_eq!(&tally.to_bytes()[..8], &[0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(Tally::from_bytes(&tally.to_bytes()[..8]), Ok(tally));
        assert_eq!(Tally::from_bytes(&[0; 7]), Err(InvalidTally::Length { bytes: 7 }));
        assert_eq!(Tally::from_bytes(&[0; 52]), Err(InvalidTally::Length { bytes: 52 }));
    }

    #[test]
    fn a_count_below_zero_is_an_error_and_not_a_wrap() {
        let kind = Kind::from_code(2).unwrap();
        let change = Change::Changed { from: Some(kind), to: None };
        assert_eq!(Tally::default().after(change), Err(InvalidTally::OutOfStep { kind, count: 0 }));
    }

    proptest! {
        #[test]
        fn the_tally_is_what_counting_all_people_gives(
            steps in prop::collection::vec((0usize..6, 0u8..4), 0..80)
        ) {
            let mut people = [ReactionRecord::default(); 6];
            let mut tally = Tally::default();
            for (person, code) in steps {
                let (record, change) = if code == 3 {
                    people[person].delete()
                } else {
                    people[person].put(Kind::from_code(code).unwrap())
                };
                people[person] = record;
                tally = tally.after(change).unwrap();
            }
            for kind in Kind::all() {
                let counted = people.iter().filter(|record| record.kind == Some(kind)).count();
                prop_assert_eq!(tally.count(kind) as usize, counted);
            }
            prop_assert_eq!(tally.total(), tally.iter().map(|(_, n)| u64::from(n)).sum::<u64>());
        }
    }
}
