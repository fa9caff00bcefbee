//! Units as the engine reports them, against the arithmetic of ADR 0008 worked out here by hand.
//!
//! DynamoDB Local differs from DynamoDB in that a query which finds nothing costs 0 and not 1; where
//! that matters, the test says so. Each PUT is of two tables, so Local's under-reporting of equal
//! items within one table does not show.

use chat_domain::{AccountId, EPOCH_UNIX_MS, Kind, MessageId, MessageText, OrgId, RoomId};

use super::tables::TestTables;
use crate::{
    CalculationTable as _, Consumed, ListMessages, ListReactions, Operation, Org, OrgStore as _,
    Plan, Post, ReactionKey, Store as _, ViewLimit,
};

const ROOM: RoomId = RoomId::MIN;
const VIEWER: AccountId = AccountId::MIN;

/// Requests, read units and write units of one call.
type Cost = (u64, f64, f64);

#[tokio::test]
async fn members_and_posts_cost_one_unit_each() {
    let tables = TestTables::make("units-small").await;
    let mut meter = Meter::of(&tables);
    tables.put_member(ROOM, VIEWER).await.unwrap();
    // One for the item, one for the index of rooms by account.
    assert_eq!(meter.cost(Operation::PutMember), (1, 0.0, 2.0));
    for member in [VIEWER, AccountId::MAX] {
        tables.is_member(ROOM, member).await.unwrap();
        assert_eq!(meter.cost(Operation::IsMember), (1, 1.0, 0.0), "there or not");
    }
    // The membership told that there is a room.
    tables.post_message(post("short")).await.unwrap();
    assert_eq!(meter.cost(Operation::PostMessage), (1, 0.0, 1.0));
    // 4096 bytes and the other attributes are a little over four units of 1024.
    tables.post_message(post(&"x".repeat(4096))).await.unwrap();
    assert_eq!(meter.cost(Operation::PostMessage), (1, 0.0, 5.0));
    tables.delete_member(ROOM, VIEWER).await.unwrap();
    assert_eq!(meter.cost(Operation::DeleteMember), (1, 0.0, 2.0));
    // Six sentinels that are not there: DynamoDB counts one unit for each, Local nothing.
    tables.probe().await.unwrap();
    assert_eq!(meter.cost(Operation::Probe), (1, 0.0, 0.0));

    // A store that knows nothing yet looks for the room, once.
    let other = super::DynamoStore::open(tables.options()).await.unwrap();
    for text in ["first", "second"] {
        // A second later, so that the ids are new.
        let later = Post { unix_ms: post(text).unix_ms + 1000, ..post(text) };
        other.post_message(later).await.unwrap();
    }
    let consumed = other.consumed()[Operation::PostMessage.index()];
    assert_eq!((consumed.requests, consumed.read_units, consumed.write_units), (3, 1.0, 2.0));
}

#[tokio::test]
async fn a_change_costs_a_read_and_two_doubled_writes() {
    let tables = TestTables::make("units-put").await;
    let mut meter = Meter::of(&tables);
    tables.put_member(ROOM, VIEWER).await.unwrap();
    let message = tables.post_message(post("short")).await.unwrap();
    let key = ReactionKey { room: ROOM, message, account: VIEWER };
    let kind = |code| Kind::from_code(code).unwrap();
    tables.delete_reaction(key).await.unwrap();
    assert_eq!(meter.cost(Operation::DeleteReaction), (2, 2.0, 0.0), "no record, but a message");
    for (code, cost) in [(0, (2, 1.0, 4.0)), (0, (1, 1.0, 0.0)), (1, (2, 1.0, 4.0))] {
        tables.put_reaction(key, kind(code)).await.unwrap();
        assert_eq!(meter.cost(Operation::PutReaction), cost, "kind {code}");
    }
    for cost in [(2, 1.0, 4.0), (1, 1.0, 0.0)] {
        tables.delete_reaction(key).await.unwrap();
        assert_eq!(meter.cost(Operation::DeleteReaction), cost);
    }
    // The tally lies on the message, so a long text is written with it: 2 + 2 * 5.
    let message = tables.post_message(post(&"x".repeat(4096))).await.unwrap();
    tables.put_reaction(ReactionKey { message, ..key }, kind(0)).await.unwrap();
    assert_eq!(meter.cost(Operation::PutReaction), (2, 1.0, 12.0));
}

#[tokio::test]
async fn a_page_costs_its_bytes_and_a_unit_for_the_viewers_own() {
    let tables = TestTables::make("units-page").await;
    let mut meter = Meter::of(&tables);
    tables.put_member(ROOM, VIEWER).await.unwrap();
    let text = "a message as people write them: about seventy bytes, with some spaces";
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(tables.post_message(post(text)).await.unwrap());
    }
    let ids = &ids[10..];
    let page = ListMessages { room: ROOM, viewer: VIEWER, before: None, limit: 50 };
    let (first, last) = (ids[0], ids[49]);
    let range = ListReactions { room: ROOM, viewer: VIEWER, first, last, limit: 50 };

    let bytes: usize = ids.iter().map(|id| message_bytes(*id, text)).sum();
    assert!((4097..=8192).contains(&bytes), "{bytes} bytes are two units");
    tables.list_messages(page).await.unwrap();
    // Nobody reacted: the second query finds nothing.
    assert_eq!(meter.cost(Operation::ListMessages), (2, 2.0, 0.0));

    for message in ids {
        let key = ReactionKey { room: ROOM, message: *message, account: VIEWER };
        tables.put_reaction(key, Kind::from_code(0).unwrap()).await.unwrap();
    }
    // Each message has four bytes more (`k0` = 1), and fifty reactions of the viewer take less than
    // 4096 bytes, so their query costs one.
    assert!(bytes + 50 * 4 <= 8192);
    tables.list_messages(page).await.unwrap();
    assert_eq!(meter.cost(Operation::ListMessages), (2, 3.0, 0.0));
    tables.list_reactions(range).await.unwrap();
    assert_eq!(meter.cost(Operation::ListReactions), (2, 3.0, 0.0));

    // However many people react: a hundred others, and the page costs what it did.
    for other in 2..=101 {
        let account = AccountId::new(other).unwrap();
        let key = ReactionKey { room: ROOM, message: last, account };
        tables.put_reaction(key, Kind::from_code(1).unwrap()).await.unwrap();
    }
    tables.list_messages(page).await.unwrap();
    assert_eq!(meter.cost(Operation::ListMessages), (2, 3.0, 0.0));
}

