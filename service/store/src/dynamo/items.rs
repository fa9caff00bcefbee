//! What an item of each table holds, and how it is read back.
//!
//! Names of attributes are part of an item's size and of what a page costs, so they have one letter:
//!
//! | table | partition key | sort key | others |
//! |---|---|---|---|
//! | messages | `r` room | `m` message | `a` author, `t` text, `k0`…`k11` people by kind |
//! | reactions | `p` room#account | `m` message | `k` kind (none: removed), `v` version, `q` and `o` the requests that wrote this version and the one before |
//! | members | `r` room | `a` account | `j` the account again, until it leaves: the key of the index `joined` (`j`, `r`) |
//! | orgs | `o` organisation | | `p` true if its plan is paid |
//! | accounts | `a` account | | `o` organisation; index `org` (`o`, `a`) |
//! | `view_limits` | `o` organisation | | `c` cut-off (none: it sees nothing), `n` count, `s` snapshot, `t` as of |
//! | calculation | `o` organisation | `m` message | |
//!
//! Room 0 and message 0 are no ids: the items with these keys, the sentinels, belong to the store
//! itself. The one in `members` names the data set (`d`) and whether it is whole (`w`).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chat_domain::{AccountId, Kind, MessageId, OrgId, ReactionRecord, RoomId, Tally};

use crate::{
    MessageReactions, MessageView, Org, Plan, ReactionKey, StoreError, ViewLimit, bulk::BulkMessage,
};

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A person's reaction as it is stored, with the requests that wrote it and what it replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) record: ReactionRecord,
    pub(super) request: u64,
    pub(super) request_before: u64,
}

impl Stored {
    /// Whether the request wrote this, or what was there just before.
    pub(super) fn was_written_by(&self, request: u64) -> bool {
        self.request == request || self.request_before == request
    }
}

/// A number.
pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An item of these attributes.
pub(super) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The partition of one person's reactions in one room.
pub(super) fn person(room: RoomId, account: AccountId) -> AttributeValue {
    AttributeValue::S(format!("{room}#{account}"))
}

pub(super) fn reaction_key(key: ReactionKey) -> Item {
    item([("p", person(key.room, key.account)), ("m", number(key.message.number()))])
}

pub(super) fn message_key(room: RoomId, message: MessageId) -> Item {
    item([("r", number(room.number())), ("m", number(message.number()))])
}

pub(super) fn member_key(room: RoomId, account: AccountId) -> Item {
    item([("r", number(room.number())), ("a", number(account.number()))])
}

/// A membership that has not ended.
pub(super) fn member_item(room: RoomId, account: AccountId) -> Item {
    let mut item = member_key(room, account);
    item.insert("j".to_owned(), number(account.number()));
    item
}

pub(super) fn org_key(org: OrgId) -> Item {
    item([("o", number(org.number()))])
}

pub(super) fn org_item(org: Org) -> Item {
    let mut item = org_key(org.org);
    if org.plan == Plan::Paid {
        item.insert("p".to_owned(), AttributeValue::Bool(true));
    }
    item
}

pub(super) fn account_item(account: AccountId, org: OrgId) -> Item {
    item([("a", number(account.number())), ("o", number(org.number()))])
}

pub(super) fn view_limit_item(limit: ViewLimit) -> Item {
    let mut item = org_key(limit.org);
    if let Some(cut_off) = limit.cut_off {
        item.insert("c".to_owned(), number(cut_off.number()));
    }
    item.insert("n".to_owned(), number(limit.count));
    item.insert("s".to_owned(), number(limit.snapshot.number()));
    item.insert("t".to_owned(), number(limit.as_of_unix_ms));
    item
}

pub(super) fn view_limit_of(item: &Item) -> Result<ViewLimit, StoreError> {
    let message = |name| MessageId::new(number_of(item, name)?).map_err(|error| corrupt(&error));
    let cut_off = item.contains_key("c").then(|| message("c")).transpose()?;
    let (count, as_of_unix_ms) = (number_of(item, "n")?, number_of(item, "t")?);
    Ok(ViewLimit { org: org_of(item)?, cut_off, count, snapshot: message("s")?, as_of_unix_ms })
}

pub(super) fn org_of(item: &Item) -> Result<OrgId, StoreError> {
    OrgId::new(number_of(item, "o")?).map_err(|error| corrupt(&error))
}

/// The attribute that counts the people of a kind.
pub(super) fn count_name(kind: Kind) -> String {
    format!("k{}", kind.code())
}

pub(super) fn message_item(
    room: RoomId,
    message: MessageId,
    author: AccountId,
    text: &str,
) -> Item {
    let mut item = message_key(room, message);
    item.insert("a".to_owned(), number(author.number()));
    item.insert("t".to_owned(), AttributeValue::S(text.to_owned()));
    item
}

