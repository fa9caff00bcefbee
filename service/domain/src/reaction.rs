//! One person's reaction on one message, and how it changes.
//!
//! Every change raises the version and a removal keeps it, so that a checker can prove from outside
//! that no acknowledged change was lost and none was applied twice.

use crate::Kind;

/// What a store keeps for a person and a message; absent is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReactionRecord {
    /// `None`: never there, or removed.
    pub kind: Option<Kind>,
    /// How often it changed; 0: never there.
    pub version: u64,
}

/// What a tally must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was so already: nothing to write, nothing to tell others.
    Unchanged,
    /// It was another, or none.
    Changed {
        /// What it was.
        from: Option<Kind>,
        /// What it is.
        to: Option<Kind>,
    },
}

impl ReactionRecord {
    /// The reaction set to `kind`; the same kind again changes nothing.
    #[must_use]
    pub fn put(self, kind: Kind) -> (Self, Change) {
        self.set(Some(kind))
    }

    /// The reaction removed; removing what is absent changes nothing.
    #[must_use]
    pub fn delete(self) -> (Self, Change) {
        self.set(None)
    }

    fn set(self, kind: Option<Kind>) -> (Self, Change) {
        if self.kind == kind {
            return (self, Change::Unchanged);
        }
        let version =
            self.version.checked_add(1).expect("2^64 changes of one reaction cannot be reached");
        (Self { kind, version }, Change::Changed { from: self.kind, to: kind })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(name: &str) -> Kind {
        name.parse().unwrap()
    }

    #[test]
    fn versions_grow_with_changes_only() {
        let (first, change) = ReactionRecord::default().put(kind("clap"));
        assert_eq!(first, ReactionRecord { kind: Some(kind("clap")), version: 1 });
        assert_eq!(change, Change::Changed { from: None, to: Some(kind("clap")) });

        assert_eq!(first.put(kind("clap")), (first, Change::Unchanged));

        let (second, _) = first.put(kind("bow"));
        assert_eq!(second.version, 2);

        let (tombstone, change) = second.delete();
        assert_eq!(tombstone, ReactionRecord { kind: None, version: 3 });
        assert_eq!(change, Change::Changed { from: Some(kind("bow")), to: None });
        assert_eq!(tombstone.delete(), (tombstone, Change::Unchanged));
        assert_eq!(tombstone.put(kind("bow")).0.version, 4);
    }

    #[test]
    fn deleting_what_never_was_stays_at_version_0() {
        let absent = ReactionRecord::default();
        assert_eq!(absent.delete(), (absent, Change::Unchanged));
    }

    proptest! {
        #[test]
        fn the_version_is_the_number_of_distinct_neighbours(codes in prop::collection::vec(0u8..4, 0..50)) {
            // Code 3 stands for a removal.
            let wanted = |code: u8| (code < 3).then(|| Kind::from_code(code).unwrap());
            let mut record = ReactionRecord::default();
            for code in &codes {
                record = wanted(*code).map_or_else(|| record.delete().0, |kind| record.put(kind).0);
            }
            let mut values = vec![None];
            values.extend(codes.iter().map(|code| wanted(*code)));
            let changes = values.windows(2).filter(|pair| pair[0] != pair[1]).count();
            prop_assert_eq!(record.version, changes as u64);
            prop_assert_eq!(record.kind, *values.last().unwrap());
        }
    }
}
