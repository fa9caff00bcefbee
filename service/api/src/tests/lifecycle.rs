//! Start and stop: what refuses to start and why, and what a restart finds.

use http::{Method, StatusCode};
use serde_json::Value;

use super::service::{Service, config};
use crate::serve::{Config, ServeError, Server};

async fn refused(config: Config) -> ServeError {
    match Server::start(config).await {
        Ok(_) => panic!("it must not start"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_taken_port_is_named_and_leaves_no_data() {
    let service = Service::start().await;
    let addr = service.base.trim_start_matches("http://").parse().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let error = refused(Config { listen: addr, ..config(&data) }).await;
    assert!(matches!(error, ServeError::PortTaken { addr: found } if found == addr), "{error:?}");
    assert_eq!(error.to_string(), format!("the address {addr} is in use"));
    assert!(!data.exists());
    let admin = Config { admin_listen: Some(addr), ..config(&data) };
    assert!(matches!(refused(admin).await, ServeError::PortTaken { .. }));
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn a_directory_in_use_or_not_writable_is_named() {
    let service = Service::start().await;
    let dir = service.dir.path().to_owned();
    let error = refused(config(&dir)).await;
    assert!(matches!(&error, ServeError::DataLocked { dir: found } if *found == dir), "{error:?}");

    let file = dir.join("file");
    std::fs::write(&file, "not a directory").unwrap();
    let error = refused(config(&file.join("data"))).await;
    assert!(matches!(error, ServeError::DataNotWritable { .. }), "{error:?}");
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn names_and_numbers_that_do_not_fit_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["", "two words", "quote\"", "line\nfeed", &"x".repeat(65)] {
        let error = refused(Config { instance: name.to_owned(), ..config(dir.path()) }).await;
        assert!(matches!(error, ServeError::InvalidInstance { .. }), "{name:?}");
    }
    let error = refused(Config { node: 1024, ..config(dir.path()) }).await;
    assert!(matches!(error, ServeError::InvalidNode { node: 1024 }));
}

#[tokio::test]
async fn a_restart_finds_what_was_acknowledged_and_keeps_tokens_valid() {
    let service = Service::start().await;
    let id = service.post(1, 1, "before").await;
    let token = service.token(1);
    let (dir, stopped) = service.stop().await;
    stopped.unwrap();
    let service = Service::start_in(dir).await;
    let url = format!("{}/v1/rooms/1/messages", service.base);
    let reply = service.client.get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(reply.json::<Value>().await.unwrap()["messages"][0]["id"], id);
    assert!(service.post(1, 1, "after").await.parse::<u64>().unwrap() > id.parse().unwrap());
    service.stop().await.1.unwrap();
}

#[tokio::test]
async fn a_stopped_service_lets_go_of_idle_connections() {
    let service = Service::start().await;
    // Leaves a kept-alive connection in the client's pool.
    let reply = service.send(1, Method::GET, "/v1/rooms/1/messages", Value::Null).await;
    assert_eq!(reply.status(), StatusCode::OK);
    let client = service.client.clone();
    service.stop().await.1.unwrap();
    drop(client);
}
