//! A relay on this machine in front of the engine: it can be cut, and can swallow what it is sent.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// Dropping it closes the listener and all connections.
pub(super) struct Relay {
    address: SocketAddr,
    task: JoinHandle<()>,
    swallows: Arc<AtomicBool>,
}

impl Relay {
    /// On any free port.
    pub(super) async fn start(engine: &str) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), engine).await
    }

    /// On the port of one that was cut.
    pub(super) async fn start_at(address: SocketAddr, engine: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let engine = engine.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let swallows = Arc::<AtomicBool>::default();
        let task = tokio::spawn(serve(listener, engine, Arc::clone(&swallows)));
        Self { address, task, swallows }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether new connections are accepted and never answered.
    pub(super) fn swallow(&self, swallows: bool) {
        self.swallows.store(swallows, Ordering::Relaxed);
    }

    /// Ends it; when this returns, its port answers no more.
    pub(super) async fn cut(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

async fn serve(listener: TcpListener, engine: String, swallows: Arc<AtomicBool>) {
    // The connections end with this set, and the set with this task.
    let mut connections = JoinSet::new();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        if swallows.load(Ordering::Relaxed) {
            connections.spawn(async move {
                let _held = client;
                std::future::pending::<()>().await;
            });
            continue;
        }
        let engine = engine.clone();
        connections.spawn(async move {
            if let Ok(mut server) = TcpStream::connect(engine).await {
                // A connection that breaks is what the tests are about.
                drop(copy_bidirectional(&mut client, &mut server).await);
            }
        });
    }
}
