//! The calls of the contract by name, and what a store says that they used up.
//!
//! A store that is paid by the unit must be able to say which call cost what; others say nothing.

/// A call of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `Store::post_message`.
    PostMessage,
    /// `Store::list_messages`.
    ListMessages,
    /// `Store::list_reactions`.
    ListReactions,
    /// `Store::put_reaction`.
    PutReaction,
    /// `Store::delete_reaction`.
    DeleteReaction,
    /// `Store::put_member`.
    PutMember,
    /// `Store::delete_member`.
    DeleteMember,
    /// `Store::is_member`.
    IsMember,
    /// `Store::probe`.
    Probe,
}

impl Operation {
    /// Every call, in the order of the contract.
    pub const ALL: [Self; 9] = [
        Self::PostMessage,
        Self::ListMessages,
        Self::ListReactions,
        Self::PutReaction,
        Self::DeleteReaction,
        Self::PutMember,
        Self::DeleteMember,
        Self::IsMember,
        Self::Probe,
    ];

    /// As metrics name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PostMessage => "post_message",
            Self::ListMessages => "list_messages",
            Self::ListReactions => "list_reactions",
            Self::PutReaction => "put_reaction",
            Self::DeleteReaction => "delete_reaction",
            Self::PutMember => "put_member",
            Self::DeleteMember => "delete_member",
            Self::IsMember => "is_member",
            Self::Probe => "probe",
        }
    }

    /// Its place in `ALL`.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// What the calls of one operation used up since the store was opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consumed {
    /// Which calls.
    pub operation: Operation,
    /// How many.
    pub calls: u64,
    /// Requests sent for them, each attempt counted.
    pub requests: u64,
    /// Read units, as reported with the replies.
    pub read_units: f64,
    /// Write units, as reported with the replies.
    pub write_units: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_stands_in_its_place() {
        for (index, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation.index(), index, "{}", operation.name());
        }
    }
}
