//! Writes whose reply is lost: the retry must find its own write, and find it only once.
//!
//! DynamoDB itself remembers a transaction by its token for ten minutes. The wire of these tests
//! changes the token of each retry, so that only what the store does itself can help.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use chat_domain::{
    AccountId, EPOCH_UNIX_MS, Kind, MessageId, MessageText, OrgId, ReactionRecord, RoomId,
};

use super::{
    tables::TestTables,
    wire::{Fate, Seen, Wire},
};
use crate::{
    ListReactions, OrgStore as _, Post, ReactionKey, Store as _, ViewLimit, Written,
    dynamo::{DynamoStore, Options},
};

const ROOM: RoomId = RoomId::MIN;

#[tokio::test]
async fn a_write_whose_reply_was_lost_is_acknowledged_and_not_done_again() {
    let tables = TestTables::make("replies").await;
    for (between, version_after) in [(false, 1), (true, 2)] {
        let key = message(&tables).await;
        let put = put_with_lost_reply(&tables, key, between, str::to_owned).await;
        let record = ReactionRecord { kind: Some(kind(1)), version: 1 };
        assert_eq!(put, Written { record, changed: true });
        let (kept, people) = kept(&tables, key).await;
        assert_eq!((kept.version, people), (version_after, 1));
        assert_eq!(kept.kind, Some(kind(if between { 2 } else { 1 })));
    }
}

/// The control: without the request ids the same loss applies the change twice and takes back what
/// came between; where nothing came, nobody is told of the change.
#[tokio::test]
async fn without_request_ids_it_is_done_again() {
    let tables = TestTables::make("replies-control").await;
    for (between, version, changed) in [(true, 3, true), (false, 1, false)] {
        let key = message(&tables).await;
        let put = put_with_lost_reply(&tables, key, between, without_request_ids).await;
        let record = ReactionRecord { kind: Some(kind(1)), version };
        assert_eq!(put, Written { record, changed });
        assert_eq!(kept(&tables, key).await.0, record);
    }
}

/// The token alone also holds: the same loss, with tokens left as they are.
#[tokio::test]
async fn dynamodb_recognises_the_token_of_a_retry() {
    let tables = TestTables::make("replies-token").await;
    let key = message(&tables).await;
    let lost = AtomicBool::new(false);
    let wire = Wire::new(move |seen| {
        let loses = seen.call == "TransactWriteItems" && !lost.swap(true, Ordering::Relaxed);
        if loses { Fate::LosesReply } else { Fate::Passes }
    });
    let store = through(&tables, &wire.rewriting(without_request_ids)).await;
    let put = store.put_reaction(key, kind(1)).await.unwrap();
    let record = ReactionRecord { kind: Some(kind(1)), version: 1 };
    assert_eq!(put, Written { record, changed: true });
    assert_eq!(kept(&tables, key).await.0, record);
}

/// A view limit is taken by its snapshot, so the retry of one that was kept is taken as well.
#[tokio::test]
async fn a_view_limit_whose_reply_was_lost_is_kept() {
    let tables = TestTables::make("replies-limit").await;
    let lost = AtomicBool::new(false);
    let wire = Wire::new(move |seen| {
        let loses = seen.call == "PutItem" && !lost.swap(true, Ordering::Relaxed);
        if loses { Fate::LosesReply } else { Fate::Passes }
    });
    let store = through(&tables, &wire).await;
    let (org, snapshot) = (OrgId::MIN, MessageId::MAX);
    let limit = ViewLimit { org, cut_off: None, count: 0, snapshot, as_of_unix_ms: 1 };
    assert_eq!(store.put_view_limit(limit).await, Ok(true));
    assert_eq!(wire.sent(), 2);
    assert_eq!(tables.find_view_limit(org).await, Ok(Some(limit)));
}

#[tokio::test]
async fn a_post_whose_reply_was_lost_is_there_once() {
    let tables = TestTables::make("replies-post").await;
    tables.put_member(ROOM, AccountId::MIN).await.unwrap();
    let lost = AtomicBool::new(false);
    let wire = Wire::new(move |seen| {
        let loses = seen.call == "PutItem" && !lost.swap(true, Ordering::Relaxed);
        if loses { Fate::LosesReply } else { Fate::Passes }
    });
    let store = through(&tables, &wire).await;
    let posted = store.post_message(post("once")).await.unwrap();
    let range = range(posted);
    let range = ListReactions { first: MessageId::MIN, last: MessageId::MAX, limit: 10, ..range };
    let read = tables.list_reactions(range).await.unwrap();
    assert_eq!(read.iter().map(|view| view.message).collect::<Vec<_>>(), [posted]);
}

