//! Live events over real connections: who is told what, who is not, and what a reader can cost.

use std::{collections::BTreeMap, time::Duration};

use chat_domain::{AccountId, MessageId, ReactionRecord, RoomId};
use chat_store::{ReactionKey, Written};
use http::{Method, StatusCode};
use reqwest::Response;
use serde_json::{Value, json};

use super::{
    load::{Rigged, rigged},
    service::{Service, client},
};

const EVENTS: &str = "/v1/rooms/1/events";

/// One who reads a stream of events, frame by frame.
struct Listener {
    response: Response,
    text: String,
}

impl Listener {
    /// Only when the service has answered: what is published from then on will come.
    async fn open(service: &Service, account: u64) -> Self {
        let response = service.send(account, Method::GET, EVENTS, Value::Null).await;
        Self::over(response)
    }

    fn over(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next frame without its empty line; none at the end of the stream.
    async fn frame(&mut self) -> Option<String> {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let (frame, rest) = (frame.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(frame);
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.text += std::str::from_utf8(&chunk).unwrap();
        }
    }

    /// The next event: its id and data.
    async fn event(&mut self) -> (u64, Value) {
        let frame = self.frame().await.unwrap();
        let [id, event, data] = frame.lines().collect::<Vec<_>>()[..] else { panic!("{frame}") };
        assert_eq!(event, "event: reaction");
        let id = id.strip_prefix("id: ").unwrap().parse().unwrap();
        (id, serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap())
    }
}

async fn react(service: &Service, account: u64, message: &str, kind: &str, mark: Option<&str>) {
    let url = format!("{}/v1/rooms/1/messages/{message}/reaction", service.base);
    let mut put = service.client.put(url).bearer_auth(service.token(account));
    if let Some(mark) = mark {
        put = put.header("hanno-arrival", mark);
    }
    let reply = put.json(&json!({ "kind": kind })).send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK);
}

fn metric(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().unwrap()
}

#[tokio::test]
async fn every_reader_of_the_room_is_told_of_every_change_once() {
    let service = Service::start().await;
    let message = service.post(1, 1, "hello").await;
    let path = format!("/v1/rooms/1/messages/{message}/reaction");
    let mut readers = [Listener::open(&service, 1).await, Listener::open(&service, 3).await];
    react(&service, 2, &message, "clap", Some("18c/7/0")).await;
    react(&service, 2, &message, "clap", None).await; // changes nothing
    react(&service, 2, &message, "bow", None).await;
    for _ in 0..2 {
        let (status, _) = service.json(2, Method::DELETE, &path, Value::Null).await;
        assert_eq!(status, StatusCode::OK);
    }
    let event = |reaction: Value, version: u64| json!({ "room": "1", "message": message, "account": "2", "reaction": reaction, "version": version });
    let mut marked = event(json!("clap"), 1);
    marked["arrival"] = json!("18c/7/0");
    for reader in &mut readers {
        assert_eq!(reader.event().await, (1, marked.clone()));
        assert_eq!(reader.event().await, (2, event(json!("bow"), 2)));
        assert_eq!(reader.event().await, (3, event(Value::Null, 3)));
    }
    let metrics = format!("{}/metrics", service.admin);
    let text = service.client.get(&metrics).send().await.unwrap().text().await.unwrap();
    assert_eq!(metric(&text, "chat_events_published_total"), 3);
    assert_eq!(metric(&text, "chat_events_delivered_total"), 6);
    assert_eq!(metric(&text, "chat_event_streams"), 2);
    service.stop().await.1.unwrap();
    for reader in &mut readers {
        assert_eq!(reader.frame().await, None, "a stream ends with the service, in order");
    }
}