#[tokio::test]
async fn what_the_batch_asks_costs_its_bytes() {
    let tables = TestTables::make("units-batch").await;
    let mut meter = Meter::of(&tables);
    let org = Org { org: OrgId::MIN, plan: Plan::Free };
    tables.put_org(org).await.unwrap();
    assert_eq!(meter.cost(Operation::PutOrg), (1, 0.0, 1.0));
    tables.find_org(org.org).await.unwrap();
    assert_eq!(meter.cost(Operation::FindOrg), (1, 1.0, 0.0));
    tables.list_free_orgs(None, 100).await.unwrap();
    assert_eq!(meter.cost(Operation::ListFreeOrgs), (1, 1.0, 0.0));
    // The item and the index; a move takes one out of the index and puts one in.
    for (org, units) in [(OrgId::MIN, 2.0), (OrgId::MAX, 3.0)] {
        tables.put_account(VIEWER, org).await.unwrap();
        assert_eq!(meter.cost(Operation::PutAccount), (1, 0.0, units));
    }
    tables.find_account(VIEWER).await.unwrap();
    assert_eq!(meter.cost(Operation::FindAccount), (1, 1.0, 0.0));
    // Of an index, which is read at half the price.
    tables.list_accounts(OrgId::MAX, None, 100).await.unwrap();
    assert_eq!(meter.cost(Operation::ListAccounts), (1, 0.5, 0.0));
    tables.put_member(ROOM, VIEWER).await.unwrap();
    tables.list_joined_rooms(VIEWER, None, 100).await.unwrap();
    assert_eq!(meter.cost(Operation::ListJoinedRooms), (1, 0.5, 0.0));

    let text = "x".repeat(200);
    for _ in 0..60 {
        tables.post_message(post(&text)).await.unwrap();
    }
    // 50 messages of 219 bytes and more are three units, 15 are one; the newest alone is one too.
    for (limit, units) in [(50, 3.0), (15, 1.0)] {
        tables.list_message_ids(ROOM, None, limit).await.unwrap();
        assert_eq!(meter.cost(Operation::ListMessageIds), (1, units, 0.0));
    }
    tables.find_last_activity(ROOM).await.unwrap();
    assert_eq!(meter.cost(Operation::FindLastActivity), (1, 1.0, 0.0));

    let snapshot = MessageId::MAX;
    let limit = ViewLimit { org: org.org, cut_off: None, count: 0, snapshot, as_of_unix_ms: 1 };
    tables.put_view_limit(limit).await.unwrap();
    assert_eq!(meter.cost(Operation::PutViewLimit), (1, 0.0, 1.0));
    tables.find_view_limit(org.org).await.unwrap();
    assert_eq!(meter.cost(Operation::FindViewLimit), (1, 1.0, 0.0));
}

/// Each message is written and removed for one unit, and a unit reads about two hundred of them.
#[tokio::test]
async fn a_calculation_table_costs_a_unit_for_each_message() {
    let tables = TestTables::make("units-table").await;
    let mut meter = Meter::of(&tables);
    let ids: Vec<_> =
        (0..60).map(|n| MessageId::new(MessageId::MAX.number() - n).unwrap()).collect();
    tables.insert_calculated(OrgId::MIN, &ids).await.unwrap();
    assert_eq!(meter.cost(Operation::InsertCalculated), (3, 0.0, 60.0));
    tables.list_calculated(OrgId::MIN, None, 60).await.unwrap();
    assert_eq!(meter.cost(Operation::ListCalculated), (1, 1.0, 0.0));
    tables.delete_calculated(OrgId::MIN, &ids[..30]).await.unwrap();
    assert_eq!(meter.cost(Operation::DeleteCalculated), (2, 0.0, 30.0));
}

/// Takes the difference between two looks at an operation.
struct Meter<'a> {
    tables: &'a TestTables,
    before: Vec<Consumed>,
}

impl<'a> Meter<'a> {
    fn of(tables: &'a TestTables) -> Self {
        Self { tables, before: tables.consumed() }
    }

    /// What was added since it was last asked.
    fn cost(&mut self, operation: Operation) -> Cost {
        let now = self.tables.consumed()[operation.index()];
        let before = std::mem::replace(&mut self.before[operation.index()], now);
        let read_units = now.read_units - before.read_units;
        (now.requests - before.requests, read_units, now.write_units - before.write_units)
    }
}

/// What DynamoDB counts: names, and values. A number has a byte for each two digits and one more.
fn message_bytes(message: MessageId, text: &str) -> usize {
    let number = |number: u64| number.to_string().trim_end_matches('0').len().div_ceil(2) + 1;
    let ids = [ROOM.number(), message.number(), VIEWER.number()];
    ids.into_iter().map(|id| 1 + number(id)).sum::<usize>() + 1 + text.len()
}

fn post(text: &str) -> Post {
    let text = MessageText::new(text).unwrap();
    Post { room: ROOM, author: VIEWER, text, unix_ms: EPOCH_UNIX_MS + 31_536_000_000 }
}