/// An id that another instance has taken under the same node number is not overwritten.
#[tokio::test]
async fn an_id_that_is_taken_is_left_alone() {
    let tables = TestTables::make("replies-ids").await;
    tables.put_member(ROOM, AccountId::MIN).await.unwrap();
    let twin = DynamoStore::open(tables.options()).await.unwrap();
    let mut ids = Vec::new();
    for n in 0..3 {
        // The twin makes the ids that were made already, and moves on.
        ids.push(tables.post_message(post(&format!("one {n}"))).await.unwrap());
        ids.push(twin.post_message(post(&format!("other {n}"))).await.unwrap());
    }
    let all = ListReactions { first: MessageId::MIN, last: MessageId::MAX, ..range(ids[0]) };
    let read = tables.list_reactions(ListReactions { limit: 10, ..all }).await.unwrap();
    ids.sort_unstable();
    assert_eq!(read.iter().map(|view| view.message).collect::<Vec<_>>(), ids);
}

/// Puts kind 1 through a wire that loses the reply of the first transaction and changes the token
/// of the next; between the two another instance may put kind 2.
async fn put_with_lost_reply(
    tables: &TestTables,
    key: ReactionKey,
    between: bool,
    rewrite: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Written {
    let tries = Mutex::new(0);
    let other = tables.options();
    let wire = Wire::new(move |seen: &Seen<'_>| {
        if seen.call != "TransactWriteItems" {
            return Fate::Passes;
        }
        let mut tries = tries.lock().unwrap();
        *tries += 1;
        match *tries {
            1 => Fate::LosesReply,
            2 => {
                if between {
                    put_meanwhile(other.clone(), key);
                }
                Fate::Becomes(with_another_token(seen.body))
            }
            _ => Fate::Passes,
        }
    });
    let store = through(tables, &wire.rewriting(rewrite)).await;
    store.put_reaction(key, kind(1)).await.unwrap()
}

/// On a thread with a runtime of its own, because the test's waits for it.
fn put_meanwhile(options: Options, key: ReactionKey) {
    let put = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = DynamoStore::open(options).await.unwrap();
            store.put_reaction(key, kind(2)).await.unwrap()
        })
    });
    assert_eq!(put.join().unwrap().record.version, 2);
}

fn with_another_token(body: &str) -> String {
    let name = "\"ClientRequestToken\":\"";
    let at = body.find(name).unwrap() + name.len();
    format!("{}z{}", &body[..at], &body[at + 1..])
}

/// A reply in which every request id is 0.
fn without_request_ids(reply: &str) -> String {
    let mut reply = reply.to_owned();
    for name in ["q", "o"] {
        let start = format!("\"{name}\":{{\"N\":\"");
        if let Some(at) = reply.find(&start) {
            let from = at + start.len();
            let to = from + reply[from..].find('"').unwrap();
            reply.replace_range(from..to, "0");
        }
    }
    reply
}

async fn through(tables: &TestTables, wire: &Wire) -> DynamoStore {
    DynamoStore::open_through(tables.options(), wire.client()).await.unwrap()
}

async fn message(tables: &TestTables) -> ReactionKey {
    tables.put_member(ROOM, AccountId::MIN).await.unwrap();
    let message = tables.post_message(post("hello")).await.unwrap();
    ReactionKey { room: ROOM, message, account: AccountId::MIN }
}

fn post(text: &str) -> Post {
    let text = MessageText::new(text).unwrap();
    Post { room: ROOM, author: AccountId::MIN, text, unix_ms: EPOCH_UNIX_MS + 1 }
}

async fn kept(tables: &TestTables, key: ReactionKey) -> (ReactionRecord, u64) {
    let read = tables.list_reactions(range(key.message)).await.unwrap().remove(0);
    (read.mine, read.tally.total())
}

fn range(message: MessageId) -> ListReactions {
    ListReactions { room: ROOM, viewer: AccountId::MIN, first: message, last: message, limit: 1 }
}

fn kind(code: u8) -> Kind {
    Kind::from_code(code).unwrap()
}