/// Four writers at once, two for each of two people: of each reaction every version is told once, and the
/// last one is what a read finds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_of_changes_at_once_are_the_state() {
    let service = Service::start().await;
    let message = service.post(1, 1, "hello").await;
    let mut reader = Listener::open(&service, 1).await;
    let write = async |account: u64, kinds: [&str; 3]| {
        for n in 0..30 {
            react(&service, account, &message, kinds[n % 3], None).await;
        }
    };
    let (one, other) = (["clap", "bow", "sad"], ["sad", "clap", "eyes"]);
    tokio::join!(write(2, one), write(2, other), write(3, one), write(3, other));

    let path = format!("/v1/rooms/1/reactions?first={message}&last={message}");
    let mut read = BTreeMap::new();
    for account in [2, 3] {
        let (_, range) = service.json(account, Method::GET, &path, Value::Null).await;
        read.insert(account.to_string(), range["messages"][0]["mine"].clone());
    }
    let changes: u64 = read.values().map(|mine| mine["version"].as_u64().unwrap()).sum();
    let (mut told, mut last_id) = (BTreeMap::<String, BTreeMap<u64, Value>>::new(), 0);
    for _ in 0..changes {
        let (id, data) = reader.event().await;
        assert!(id > last_id, "ids rise");
        last_id = id;
        let of = told.entry(data["account"].as_str().unwrap().to_owned()).or_default();
        let version = data["version"].as_u64().unwrap();
        assert_eq!(of.insert(version, data["reaction"].clone()), None, "told twice");
    }
    for (account, mine) in read {
        let (version, reaction) = told[&account].last_key_value().unwrap();
        assert_eq!(json!({ "reaction": reaction, "version": version }), mine);
        assert_eq!(told[&account].len() as u64, *version, "none is left out");
    }
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn only_what_can_be_a_mark_is_passed_on() {
    let service = Service::start().await;
    let message = service.post(1, 1, "hello").await;
    let mut reader = Listener::open(&service, 1).await;
    let long = "1".repeat(65);
    let marks = ["", " ", "a b", "1\",\"version\":\"9", "ABC", "1/2/3;x", "é", "1/2\t3", &long];
    let kinds = ["clap", "bow"];
    for (mark, kind) in marks.iter().zip(kinds.iter().cycle()) {
        react(&service, 2, &message, kind, Some(mark)).await;
        let (_, data) = reader.event().await;
        assert_eq!(data.get("arrival"), None, "{mark:?}");
    }
    let longest = "f".repeat(64);
    react(&service, 2, &message, "heart", Some(&longest)).await;
    assert_eq!(reader.event().await.1["arrival"], longest);
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn events_of_a_room_are_for_its_members() {
    let service = Service::start().await;
    for (account, path, status) in [
        (4, EVENTS, StatusCode::NOT_FOUND),
        (1, "/v1/rooms/77/events", StatusCode::NOT_FOUND),
        (1, "/v1/rooms/x/events", StatusCode::BAD_REQUEST),
    ] {
        let (found, _) = service.json(account, Method::GET, path, Value::Null).await;
        assert_eq!(found, status, "{account} {path}");
    }
    let reply = service.client.get(format!("{}{EVENTS}", service.base)).send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    service.stop().await.1.unwrap();
}

/// Streams take no permit of requests and have no deadline; of readers there is a cap of their own.
#[tokio::test]
async fn streams_are_no_requests_in_flight_but_have_a_cap() {
    let service = rigged(1, DEADLINE).await;
    let reader = || service.app.hub.read(RoomId::MIN);
    let readers: Vec<_> = (0..10).map(|_| reader().unwrap()).collect();
    let refused = service.listen(&client()).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refused.json::<Value>().await.unwrap()["error"], "too_many_readers");
    assert_eq!(service.app.in_flight.available_permits(), 1);
    drop(readers);
    assert!(reader().is_ok());
    service.stop.cancel();
    assert_eq!(service.served.await.unwrap(), 0);
}

#[tokio::test]
async fn a_reader_that_leaves_leaves_nothing_behind() {
    let service = Service::start().await;
    let message = service.post(1, 1, "hello").await;
    for round in 0..20 {
        let reader = Listener::open(&service, 1).await;
        drop(reader);
        // A write tells the service that nobody reads any more.
        react(&service, 2, &message, if round % 2 == 0 { "clap" } else { "bow" }, None).await;
    }
    let metrics = format!("{}/metrics", service.admin);
    loop {
        let text = service.client.get(&metrics).send().await.unwrap().text().await.unwrap();
        if metric(&text, "chat_event_streams") == 0 {
            break;
        }
    }
    service.stop().await.1.unwrap();
}

/// Over a real connection: the gap is announced, and the stream goes on.
#[tokio::test]
async fn a_reader_that_falls_behind_is_told_of_the_gap() {
    let service = rigged(1, DEADLINE).await;
    let mut reader = Listener::over(service.listen(&client()).await);
    // Nothing runs between these: the ring holds the last 256 of them.
    publish(&service, 1000);
    assert_eq!(reader.frame().await.unwrap(), "event: resync\ndata: {\"missed\":744}");
    assert_eq!(reader.event().await.0, 745);
    assert_eq!(metric(&service.app.metrics.text(), "chat_event_resyncs_total"), 1);
    service.stop.cancel();
    assert_eq!(service.served.await.unwrap(), 0);
}

/// A reader whose socket is full holds its connection, and a stop must not take that for a request cut.
#[tokio::test]
async fn a_reader_that_takes_nothing_does_not_spoil_the_stop() {
    let service = rigged(1, DEADLINE).await;
    let stalled = service.listen(&client()).await;
    let (mut before, mut delivered) = (0, 1);
    // Until nothing more goes out: then the socket is full.
    while delivered > before {
        before = delivered;
        publish(&service, 200);
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        delivered = metric(&service.app.metrics.text(), "chat_events_delivered_total");
    }
    assert_eq!(service.app.hub.readers(), 1);
    service.stop.cancel();
    assert_eq!(service.served.await.unwrap(), 0);
    drop(stalled);
}

const DEADLINE: Duration = Duration::from_secs(20);

fn publish(service: &Rigged, events: u64) {
    let of = ReactionKey { room: RoomId::MIN, message: MessageId::MIN, account: AccountId::MIN };
    for version in 1..=events {
        let record = ReactionRecord { kind: None, version };
        service.app.hub.publish(of, Written { record, changed: true }, None);
    }
}
