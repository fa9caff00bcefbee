//! Which messages may be visible, and the answer: from which message on they are.

use crate::{MessageId, snowflake};

/// How many of its newest messages an organisation on the free plan sees.
pub const LIMIT: u32 = 5000;

/// How old they may be: 40 days in milliseconds.
pub const AGE_MS_MAX: u64 = 40 * 24 * 60 * 60 * 1000;

/// The messages among which the newest are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The newest message that counts: those posted after it are ignored, so that all rooms are seen as
    /// of one moment however long it takes to read them.
    pub snapshot: MessageId,
    /// No message before it counts.
    pub oldest: MessageId,
    /// How many are visible at most.
    pub limit: u32,
}

impl Window {
    /// What is visible at a time: a message of exactly [`AGE_MS_MAX`] still is, one a millisecond older is not.
    pub fn at(as_of_unix_ms: u64, snapshot: MessageId, limit: u32) -> Self {
        let oldest = snowflake::first_of(as_of_unix_ms.saturating_sub(AGE_MS_MAX));
        Self { snapshot, oldest, limit }
    }

    /// The same for what was posted before that time: the snapshot is the last id of the millisecond before it,
    /// because in a millisecond that has only begun more may be posted.
    pub fn before(as_of_unix_ms: u64, limit: u32) -> Self {
        let first = snowflake::first_of(as_of_unix_ms);
        let snapshot = MessageId::new(first.number() - 1).unwrap_or(MessageId::MIN);
        Self::at(as_of_unix_ms, snapshot, limit)
    }

    /// Neither too new nor too old.
    pub fn holds(&self, id: MessageId) -> bool {
        self.oldest <= id && id <= self.snapshot
    }
}

/// What an organisation sees.
///
/// An id belongs to one room; were it found in two, it would count as two messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutOff {
    /// The last of the visible messages; none if there is no visible one.
    pub oldest_visible: Option<MessageId>,
    /// How many are visible.
    pub visible: u32,
}

impl CutOff {
    /// Nothing is visible.
    pub const NOTHING: Self = Self { oldest_visible: None, visible: 0 };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EPOCH_UNIX_MS, IdState, Node, Snowflake, next_id};

    const AS_OF: u64 = 1_790_000_000_000;

    /// The first or a later id of a millisecond, on some node.
    fn posted(unix_ms: u64, node: u16, before: usize) -> MessageId {
        let node = Node::new(node).unwrap();
        let (mut id, mut state) = next_id(IdState::default(), node, unix_ms).unwrap();
        for _ in 0..before {
            (id, state) = next_id(state, node, unix_ms).unwrap();
        }
        id
    }

    #[test]
    fn forty_days_are_visible_to_the_millisecond() {
        let window = Window::at(AS_OF, MessageId::MAX, LIMIT);
        let edge = AS_OF - 40 * 86_400_000;
        for (unix_ms, visible) in
            [(edge - 1, false), (edge, true), (edge + 1, true), (AS_OF, true), (AS_OF + 9, true)]
        {
            for (node, before) in [(0, 0), (1023, 0), (1023, 4095)] {
                assert_eq!(window.holds(posted(unix_ms, node, before)), visible, "{unix_ms}");
            }
        }
        assert_eq!(Snowflake::of(window.oldest).unix_ms, edge);
    }

    #[test]
    fn the_snapshot_is_the_last_that_counts() {
        let snapshot = posted(AS_OF, 7, 3);
        let window = Window::at(AS_OF, snapshot, LIMIT);
        assert!(window.holds(snapshot));
        assert!(!window.holds(MessageId::new(snapshot.number() + 1).unwrap()));
    }

    #[test]
    fn what_was_posted_before_a_time_ends_with_the_millisecond_before_it() {
        let window = Window::before(AS_OF, LIMIT);
        for (unix_ms, visible) in [(AS_OF - 2, true), (AS_OF - 1, true), (AS_OF, false)] {
            for (node, before) in [(0, 0), (1023, 4095)] {
                assert_eq!(window.holds(posted(unix_ms, node, before)), visible, "{unix_ms}");
            }
        }
        assert_eq!(window, Window::at(AS_OF, window.snapshot, LIMIT));
        assert_eq!(Window::before(0, 1).snapshot, MessageId::MIN);
        assert_eq!(Window::before(u64::MAX, 1).oldest, MessageId::MAX);
    }

    #[test]
    fn times_outside_the_ids_are_the_ends_of_the_ids() {
        for as_of in [0, AGE_MS_MAX, EPOCH_UNIX_MS, EPOCH_UNIX_MS + AGE_MS_MAX] {
            assert_eq!(Window::at(as_of, MessageId::MAX, 1).oldest, MessageId::MIN, "{as_of}");
        }
        assert_eq!(Window::at(u64::MAX, MessageId::MAX, 1).oldest, MessageId::MAX);
    }
}