/// With the counts of the reactions that it comes with.
pub(super) fn bulk_item(room: RoomId, message: &BulkMessage) -> Result<Item, StoreError> {
    let mut item = message_item(room, message.message, message.author, &message.text);
    let counts = message.tally()?;
    let counts = counts.iter().map(|(kind, count)| (count_name(kind), number(count.into())));
    item.extend(counts);
    Ok(item)
}

pub(super) fn reaction_item(key: ReactionKey, stored: Stored) -> Item {
    let mut item = reaction_key(key);
    if let Some(kind) = stored.record.kind {
        item.insert("k".to_owned(), number(kind.code().into()));
    }
    item.insert("v".to_owned(), number(stored.record.version));
    item.insert("q".to_owned(), number(stored.request));
    item.insert("o".to_owned(), number(stored.request_before));
    item
}

pub(super) fn stored_of(item: &Item) -> Result<Stored, StoreError> {
    let code = item.contains_key("k").then(|| number_of(item, "k")).transpose()?;
    let kind = code.map(kind_of).transpose()?;
    let record = ReactionRecord { kind, version: number_of(item, "v")? };
    let (request, request_before) = (number_of(item, "q")?, number_of(item, "o")?);
    Ok(Stored { record, request, request_before })
}

pub(super) fn author_and_text(item: &Item) -> Result<(AccountId, &str), StoreError> {
    let author = AccountId::new(number_of(item, "a")?).map_err(|error| corrupt(&error))?;
    let text = item.get("t").and_then(|text| text.as_s().ok());
    Ok((author, text.ok_or_else(|| corrupt(&"a message has no text"))?))
}

pub(super) fn view_of(item: &Item, mine: ReactionRecord) -> Result<MessageView, StoreError> {
    let (author, text) = author_and_text(item)?;
    Ok(MessageView { author, text: text.to_owned(), reactions: reactions_of(item, mine)? })
}

pub(super) fn reactions_of(
    item: &Item,
    mine: ReactionRecord,
) -> Result<MessageReactions, StoreError> {
    let mut counts = [0; Kind::COUNT * 4];
    for (kind, place) in Kind::all().zip(counts.chunks_exact_mut(4)) {
        let name = count_name(kind);
        if item.contains_key(&name) {
            let count = u32::try_from(number_of(item, &name)?).map_err(|error| corrupt(&error))?;
            place.copy_from_slice(&count.to_le_bytes());
        }
    }
    let tally = Tally::from_bytes(&counts).map_err(|error| corrupt(&error))?;
    Ok(MessageReactions { message: message_of(item)?, tally, mine })
}

pub(super) fn message_of(item: &Item) -> Result<MessageId, StoreError> {
    MessageId::new(number_of(item, "m")?).map_err(|error| corrupt(&error))
}

/// A number that is not there, or below zero, cannot have been written.
pub(super) fn number_of(item: &Item, name: &str) -> Result<u64, StoreError> {
    let number = item.get(name).and_then(|value| value.as_n().ok());
    let number = number.and_then(|number| number.parse().ok());
    number.ok_or_else(|| corrupt(&format!("`{name}` of an item is no number: {item:?}")))
}

fn kind_of(code: u64) -> Result<Kind, StoreError> {
    Kind::from_code(u8::try_from(code).map_err(|error| corrupt(&error))?)
        .map_err(|error| corrupt(&error))
}

pub(super) fn corrupt(reason: &impl ToString) -> StoreError {
    StoreError::Corrupt(reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_have_been_written_is_told() {
        let key = message_key(RoomId::MIN, MessageId::MIN);
        let good = message_item(RoomId::MIN, MessageId::MIN, AccountId::MIN, "x");
        assert!(view_of(&good, ReactionRecord::default()).is_ok());
        for (name, value) in [
            ("m", AttributeValue::S("1".into())),
            ("m", AttributeValue::N("0".into())),
            ("a", AttributeValue::N("1.5".into())),
            ("t", AttributeValue::Bool(true)),
            ("k0", AttributeValue::N("-1".into())),
            ("k0", AttributeValue::N("4294967296".into())),
        ] {
            let mut bad = good.clone();
            bad.insert(name.to_owned(), value);
            let read = view_of(&bad, ReactionRecord::default());
            assert!(matches!(read, Err(StoreError::Corrupt(_))), "{name}: {read:?}");
        }
        assert!(matches!(stored_of(&key), Err(StoreError::Corrupt(_))));
    }

    #[test]
    fn records_come_back() {
        let key =
            ReactionKey { room: RoomId::MAX, message: MessageId::MAX, account: AccountId::MAX };
        for kind in [None, Kind::from_code(11).ok()] {
            let record = ReactionRecord { kind, version: u64::MAX };
            let stored = Stored { record, request: u64::MAX, request_before: 1 };
            assert_eq!(stored_of(&reaction_item(key, stored)), Ok(stored));
        }
    }
}
