//! Who may: tokens that are not believed, and rooms that a caller is not in.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chat_domain::AccountId;
use http::{Method, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::service::Service;
use crate::{clock, issuer::DevIssuer};

const HEADER: &str = r#"{"typ":"JWT","alg":"EdDSA"}"#;

/// A token with these parts, signed with the service's own key.
fn signed(service: &Service, header: &str, payload: &str) -> String {
    let key = std::fs::read(service.dir.path().join(DevIssuer::FILE)).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(&key).unwrap();
    let parts = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    format!("{parts}.{}", URL_SAFE_NO_PAD.encode(pair.sign(parts.as_bytes())))
}

fn claims() -> Value {
    let now = clock::unix_ms() / 1000;
    json!({
        "sub": "1", "iss": "hanno-development", "aud": "hanno-chat", "exp": now + 600, "iat": now,
    })
}

/// The claims with one of them replaced, or left out.
fn with(name: &str, value: Option<Value>) -> String {
    let mut claims = claims();
    let object = claims.as_object_mut().unwrap();
    match value {
        Some(value) => object.insert(name.into(), value),
        None => object.remove(name),
    };
    claims.to_string()
}

/// Claims that must not be believed, each wrong in one way.
fn bad_claims() -> Vec<(&'static str, String)> {
    let now = clock::unix_ms() / 1000;
    let mut list = Vec::new();
    for name in ["sub", "iss", "aud", "exp", "iat"] {
        list.push((name, with(name, None)));
        list.push((name, with(name, Some(json!({ "nested": true })))));
    }
    list.extend([
        ("expired", with("exp", Some(json!(now - 6)))),
        ("exp is text", with("exp", Some(json!((now + 600).to_string())))),
        ("exp is negative", with("exp", Some(json!(-1)))),
        ("not yet", with("nbf", Some(json!(now + 60)))),
        ("nbf is text", with("nbf", Some(json!((now + 60).to_string())))),
        ("other audience", with("aud", Some(json!("another-service")))),
        ("several audiences", with("aud", Some(json!(["hanno-chat", "another-service"])))),
        ("other issuer", with("iss", Some(json!("hanno-development.example")))),
        ("sub is a number", with("sub", Some(json!(1)))),
        ("sub is empty", with("sub", Some(json!("")))),
        ("sub is no id", with("sub", Some(json!("01")))),
        ("sub is 0", with("sub", Some(json!("0")))),
        ("sub twice", claims().to_string().replacen('{', r#"{"sub":"2","#, 1)),
        ("no JSON", "nonsense".into()),
    ]);
    list
}

fn bad_tokens(service: &Service) -> Vec<(String, String)> {
    let good = signed(service, HEADER, &claims().to_string());
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let none = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"none"}"#);
    let now = clock::unix_ms() / 1000;
    let lifetime = std::time::Duration::from_mins(10);
    let stranger = DevIssuer::generate().unwrap();
    let by_stranger = stranger.mint(AccountId::MIN, lifetime, now).unwrap();
    let secret = EncodingKey::from_secret(service.issuer.public_key());
    let hs256 = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(), &secret).unwrap();
    let mut list: Vec<(String, String)> = [
        ("empty", String::new()),
        ("words", "not a token".into()),
        ("alg none", format!("{none}.{payload}.")),
        ("alg none, signed", format!("{none}.{payload}.{signature}")),
        ("no signature", format!("{header}.{payload}.")),
        ("two parts", format!("{header}.{payload}")),
        ("four parts", format!("{good}.{signature}")),
        ("other key", by_stranger),
        ("HS256 with the public key", hs256),
        ("truncated", good[..good.len() - 4].into()),
        ("padding", format!("{good}=")),
        ("very long", "x".repeat(5000)),
    ]
    .map(|(name, token)| (name.to_owned(), token))
    .into();
    for (name, payload) in bad_claims() {
        list.push((format!("claims: {name}"), signed(service, HEADER, &payload)));
    }
    for header in [
        r#"{"alg":"EdDSA"}"#,
        r#"{"typ":"at+jwt","alg":"EdDSA"}"#,
        r#"{"typ":"JWT","alg":"EdDSA","crit":["x"]}"#,
        r#"{"typ":"JWT","alg":"EdDSA","b64":false}"#,
        r#"{"typ":"JWT","alg":"EdDSA","kid":"../../dev/null"}"#,
        r#"{"typ":"JWT","alg":"EdDSA","jku":"http://127.0.0.1:1/keys"}"#,
        r#"{"typ":"JWT","alg":"eddsa"}"#,
        r#"{"typ":"JWT","alg":"RS256"}"#,
        r#"{"typ":"JWT"}"#,
    ] {
        list.push((format!("header {header}"), signed(service, header, &claims().to_string())));
    }
    list
}

/// The reply to a request with these `Authorization` fields, as a client can see it.
async fn reply(service: &Service, fields: &[String]) -> (StatusCode, String, bool) {
    let mut request = service.client.get(format!("{}/v1/rooms/1/messages", service.base));
    for field in fields {
        request = request.header("authorization", field);
    }
    let reply = request.send().await.unwrap();
    let challenged = reply.headers().get("www-authenticate").is_some_and(|field| field == "Bearer");
    (reply.status(), reply.text().await.unwrap(), challenged)
}

#[tokio::test]
async fn tokens_that_are_not_believed_all_get_one_reply() {
    let service = Service::start().await;
    let good = signed(&service, HEADER, &claims().to_string());
    // The control: the same builder makes a token that is believed.
    for scheme in ["Bearer", "bearer"] {
        assert_eq!(reply(&service, &[format!("{scheme} {good}")]).await.0, StatusCode::OK);
    }
    let refused = reply(&service, &[]).await;
    assert_eq!(refused.0, StatusCode::UNAUTHORIZED);
    assert!(refused.2 && refused.1.contains("unauthenticated"));
    for (name, token) in bad_tokens(&service) {
        assert_eq!(reply(&service, &[format!("Bearer {token}")]).await, refused, "{name}");
    }
    let twice = [format!("Bearer {good}"), format!("Bearer {good}")];
    for fields in
        [&twice[..], &[format!("Basic {good}")], std::slice::from_ref(&good), &["Bearer".into()]]
    {
        assert_eq!(reply(&service, fields).await, refused, "{fields:?}");
    }
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn no_route_answers_without_a_token() {
    let service = Service::start().await;
    let routes = [
        (Method::GET, "/v1/rooms/1/messages"),
        (Method::POST, "/v1/rooms/1/messages"),
        (Method::GET, "/v1/rooms/1/reactions?first=1&last=2"),
        (Method::PUT, "/v1/rooms/1/messages/1/reaction"),
        (Method::DELETE, "/v1/rooms/1/messages/1/reaction"),
        (Method::GET, "/v1/rooms/1/events"),
        (Method::PUT, "/v1/rooms/1/members/5"),
        (Method::DELETE, "/v1/rooms/1/members/1"),
        // Also where the rest of the request is wrong: strangers learn nothing of that.
        (Method::GET, "/v1/rooms/x/messages?limit=x"),
    ];
    for (method, path) in routes {
        let url = format!("{}{path}", service.base);
        let reply = service.client.request(method.clone(), url).send().await.unwrap();
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn a_room_of_others_looks_like_no_room() {
    let service = Service::start().await;
    let id = service.post(4, 2, "secret").await;
    let cells = [
        (Method::GET, "messages".to_owned(), Value::Null),
        (Method::POST, "messages".into(), json!({ "text": "hello" })),
        (Method::GET, format!("reactions?first={id}&last={id}"), Value::Null),
        (Method::PUT, format!("messages/{id}/reaction"), json!({ "kind": "clap" })),
        (Method::DELETE, format!("messages/{id}/reaction"), Value::Null),
        (Method::GET, "events".into(), Value::Null),
        (Method::PUT, "members/1".into(), Value::Null),
        (Method::DELETE, "members/1".into(), Value::Null),
        (Method::DELETE, "members/4".into(), Value::Null),
    ];
    for (method, path, body) in cells {
        let ask = async |room: u64| {
            let path = format!("/v1/rooms/{room}/{path}");
            service.json(1, method.clone(), &path, body.clone()).await
        };
        let others = ask(2).await;
        assert_eq!(others.0, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(others.1["error"], "not_found");
        assert_eq!(ask(77).await, others, "{method} {path}");
    }
    // A message that is not there, or is in another room, looks the same to a member too.
    for message in ["1", &id] {
        let path = format!("/v1/rooms/1/messages/{message}/reaction");
        let (status, body) = service.json(1, Method::PUT, &path, json!({ "kind": "clap" })).await;
        assert_eq!((status, body["error"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
    }
    let (_, page) = service.json(4, Method::GET, "/v1/rooms/2/messages", Value::Null).await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 1, "nothing was written");
    assert_eq!(page["messages"][0]["reactions"], json!({}));
    service.stop().await.1.unwrap();
}
