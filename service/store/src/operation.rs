//! The calls of the contracts by name, and what a store says that they used up.
//!
//! A store that is paid by the unit must be able to say which call cost what; others say nothing.

/// A call of a contract.
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
    /// `OrgStore::put_org`.
    PutOrg,
    /// `OrgStore::find_org`.
    FindOrg,
    /// `OrgStore::list_free_orgs`.
    ListFreeOrgs,
    /// `OrgStore::put_account`.
    PutAccount,
    /// `OrgStore::find_account`.
    FindAccount,
    /// `OrgStore::list_accounts`.
    ListAccounts,
    /// `OrgStore::list_joined_rooms`.
    ListJoinedRooms,
    /// `OrgStore::list_message_ids`.
    ListMessageIds,
    /// `OrgStore::find_last_activity`.
    FindLastActivity,
    /// `OrgStore::put_view_limit`.
    PutViewLimit,
    /// `OrgStore::find_view_limit`.
    FindViewLimit,
    /// `CalculationTable::insert_calculated`.
    InsertCalculated,
    /// `CalculationTable::list_calculated`.
    ListCalculated,
    /// `CalculationTable::delete_calculated`.
    DeleteCalculated,
}

impl Operation {
    /// Every call, in the order of the contracts.
    pub const ALL: [Self; 23] = [
        Self::PostMessage,
        Self::ListMessages,
        Self::ListReactions,
        Self::PutReaction,
        Self::DeleteReaction,
        Self::PutMember,
        Self::DeleteMember,
        Self::IsMember,
        Self::Probe,
        Self::PutOrg,
        Self::FindOrg,
        Self::ListFreeOrgs,
        Self::PutAccount,
        Self::FindAccount,
        Self::ListAccounts,
        Self::ListJoinedRooms,
        Self::ListMessageIds,
        Self::FindLastActivity,
        Self::PutViewLimit,
        Self::FindViewLimit,
        Self::InsertCalculated,
        Self::ListCalculated,
        Self::DeleteCalculated,
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
            Self::PutOrg => "put_org",
            Self::FindOrg => "find_org",
            Self::ListFreeOrgs => "list_free_orgs",
            Self::PutAccount => "put_account",
            Self::FindAccount => "find_account",
            Self::ListAccounts => "list_accounts",
            Self::ListJoinedRooms => "list_joined_rooms",
            Self::ListMessageIds => "list_message_ids",
            Self::FindLastActivity => "find_last_activity",
            Self::PutViewLimit => "put_view_limit",
            Self::FindViewLimit => "find_view_limit",
            Self::InsertCalculated => "insert_calculated",
            Self::ListCalculated => "list_calculated",
            Self::DeleteCalculated => "delete_calculated",
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
