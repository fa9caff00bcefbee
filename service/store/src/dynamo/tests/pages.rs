//! Pages that take several requests: larger than DynamoDB returns at once, or overtaken by a reaction.

use std::sync::{Arc, Mutex};

use chat_domain::{AccountId, EPOCH_UNIX_MS, IdState, MessageId, Node, RoomId, next_id};

use super::{
    tables::TestTables,
    wire::{Fate, Wire},
};
use crate::{
    ListMessages, ListReactions, Operation, OrgStore as _, Store as _,
    bulk::{BulkMessage, BulkPart, BulkRoom, Label},
    dynamo::{DynamoStore, Endpoint, Options},
};

const ROOM: RoomId = RoomId::MIN;
const VIEWER: AccountId = AccountId::MIN;

#[tokio::test]
async fn a_page_of_over_a_megabyte_is_whole() {
    let tables = TestTables::make("pages").await;
    let room = large_room(300);
    let ids: Vec<_> = room.messages.iter().map(|message| message.message).collect();
    let part = BulkPart { rooms: vec![room], ..BulkPart::default() };
    let label = Label { dataset: "a hash", newest: MessageId::MIN };
    tables.fill([part].into_iter(), label).await.unwrap();

    let page = ListMessages { room: ROOM, viewer: VIEWER, before: None, limit: 1000 };
    let read = tables.list_messages(page).await.unwrap();
    let newest_first: Vec<_> = ids.iter().rev().copied().collect();
    assert_eq!(read.iter().map(|view| view.reactions.message).collect::<Vec<_>>(), newest_first);
    // Two for the messages, one for the viewer's own reactions.
    assert_eq!(tables.consumed()[Operation::ListMessages.index()].requests, 3);

    let (first, last) = (ids[10], ids[289]);
    let range = ListReactions { room: ROOM, viewer: VIEWER, first, last, limit: 1000 };
    let read = tables.list_reactions(range).await.unwrap();
    assert_eq!(read.iter().map(|view| view.message).collect::<Vec<_>>(), ids[10..=289]);
    assert_eq!(tables.consumed()[Operation::ListReactions.index()].requests, 3);
}

/// A page of ids is one request: what a megabyte of messages holds, and where to go on.
#[tokio::test]
async fn ids_of_large_messages_come_in_short_pages() {
    let tables = TestTables::make("pages-ids").await;
    let room = large_room(300);
    let mut expected: Vec<_> = room.messages.iter().map(|message| message.message).collect();
    expected.reverse();
    let part = BulkPart { rooms: vec![room], ..BulkPart::default() };
    let label = Label { dataset: "a hash", newest: MessageId::MIN };
    tables.fill([part].into_iter(), label).await.unwrap();

    let first = tables.list_message_ids(ROOM, None, 1000).await.unwrap();
    assert!(first.items.len() < 300 && first.next == first.items.last().copied());
    assert_eq!(tables.consumed()[Operation::ListMessageIds.index()].requests, 1);
    let second = tables.list_message_ids(ROOM, first.next, 1000).await.unwrap();
    assert_eq!(second.next, None);
    assert_eq!([first.items, second.items].concat(), expected);
}

/// The viewer has reacted to messages 8 to 10, and to message 11 after the page had been read: the
/// three newest own reactions do not reach to the end of the page, so the rest of them is read.
#[tokio::test]
async fn a_reaction_that_comes_meanwhile_hides_no_other() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let wire = Wire::new(move |seen| {
        let request: serde_json::Value = serde_json::from_str(seen.body).unwrap();
        let bound = |name: &str| {
            request["ExpressionAttributeValues"][name]["N"].as_str().unwrap().to_owned()
        };
        let own = request["TableName"].as_str().unwrap().ends_with("reactions");
        noted.lock().unwrap().push((own, bound(":from"), bound(":to")));
        let first_own = own && bound(":to") != "8";
        let items: Vec<_> = match (own, first_own) {
            (false, _) => [10, 9, 8].map(message).to_vec(),
            (true, true) => [11, 10, 9].map(reaction).to_vec(),
            (true, false) => [8].map(reaction).to_vec(),
        };
        let last = serde_json::json!({ "p": { "S": "1#1" }, "m": { "N": "9" } });
        let last = if first_own { last } else { serde_json::Value::Null };
        let answer = serde_json::json!({ "Items": items, "LastEvaluatedKey": last });
        Fate::Answered(200, answer.to_string())
    });
    let options = Options::new(Endpoint::Local { url: "http://127.0.0.1:1".to_owned() }, "none-");
    let store = DynamoStore::open_through(options, wire.client()).await.unwrap();
    let page = ListMessages { room: ROOM, viewer: VIEWER, before: None, limit: 3 };
    let read = store.list_messages(page).await.unwrap();
    let versions: Vec<_> = read
        .iter()
        .map(|view| (view.reactions.message.number(), view.reactions.mine.version))
        .collect();
    assert_eq!(versions, [(10, 100), (9, 90), (8, 80)]);
    let asked = asked.lock().unwrap();
    let newest = MessageId::MAX.to_string();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[..2].iter().all(|(_, from, to)| from == "1" && *to == newest), "{asked:?}");
    assert_eq!(asked[2], (true, "8".to_owned(), "8".to_owned()));
}

fn message(number: u64) -> serde_json::Value {
    let n = |number: u64| serde_json::json!({ "N": number.to_string() });
    serde_json::json!({ "r": n(1), "m": n(number), "a": n(1), "t": { "S": "text" }, "k0": n(1) })
}

fn reaction(number: u64) -> serde_json::Value {
    let n = |number: u64| serde_json::json!({ "N": number.to_string() });
    let person = serde_json::json!({ "S": "1#1" });
    serde_json::json!({
        "p": person, "m": n(number), "k": n(0), "v": n(number * 10), "q": n(1), "o": n(0),
    })
}

/// Texts as long as they may be.
fn large_room(messages: usize) -> BulkRoom {
    let mut ids = IdState::default();
    let mut message = || {
        let (message, next) = next_id(ids, Node::FIRST, EPOCH_UNIX_MS + 1000).unwrap();
        ids = next;
        large_message(message)
    };
    let messages = (0..messages).map(|_| message()).collect();
    BulkRoom { room: ROOM, members: vec![VIEWER], messages }
}

fn large_message(message: MessageId) -> BulkMessage {
    BulkMessage { message, author: VIEWER, text: "x".repeat(4096), reactions: Vec::new() }
}
