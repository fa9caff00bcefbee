//! Each limit at the limit and one beyond, and what else a request may not hold.

use chat_store::{
    Options, RedbStore,
    populate::{self, Spec},
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::service::Service;

#[tokio::test]
async fn bodies_are_bounded_and_strict() {
    let service = Service::start().await;
    let id = service.post(1, 1, "hello").await;
    let messages = "/v1/rooms/1/messages";
    let reaction = format!("{messages}/{id}/reaction");
    let text = |bytes: usize| json!({ "text": "x".repeat(bytes) });
    let cases = [
        (Method::POST, messages, text(4096), 201, ""),
        (Method::POST, messages, text(4097), 400, "invalid_body"),
        (Method::POST, messages, text(16 * 1024), 413, "body_too_large"),
        (Method::POST, messages, json!({ "text": " " }), 400, "invalid_body"),
        (Method::POST, messages, json!({ "text": "a\u{0}" }), 400, "invalid_body"),
        (Method::POST, messages, json!({ "text": 1 }), 400, "invalid_body"),
        (Method::POST, messages, json!({}), 400, "invalid_body"),
        (Method::POST, messages, json!({ "text": "a", "author": "2" }), 400, "invalid_body"),
        (Method::POST, messages, Value::Null, 415, "body_is_not_json"),
        (Method::PUT, &reaction, json!({ "kind": "clap" }), 200, ""),
        (Method::PUT, &reaction, json!({ "kind": "Clap" }), 400, "invalid_body"),
        (Method::PUT, &reaction, json!({ "kind": "👏" }), 400, "invalid_body"),
        (Method::PUT, &reaction, json!({ "kind": "clap", "version": 9 }), 400, "invalid_body"),
    ];
    for (method, path, body, status, error) in cases {
        let found = service.json(1, method, path, body).await;
        assert_eq!(found.0.as_u16(), status, "{path} {}", found.1);
        assert_eq!(found.1["error"].as_str().unwrap_or_default(), error);
    }
    // However its JSON is escaped, the longest text fits.
    let escaped = format!(r#"{{"text":"{}"}}"#, r"\u00e9".repeat(2048));
    let post = service.client.post(format!("{}{messages}", service.base));
    let post = post.bearer_auth(service.token(1)).header("content-type", "application/json");
    assert_eq!(post.body(escaped).send().await.unwrap().status(), StatusCode::CREATED);
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn queries_and_paths_are_bounded_and_strict() {
    let service = Service::start().await;
    let id = service.post(1, 1, "hello").await;
    let cases = [
        ("/v1/rooms/1/messages?limit=1", 200, ""),
        ("/v1/rooms/1/messages?limit=100", 200, ""),
        ("/v1/rooms/1/messages?limit=101", 400, "invalid_query"),
        ("/v1/rooms/1/messages?limit=0", 400, "invalid_query"),
        ("/v1/rooms/1/messages?limit=-1", 400, "invalid_query"),
        ("/v1/rooms/1/messages?before=0", 400, "invalid_query"),
        ("/v1/rooms/1/messages?page=2", 400, "invalid_query"),
        ("/v1/rooms/1/reactions", 400, "invalid_query"),
        ("/v1/rooms/1/reactions?first=2&last=1", 400, "invalid_query"),
        (&format!("/v1/rooms/1/reactions?first=1&last={id}"), 200, ""),
        ("/v1/rooms/0/messages", 400, "invalid_path"),
        ("/v1/rooms/01/messages", 400, "invalid_path"),
        ("/v1/rooms/9223372036854775808/messages", 400, "invalid_path"),
        ("/v1/rooms/1/nothing", 404, "no_route"),
        ("/", 404, "no_route"),
        ("/v1/rooms/1/members/1", 405, "no_method"),
    ];
    for (path, status, error) in cases {
        let found = service.json(1, Method::GET, path, Value::Null).await;
        assert_eq!(found.0.as_u16(), status, "{path} {}", found.1);
        assert_eq!(found.1["error"].as_str().unwrap_or_default(), error, "{path}");
        assert_eq!(found.1["message"].is_string(), status != 200);
    }
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn a_long_range_is_answered_in_parts() {
    let dir = tempfile::tempdir().unwrap();
    let spec =
        Spec { rooms: 1, messages: 150, accounts: 2, orgs: 1, ..Spec::new(1, 1_793_491_200_000) };
    let store = RedbStore::open(dir.path(), Options::default()).unwrap();
    let last = populate::fill(&store, &spec).unwrap().rows[0].last;
    drop(store);
    let service = Service::start_in(dir).await;
    let (mut first, mut parts, mut ids) = ("1".to_owned(), Vec::new(), Vec::new());
    loop {
        let path = format!("/v1/rooms/1/reactions?first={first}&last={last}");
        let (_, range) = service.json(1, Method::GET, &path, Value::Null).await;
        let messages = range["messages"].as_array().unwrap();
        parts.push(messages.len());
        ids.extend(messages.iter().map(|m| m["id"].as_str().unwrap().parse::<u64>().unwrap()));
        let Some(next) = range["next"].as_str() else { break };
        first = next.to_owned();
    }
    assert_eq!(parts, [100, 50]);
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]) && ids[149] == last.number());
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn heads_of_requests_are_bounded() {
    let service = Service::start().await;
    let many = |count: usize| {
        let request = service.client.get(format!("{}/readyz", service.base));
        (0..count).fold(request, |request, n| request.header(format!("x-{n}"), "1"))
    };
    assert_eq!(many(50).send().await.unwrap().status(), StatusCode::OK);
    let too_many = many(65).send().await.unwrap().status();
    assert_eq!(too_many, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let large =
        service.client.get(format!("{}/readyz", service.base)).header("x", "y".repeat(20_000));
    let too_large = large.send().await.unwrap().status();
    assert_eq!(too_large, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    service.stop().await.1.unwrap();
}
