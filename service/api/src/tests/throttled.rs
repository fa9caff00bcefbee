//! A store that refuses what is over its capacity: the client is told so and when to come again, the service lives on.

use std::{sync::Arc, time::Duration};

use chat_domain::{AccountId, RoomId};
use chat_store::{Decorated, Store as _, decorators::Throttle, model::ModelStore};
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::service::client;
use crate::{
    accept::{self, Acceptor},
    app::{App, Settings},
    clock,
    issuer::DevIssuer,
    router,
};

/// A page asks the store twice, for the membership and for the messages, and the first one for the caller's
/// organisation too: two pages are five calls.
const CALLS_PER_S: u32 = 6;

#[tokio::test]
async fn a_throttled_store_is_told_apart_and_nobody_dies_of_it() {
    let model = Arc::new(ModelStore::default());
    model.put_member(RoomId::MIN, AccountId::MIN).await.unwrap();
    let issuer = DevIssuer::generate().unwrap();
    let settings = Settings {
        instance: "test".into(),
        in_flight_max: 10,
        deadline: Duration::from_secs(5),
        readers_max: 10,
    };
    let store = Decorated::new(model, Throttle::new(CALLS_PER_S));
    let app = App::new(store, issuer.verifier(), settings);
    let stop = CancellationToken::new();
    let mut bases = Vec::new();
    let mut served = Vec::new();
    for router in [router::public(&app), router::admin(&app)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        bases.push(format!("http://{}", listener.local_addr().unwrap()));
        let (metrics, hub) = (Arc::clone(&app.metrics), Arc::clone(&app.hub));
        let acceptor = Acceptor { listener, router, metrics, hub, connections_max: 10 };
        served.push(tokio::spawn(accept::serve(acceptor, stop.clone())));
    }
    let now = clock::unix_ms() / 1000;
    let token = issuer.mint(AccountId::MIN, Duration::from_mins(10), now).unwrap();
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..40 {
        let url = format!("{}/v1/rooms/1/messages", bases[0]);
        let reply = client().get(url).bearer_auth(&token).send().await.unwrap();
        if reply.status() == StatusCode::OK {
            answered += 1;
            continue;
        }
        assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(reply.headers().contains_key("retry-after"));
        let problem: Value = reply.json().await.unwrap();
        assert_eq!(problem["error"], "store_throttled", "{problem}");
        refused += 1;
    }
    assert!(answered >= 2 && refused > 0, "{answered} answered, {refused} refused");
    let alive = client().get(format!("{}/livez", bases[1])).send().await.unwrap();
    assert_eq!(alive.status(), StatusCode::OK);
    stop.cancel();
    for served in served {
        assert_eq!(served.await.unwrap(), 0, "no connection was cut");
    }
}
