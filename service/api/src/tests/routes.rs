//! Each route does what it says, and every reply says how long it took.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::service::Service;

#[tokio::test]
async fn messages_are_posted_and_paged_newest_first() {
    let service = Service::start().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(service.post(1, 1, &format!("message {n}")).await);
    }
    let numbers: Vec<u64> = ids.iter().map(|id| id.parse().unwrap()).collect();
    assert!(numbers.is_sorted(), "order of ids is order of posting: {ids:?}");

    let path = "/v1/rooms/1/messages?limit=3";
    let (status, page) = service.json(2, Method::GET, path, Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    let listed: Vec<_> = page["messages"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    assert_eq!(listed, [&ids[4], &ids[3], &ids[2]]);
    assert_eq!(page["next"], ids[2]);
    let newest = &page["messages"][0];
    assert_eq!(newest["text"], "message 4");
    assert_eq!(newest["author"], "1");
    assert_eq!(newest["reactions"], json!({}));
    assert_eq!(newest["mine"], json!({ "reaction": null, "version": 0 }));

    let path = format!("/v1/rooms/1/messages?limit=3&before={}", ids[2]);
    let (_, page) = service.json(2, Method::GET, &path, Value::Null).await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 2);
    assert_eq!(page["next"], Value::Null);
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn a_reaction_is_put_changed_and_removed() {
    let service = Service::start().await;
    let id = service.post(1, 1, "hello").await;
    let path = format!("/v1/rooms/1/messages/{id}/reaction");
    let steps = [
        (Method::DELETE, Value::Null, json!({ "reaction": null, "version": 0 })),
        (Method::PUT, json!({ "kind": "roger" }), json!({ "reaction": "roger", "version": 1 })),
        (Method::PUT, json!({ "kind": "roger" }), json!({ "reaction": "roger", "version": 1 })),
        (Method::PUT, json!({ "kind": "clap" }), json!({ "reaction": "clap", "version": 2 })),
        (Method::DELETE, Value::Null, json!({ "reaction": null, "version": 3 })),
        (Method::PUT, json!({ "kind": "bow" }), json!({ "reaction": "bow", "version": 4 })),
    ];
    for (method, body, expected) in steps {
        assert_eq!(service.json(2, method, &path, body).await, (StatusCode::OK, expected));
    }
    service.json(3, Method::PUT, &path, json!({ "kind": "bow" })).await;

    let path = format!("/v1/rooms/1/reactions?first={id}&last={id}");
    let (status, range) = service.json(3, Method::GET, &path, Value::Null).await;
    let expected = json!({
        "messages": [{
            "id": id, "reactions": { "bow": 2 }, "mine": { "reaction": "bow", "version": 1 },
        }],
        "next": null,
    });
    assert_eq!((status, range), (StatusCode::OK, expected));
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn members_add_others_and_remove_themselves_only() {
    let service = Service::start().await;
    let send = async |caller, method, member| {
        let path = format!("/v1/rooms/1/members/{member}");
        service.send(caller, method, &path, Value::Null).await.status()
    };
    assert_eq!(send(9, Method::PUT, 9).await, StatusCode::NOT_FOUND, "no stranger lets itself in");
    assert_eq!(send(1, Method::PUT, 9).await, StatusCode::NO_CONTENT);
    assert_eq!(send(1, Method::PUT, 9).await, StatusCode::NO_CONTENT);
    service.post(9, 1, "I am in").await;
    assert_eq!(send(1, Method::DELETE, 9).await, StatusCode::FORBIDDEN);
    assert_eq!(send(9, Method::DELETE, 9).await, StatusCode::NO_CONTENT);
    assert_eq!(send(9, Method::DELETE, 9).await, StatusCode::NOT_FOUND, "it is out");
    service.stop().await.1.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_reaction_of_a_person_is_left_of_64_put_at_once() {
    let service = Service::start().await;
    let id = service.post(1, 1, "hello").await;
    let url = format!("{}/v1/rooms/1/messages/{id}/reaction", service.base);
    let kinds = ["roger", "clap", "bow", "heart", "smile", "sad", "party", "eyes"];
    let puts: Vec<_> = (0..64)
        .map(|n| {
            let put = service.client.put(&url).bearer_auth(service.token(2));
            let put = put.json(&json!({ "kind": kinds[n % 8] }));
            tokio::spawn(async move { put.send().await.unwrap().json::<Value>().await.unwrap() })
        })
        .collect();
    let mut of_version = BTreeMap::new();
    for put in puts {
        let mine = put.await.unwrap();
        let version = mine["version"].as_u64().unwrap();
        let first = of_version.entry(version).or_insert_with(|| mine["reaction"].clone());
        assert_eq!(*first, mine["reaction"], "two kinds have version {version}");
    }
    let versions: Vec<u64> = of_version.keys().copied().collect();
    assert_eq!(versions, (1..=versions.len() as u64).collect::<Vec<_>>());
    let path = format!("/v1/rooms/1/reactions?first={id}&last={id}");
    let (_, range) = service.json(2, Method::GET, &path, Value::Null).await;
    let message = &range["messages"][0];
    let (last, kind) = of_version.last_key_value().unwrap();
    assert_eq!(message["mine"], json!({ "reaction": kind, "version": last }));
    assert_eq!(message["reactions"], json!({ kind.as_str().unwrap(): 1 }));
    service.stop().await.1.unwrap();
}

/// `app;dur=1.234;desc="chat", store;dur=0.567`, by the grammar of the Server Timing specification.
fn timing(header: &str) -> (f64, f64) {
    let (app, store) = header.split_once(", ").unwrap();
    let app = app.strip_prefix("app;dur=").unwrap().strip_suffix(";desc=\"chat\"").unwrap();
    let store = store.strip_prefix("store;dur=").unwrap();
    for number in [app, store] {
        assert_eq!(number.split_once('.').unwrap().1.len(), 3, "three decimals: {number}");
    }
    (app.parse().unwrap(), store.parse().unwrap())
}

#[tokio::test]
async fn every_reply_says_how_long_it_took() {
    let service = Service::start().await;
    let id = service.post(1, 1, "hello").await;
    let reaction = format!("/v1/rooms/1/messages/{id}/reaction");
    let kind = json!({ "kind": "clap" });
    let requests = [
        (1, Method::GET, "/v1/rooms/1/messages", Value::Null, true),
        (1, Method::PUT, &reaction, kind.clone(), true),
        (9, Method::PUT, &reaction, kind, true),
        (1, Method::PUT, &reaction, json!({ "kind": "nonsense" }), false),
        (1, Method::PATCH, &reaction, Value::Null, false),
        (1, Method::GET, "/nowhere", Value::Null, false),
        (1, Method::GET, "/readyz", Value::Null, true),
    ];
    for (account, method, path, body, reaches_store) in requests {
        let reply = service.send(account, method.clone(), path, body).await;
        let (app, store) = timing(reply.headers()["server-timing"].to_str().unwrap());
        assert!(app > 0.0 && store <= app, "{method} {path}: {app} {store}");
        assert_eq!(store > 0.0, reaches_store, "{method} {path}");
        assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
    }
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn health_and_metrics_are_where_they_belong() {
    let service = Service::start().await;
    service.post(1, 1, "hello").await;
    service.send(1, Method::GET, "/v1/rooms/1/messages", Value::Null).await;
    for n in 0..50 {
        service.send(1, Method::GET, &format!("/random/{n}"), Value::Null).await;
        service.send(1, Method::GET, &format!("/v1/rooms/{}/messages", n + 3), Value::Null).await;
    }
    let get = async |base: &str, path: &str| {
        let reply = service.client.get(format!("{base}{path}")).send().await.unwrap();
        (reply.status(), reply.text().await.unwrap())
    };
    assert_eq!(get(&service.base, "/readyz").await, (StatusCode::OK, r#"{"ready":true}"#.into()));
    assert_eq!(get(&service.admin, "/livez").await.0, StatusCode::OK);
    for path in ["/livez", "/metrics"] {
        assert_eq!(get(&service.base, path).await.0, StatusCode::NOT_FOUND, "not for everybody");
    }
    assert_eq!(get(&service.admin, "/v1/rooms/1/messages").await.0, StatusCode::NOT_FOUND);

    let (_, text) = get(&service.admin, "/metrics").await;
    let messages = r#"route="/v1/rooms/{room}/messages""#;
    for line in [
        format!(r#"chat_requests_total{{{messages},method="POST",status="2xx"}} 1"#),
        format!(r#"chat_requests_total{{{messages},method="GET",status="2xx"}} 1"#),
        format!(r#"chat_requests_total{{{messages},method="GET",status="4xx"}} 50"#),
        r#"chat_requests_total{route="unmatched",method="GET",status="4xx"} 52"#.to_owned(),
        format!(r#"chat_request_seconds_count{{{messages},method="POST"}} 1"#),
        r#"chat_store_seconds_count{call="post_message"} 1"#.to_owned(),
        "chat_shed_total 0".to_owned(),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    service.stop().await.1.unwrap();
}
