//! How far back a caller sees, through the API, before and after the batch has computed it.

use chat_batch::{Settings, compute};
use chat_domain::{AccountId, MessageText, OrgId, RoomId, newest::LIMIT};
use chat_store::{Options, Org, OrgStore as _, Plan, Post, RedbStore, Store as _};
use http::{Method, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use super::service::Service;
use crate::clock;

const DAY_MS: u64 = 86_400_000;

/// How many days ago a message was posted, the oldest first.
const DAYS_AGO: [u64; 4] = [41, 39, 2, 1];

/// Organisation 2 pays, the others do not; account N is in organisation N, 5 is in none; all are in room 1.
const ORGS: [(u64, Plan); 4] = [(1, Plan::Free), (2, Plan::Paid), (3, Plan::Free), (4, Plan::Free)];

fn open(dir: &TempDir) -> RedbStore {
    RedbStore::open(dir.path(), Options::default()).unwrap()
}

async fn filled(now: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    for (number, plan) in ORGS {
        let (org, account) = (OrgId::new(number).unwrap(), AccountId::new(number).unwrap());
        store.put_org(Org { org, plan }).await.unwrap();
        store.put_account(account, org).await.unwrap();
    }
    for account in 1..=5 {
        store.put_member(RoomId::MIN, AccountId::new(account).unwrap()).await.unwrap();
    }
    for days in DAYS_AGO {
        let text = MessageText::new("hello").unwrap();
        let unix_ms = now - days * DAY_MS;
        let post = Post { room: RoomId::MIN, author: AccountId::MIN, text, unix_ms };
        store.post_message(post).await.unwrap();
    }
    dir
}

/// Computes the limit of an organisation of the directory, which no service has open.
async fn computed(dir: &TempDir, org: u64, limit: u32, as_of_unix_ms: u64) {
    let store = open(dir);
    let settings = Settings { limit, ..Settings::new("select".parse().unwrap(), as_of_unix_ms) };
    compute(&store, OrgId::new(org).unwrap(), &settings).await.unwrap();
}

/// Days ago of the messages that a page shows, and where the next begins.
async fn page(service: &Service, account: u64, query: &str, now: u64) -> (Vec<u64>, Value) {
    let path = format!("/v1/rooms/1/messages{query}");
    let (status, page) = service.json(account, Method::GET, &path, Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let messages = page["messages"].as_array().unwrap().iter();
    let days = |message: &Value| (now - message["posted_unix_ms"].as_u64().unwrap()) / DAY_MS;
    (messages.map(days).collect(), page["next"].clone())
}

#[tokio::test]
async fn a_free_organisation_sees_what_was_computed_and_others_see_everything() {
    let now = clock::unix_ms();
    let dir = filled(now).await;
    let service = Service::start_in(dir).await;
    for account in 1..=5 {
        let (days, next) = page(&service, account, "", now).await;
        assert_eq!((days, next), (vec![1, 2, 39, 41], Value::Null), "account {account}, before");
    }
    let (dir, stopped) = service.stop().await;
    stopped.unwrap();

    computed(&dir, 1, 2, now).await;
    // Three days ago the oldest of them was young enough; it is not now.
    computed(&dir, 4, LIMIT, now - 3 * DAY_MS).await;
    let service = Service::start_in(dir).await;
    for (account, expected) in [
        (1, vec![1, 2]),
        (2, vec![1, 2, 39, 41]),
        (3, vec![1, 2, 39, 41]),
        (4, vec![1, 2, 39]),
        (5, vec![1, 2, 39, 41]),
    ] {
        let (days, next) = page(&service, account, "", now).await;
        assert_eq!((days, next), (expected, Value::Null), "account {account}, after");
    }
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn pages_end_at_the_limit_and_new_messages_are_seen() {
    let now = clock::unix_ms();
    let dir = filled(now).await;
    computed(&dir, 1, 2, now).await;
    let service = Service::start_in(dir).await;
    let (first, next) = page(&service, 1, "?limit=1", now).await;
    assert_eq!(first, [1]);
    let query = format!("?limit=1&before={}", next.as_str().unwrap());
    let (second, next) = page(&service, 1, &query, now).await;
    assert_eq!((second, next), (vec![2], Value::Null), "nothing that follows may be seen");
    // Whoever knows the id of a message that it may not see gets no further by it.
    let (_, next) = page(&service, 2, "?limit=3", now).await;
    let hidden = format!("?before={}", next.as_str().unwrap());
    assert_eq!(page(&service, 1, &hidden, now).await, (vec![], Value::Null));
    assert_eq!(page(&service, 2, &hidden, now).await, (vec![41], Value::Null), "who pays does");

    let posted = service.post(1, 1, "new").await;
    let (status, newest) =
        service.json(1, Method::GET, "/v1/rooms/1/messages?limit=1", Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(newest["messages"][0]["id"], posted);
    service.stop().await.1.unwrap();
}
