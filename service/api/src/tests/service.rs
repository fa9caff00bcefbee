//! A running service with a few rooms, and a client for it.

use std::{net::SocketAddr, path::Path, time::Duration};

use chat_domain::{AccountId, RoomId};
use chat_store::{Options, RedbStore, Store};
use http::{Method, StatusCode};
use reqwest::{Client, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    issuer::DevIssuer,
    serve::{Config, ServeError, Server},
};

/// Accounts 1, 2 and 3 are in room 1; account 4 is in room 2.
pub(crate) struct Service {
    pub(crate) base: String,
    pub(crate) admin: String,
    pub(crate) client: Client,
    pub(crate) issuer: DevIssuer,
    pub(crate) dir: TempDir,
    stop: CancellationToken,
    serving: JoinHandle<Result<(), ServeError>>,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = RedbStore::open(dir.path(), Options::default()).unwrap();
        for (room, account) in [(1, 1), (1, 2), (1, 3), (2, 4)] {
            let (room, account) = (RoomId::new(room).unwrap(), AccountId::new(account).unwrap());
            store.put_member(room, account).await.unwrap();
        }
        drop(store);
        Self::start_in(dir).await
    }

    pub(crate) async fn start_in(dir: TempDir) -> Self {
        let config = Config { admin_listen: Some(loopback()), ..config(dir.path()) };
        let server = Server::start(config).await.unwrap();
        let base = format!("http://{}", server.local_addr());
        let admin = format!("http://{}", server.admin_addr().unwrap());
        let issuer = DevIssuer::load_or_create(dir.path()).unwrap();
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.run_until(stop.clone().cancelled_owned()));
        Self { base, admin, client: client(), issuer, dir, stop, serving }
    }

    /// Stops it; the directory is free afterwards.
    pub(crate) async fn stop(self) -> (TempDir, Result<(), ServeError>) {
        self.stop.cancel();
        (self.dir, self.serving.await.unwrap())
    }

    pub(crate) fn token(&self, account: u64) -> String {
        let account = AccountId::new(account).unwrap();
        self.issuer.mint(account, Duration::from_mins(10), clock::unix_ms() / 1000).unwrap()
    }

    /// A request of an account, with a JSON body unless it is null.
    pub(crate) async fn send(
        &self,
        account: u64,
        method: Method,
        path: &str,
        body: Value,
    ) -> Response {
        let url = format!("{}{path}", self.base);
        let mut request = self.client.request(method, url).bearer_auth(self.token(account));
        if !body.is_null() {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    /// The JSON of a reply that must have this status.
    pub(crate) async fn json(
        &self,
        account: u64,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let response = self.send(account, method, path, body).await;
        (response.status(), response.json().await.unwrap_or(Value::Null))
    }

    /// Posts into a room; the id.
    pub(crate) async fn post(&self, account: u64, room: u64, text: &str) -> String {
        let path = format!("/v1/rooms/{room}/messages");
        let body = serde_json::json!({ "text": text });
        let (status, posted) = self.json(account, Method::POST, &path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{posted}");
        posted["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn loopback() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

pub(crate) fn config(dir: &Path) -> Config {
    Config::new(loopback(), dir.to_owned())
}

pub(crate) fn client() -> Client {
    Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}
