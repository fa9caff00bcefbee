//! Message ids: 41 bits of milliseconds since 2010-01-01T00:00:00Z, 10 of node, 12 of sequence.
//!
//! A pure step from the last state to the next, so that the one who orders the posts (the writer of
//! a store) also orders the ids.

use crate::MessageId;

/// 2010-01-01T00:00:00Z in milliseconds since 1970, the zero of the 41 bits; they last until 2079.
pub const EPOCH_UNIX_MS: u64 = 1_262_304_000_000;

const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;
const MS_MAX: u64 = (1 << 41) - 1;
const SEQUENCE_MAX: u16 = (1 << SEQUENCE_BITS) - 1;
const SEQUENCE_MASK: u64 = (1 << SEQUENCE_BITS) - 1;

/// No id can be made for this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The clock is before 2010.
    #[error("the time {unix_ms} ms is before 2010-01-01, the zero of message ids")]
    BeforeEpoch {
        /// What the clock said, since 1970.
        unix_ms: u64,
    },
    /// The 41 bits are used up.
    #[error("message ids end in the year 2079")]
    Exhausted,
    /// A node number that needs more than 10 bits.
    #[error("node numbers are below 1024")]
    NodeTooLarge,
}

/// The number of the instance that makes ids, below 1024: two instances never make the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node(u16);

impl Node {
    /// The only instance.
    pub const FIRST: Self = Self(0);

    /// Refuses what needs more than 10 bits.
    pub const fn new(number: u16) -> Result<Self, IdError> {
        if number < 1 << NODE_BITS { Ok(Self(number)) } else { Err(IdError::NodeTooLarge) }
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// The parts of a message id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snowflake {
    /// Milliseconds since 1970.
    pub unix_ms: u64,
    /// Who made it.
    pub node: Node,
    /// Counts within the millisecond.
    pub sequence: u16,
}

impl Snowflake {
    /// Takes an id apart.
    pub const fn of(id: MessageId) -> Self {
        let number = id.number();
        Self {
            unix_ms: (number >> (NODE_BITS + SEQUENCE_BITS)) + EPOCH_UNIX_MS,
            node: Node(((number >> SEQUENCE_BITS) & ((1 << NODE_BITS) - 1)) as u16),
            sequence: (number & SEQUENCE_MASK) as u16,
        }
    }
}

/// What the next id must be greater than.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdState {
    ms: u64,
    sequence: u16,
}

impl IdState {
    /// After a restart: continue behind the newest id that was ever given out.
    pub const fn after(newest: MessageId) -> Self {
        let parts = Snowflake::of(newest);
        Self { ms: parts.unix_ms - EPOCH_UNIX_MS, sequence: parts.sequence }
    }
}

/// The next id and the state to continue from.
///
/// Ids rise whatever the clock does: while it stands or has gone back, the last millisecond is used
/// on, and a full millisecond borrows from the next. The time in an id is then off by as much, which
/// is the lesser fault: order of ids = order of posting is what readers rely on.
pub fn next_id(state: IdState, node: Node, unix_ms: u64) -> Result<(MessageId, IdState), IdError> {
    let now = unix_ms.checked_sub(EPOCH_UNIX_MS).ok_or(IdError::BeforeEpoch { unix_ms })?;
    let next = if now > state.ms {
        IdState { ms: now, sequence: 0 }
    } else if state.sequence < SEQUENCE_MAX {
        IdState { ms: state.ms, sequence: state.sequence + 1 }
    } else {
        IdState { ms: state.ms + 1, sequence: 0 }
    };
    if next.ms > MS_MAX {
        return Err(IdError::Exhausted);
    }
    let number = next.ms << (NODE_BITS + SEQUENCE_BITS)
        | u64::from(node.0) << SEQUENCE_BITS
        | u64::from(next.sequence);
    let id = MessageId::new(number)
        .expect("63 bits by the check above, and not 0 because the first sequence of state 0 is 1");
    Ok((id, next))
}

/// The smallest id that a message of this millisecond can have; the ends of the ids for times outside of them.
pub(crate) const fn first_of(unix_ms: u64) -> MessageId {
    let ms = unix_ms.saturating_sub(EPOCH_UNIX_MS);
    let number = if ms > MS_MAX { u64::MAX } else { ms << (NODE_BITS + SEQUENCE_BITS) };
    match MessageId::new(number) {
        Ok(id) => id,
        Err(_) if number == 0 => MessageId::MIN,
        Err(_) => MessageId::MAX,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bits_lie_where_the_format_says() {
        // Worked by hand: (1 << 22) | (5 << 12) | 0 for 1 ms after the epoch on node 5.
        let (id, state) =
            next_id(IdState::default(), Node::new(5).unwrap(), EPOCH_UNIX_MS + 1).unwrap();
        assert_eq!(id.number(), 4_194_304 + 20_480);
        let (second, _) = next_id(state, Node::new(5).unwrap(), EPOCH_UNIX_MS + 1).unwrap();
        assert_eq!(second.number(), 4_194_304 + 20_481);
    }

    #[test]
    fn times_outside_the_bits_are_refused() {
        let early = EPOCH_UNIX_MS - 1;
        assert_eq!(
            next_id(IdState::default(), Node::FIRST, early),
            Err(IdError::BeforeEpoch { unix_ms: early })
        );
        let last = EPOCH_UNIX_MS + MS_MAX;
        assert_eq!(
            next_id(IdState::default(), Node::FIRST, last).unwrap().0.number(),
            MS_MAX << 22
        );
        assert_eq!(next_id(IdState::default(), Node::FIRST, last + 1), Err(IdError::Exhausted));
        assert_eq!(Node::new(1024), Err(IdError::NodeTooLarge));
    }

    #[test]
    fn a_full_millisecond_borrows_from_the_next() {
        let now = EPOCH_UNIX_MS + 1000;
        let mut state = IdState::default();
        let mut ids = Vec::new();
        for _ in 0..10_000 {
            let (id, next) = next_id(state, Node::FIRST, now).unwrap();
            ids.push(id);
            state = next;
        }
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Snowflake::of(ids[4095]).unix_ms, now);
        assert_eq!(Snowflake::of(ids[4096]).unix_ms, now + 1);
    }

    proptest! {
        #[test]
        fn ids_rise_under_any_clock_and_across_restarts(
            steps in prop::collection::vec((0u64..5000, any::<bool>()), 1..200),
            node in 0u16..1024,
        ) {
            let node = Node::new(node).unwrap();
            let mut state = IdState::default();
            let mut last = 0;
            for (ms, restart) in steps {
                let (id, next) = next_id(state, node, EPOCH_UNIX_MS + 1 + ms).unwrap();
                prop_assert!(id.number() > last);
                prop_assert_eq!(Snowflake::of(id).node, node);
                last = id.number();
                state = if restart { IdState::after(id) } else { next };
                prop_assert_eq!(state, next);
            }
        }
    }
}
