//! Overload, deadlines and panics: each costs its own request and no other.

use std::{sync::Arc, time::Duration};

use axum::routing::get;
use chat_domain::{AccountId, RoomId};
use chat_store::{Store as _, model::ModelStore};
use http::StatusCode;
use reqwest::{Client, Response};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::service::client;
use crate::{
    accept::{self, Acceptor},
    app::{App, Settings},
    clock,
    issuer::DevIssuer,
    router,
};

/// A service over the model store, with a route that panics and one that waits to be released.
pub(super) struct Rigged {
    pub(super) base: String,
    pub(super) app: Arc<App<ModelStore>>,
    issuer: DevIssuer,
    entered: mpsc::UnboundedReceiver<()>,
    release: Arc<Notify>,
    pub(super) stop: CancellationToken,
    pub(super) served: JoinHandle<usize>,
}

async fn boom() -> &'static str {
    panic!("on purpose")
}

pub(super) async fn rigged(in_flight_max: usize, deadline: Duration) -> Rigged {
    let settings = Settings { instance: "test".into(), in_flight_max, deadline, readers_max: 10 };
    let issuer = DevIssuer::generate().unwrap();
    let app = App::new(ModelStore::default(), issuer.verifier(), settings);
    app.store.put_member(RoomId::MIN, AccountId::MIN).await.unwrap();
    let (enter, entered) = mpsc::unbounded_channel();
    let release = Arc::new(Notify::new());
    let released = Arc::clone(&release);
    let wait = move || async move {
        enter.send(()).unwrap();
        released.notified().await;
        "released"
    };
    let rooms = router::rooms().route("/v1/panic", get(boom)).route("/v1/wait", get(wait));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = router::finish(&app, rooms);
    let metrics = Arc::clone(&app.metrics);
    let stop = CancellationToken::new();
    let hub = Arc::clone(&app.hub);
    let acceptor = Acceptor { listener, router, metrics, hub, connections_max: 100 };
    let served = tokio::spawn(accept::serve(acceptor, stop.clone()));
    Rigged { base, app, issuer, entered, release, stop, served }
}

impl Rigged {
    /// Opens the events of the only room.
    pub(super) async fn listen(&self, client: &Client) -> Response {
        let now = clock::unix_ms() / 1000;
        let token = self.issuer.mint(AccountId::MIN, Duration::from_mins(10), now).unwrap();
        let url = format!("{}/v1/rooms/1/events", self.base);
        client.get(url).bearer_auth(token).send().await.unwrap()
    }

    fn get(&self, path: &str) -> impl Future<Output = (StatusCode, Value, bool)> + Send + 'static {
        let request = client().get(format!("{}{path}", self.base));
        async move {
            let reply = request.send().await.unwrap();
            let again = reply.headers().contains_key("retry-after");
            assert!(reply.headers().contains_key("server-timing"));
            (reply.status(), reply.json().await.unwrap_or(Value::Null), again)
        }
    }
}

#[tokio::test]
async fn a_panic_costs_one_request() {
    let service = rigged(10, Duration::from_secs(20)).await;
    // More than there are permits: a panic gives its permit back.
    for _ in 0..20 {
        let (status, body, _) = service.get("/v1/panic").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body["error"], "internal");
        assert!(!body.to_string().contains("purpose"), "nothing of the inside is told");
    }
    assert_eq!(service.get("/readyz").await.0, StatusCode::OK);
    let text = service.app.metrics.text();
    let line = r#"chat_requests_total{route="/v1/panic",method="GET",status="5xx"} 20"#;
    assert!(text.contains(line), "{text}");
    service.stop.cancel();
    assert_eq!(service.served.await.unwrap(), 0);
}

#[tokio::test]
async fn one_request_too_many_is_turned_away_at_once() {
    let mut service = rigged(1, Duration::from_secs(20)).await;
    let first = tokio::spawn(service.get("/v1/wait"));
    service.entered.recv().await.unwrap();
    let (status, body, again) = service.get("/v1/wait").await;
    assert_eq!((status, again), (StatusCode::SERVICE_UNAVAILABLE, true));
    assert_eq!(body["error"], "overloaded");
    assert_eq!(service.get("/readyz").await.0, StatusCode::OK, "full is not dead");
    assert!(service.app.metrics.text().contains("chat_shed_total 1"));
    service.release.notify_one();
    assert_eq!(first.await.unwrap().0, StatusCode::OK);
    service.release.notify_one();
    assert_eq!(service.get("/v1/wait").await.0, StatusCode::OK, "the permit is free again");
    service.stop.cancel();
    assert_eq!(service.served.await.unwrap(), 0);
}

#[tokio::test]
async fn a_request_over_its_deadline_is_given_up() {
    let service = rigged(1, Duration::from_millis(20)).await;
    for _ in 0..3 {
        let (status, body, again) = service.get("/v1/wait").await;
        assert_eq!((status, again), (StatusCode::SERVICE_UNAVAILABLE, true));
        assert_eq!(body["error"], "deadline");
    }
    service.stop.cancel();
    assert_eq!(service.served.await.unwrap(), 0);
}

#[tokio::test]
async fn stopping_finishes_what_is_in_flight() {
    let mut service = rigged(10, Duration::from_secs(20)).await;
    let in_flight = tokio::spawn(service.get("/v1/wait"));
    service.entered.recv().await.unwrap();
    service.stop.cancel();
    // The listener is closed before the last request ends.
    while client().get(&service.base).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!in_flight.is_finished());
    service.release.notify_one();
    assert_eq!(in_flight.await.unwrap().0, StatusCode::OK);
    assert_eq!(service.served.await.unwrap(), 0, "nothing was cut");
}
