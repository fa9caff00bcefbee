//! The service as a whole: opens the store, listens, and stops in order.

use std::{
    any::Any,
    future::Future,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use chat_domain::Node;
use chat_store::{
    Decorated, OpenError, Options, RedbStore, Store,
    decorators::Throttle,
    dynamo::{self, DynamoStore},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    accept::{self, Acceptor},
    app::{App, Settings},
    hub::{self, Hub},
    issuer::{DevIssuer, IssuerError},
    metrics::Metrics,
    router,
};

/// How a service runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where clients connect; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where `livez` and `metrics` are served; nowhere if `None`.
    pub admin_listen: Option<SocketAddr>,
    /// The data directory: the development issuer's key, and the embedded store.
    pub data: PathBuf,
    /// Which store.
    pub store: StoreConfig,
    /// Calls of the store above this rate are refused as throttled, to see what that does; no limit if `None`.
    pub store_calls_per_s_max: Option<u32>,
    /// The name in `Server-Timing`: `[A-Za-z0-9._-]{1,64}`.
    pub instance: String,
    /// The number of this instance in message ids, below 1024.
    pub node: u16,
    /// Connections at once, on each listener.
    pub connections_max: usize,
    /// Requests being answered at once; one more is turned away with 503.
    pub in_flight_max: usize,
    /// How long an answer may take before it is given up with 503.
    pub deadline: Duration,
}

impl Config {
    /// The defaults. 16 384 connections hold a load generator's largest default pool of users;
    /// 1024 requests fill the store's queue of writes, and more would only wait; 2 s is far beyond
    /// the objectives (30 and 50 ms) and below the patience of clients.
    pub fn new(listen: SocketAddr, data: PathBuf) -> Self {
        Self {
            listen,
            admin_listen: None,
            data,
            store: StoreConfig::Redb { cache_bytes: Options::default().cache_bytes },
            store_calls_per_s_max: None,
            instance: "chat".into(),
            node: 0,
            connections_max: 16_384,
            in_flight_max: 1024,
            deadline: Duration::from_secs(2),
        }
    }
}

/// Where messages are kept.
#[derive(Clone, Debug)]
pub enum StoreConfig {
    /// In the data directory.
    Redb {
        /// Memory for cached pages.
        cache_bytes: usize,
    },
    /// In tables of DynamoDB, which must be there. The number of this instance is `Config::node`.
    Dynamo(Box<dynamo::Options>),
}

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another process listens there.
    #[error("the address {addr} is in use")]
    PortTaken {
        /// Which.
        addr: SocketAddr,
    },
    /// The address cannot be listened on for another reason.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// Which.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Another process uses the data directory.
    #[error("the data directory {} is in use by another process", dir.display())]
    DataLocked {
        /// Which.
        dir: PathBuf,
    },
    /// The data directory cannot be made or written to.
    #[error("the data directory {} is not writable: {source}", dir.display())]
    DataNotWritable {
        /// Which.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store cannot be opened for another reason.
    #[error(transparent)]
    Store(OpenError),
    /// DynamoDB cannot be used.
    #[error(transparent)]
    Dynamo(#[from] dynamo::OpenError),
    /// The development issuer cannot be set up.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// A name that would not fit `Server-Timing`.
    #[error("the instance name {name:?} must be 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
    InvalidInstance {
        /// What it is.
        name: String,
    },
    /// A number that would not fit message ids.
    #[error("the node number {node} must be below 1024")]
    InvalidNode {
        /// What it is.
        node: u16,
    },
    /// A part of the service panicked.
    #[error("a part of the service failed: {0}")]
    Failed(#[from] tokio::task::JoinError),
    /// Requests were cut because they did not finish in time when the service stopped.
    #[error("{connections} connections were cut when the service stopped")]
    NotDrained {
        /// How many.
        connections: usize,
    },
}

/// A service that listens and has its store open; it answers once it runs.
pub struct Server {
    service: Service,
    public: Listener,
    admin: Option<Listener>,
    connections_max: usize,
}

/// The service over whichever store.
struct Service {
    routes: Router,
    admin_routes: Router,
    metrics: Arc<Metrics>,
    hub: Arc<Hub>,
    /// Closes the store when it is dropped, which waits for its writes.
    app: Box<dyn Any + Send>,
}

struct Listener {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Server {
    /// Checks the configuration, listens and opens the store. Listening comes first: a port that is
    /// taken leaves no data directory behind.
    pub async fn start(config: Config) -> Result<Self, ServeError> {
        let settings = settings(&config)?;
        let public = listen(config.listen).await?;
        let admin = match config.admin_listen {
            Some(addr) => Some(listen(addr).await?),
            None => None,
        };
        let connections_max = config.connections_max;
        let service = Service::open(config, settings).await?;
        Ok(Self { service, public, admin, connections_max })
    }

    /// Where clients connect.
    pub fn local_addr(&self) -> SocketAddr {
        self.public.addr
    }

    /// Where `livez` and `metrics` are served.
    pub fn admin_addr(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|listener| listener.addr)
    }

    /// Answers until `shutdown`, then stops taking connections, ends event streams, finishes requests
    /// in flight (for at most 5 s) and closes the store.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let Self { service, public, admin, connections_max } = self;
        let Service { routes, admin_routes, metrics, hub, app } = service;
        let (stop, stop_admin) = (CancellationToken::new(), CancellationToken::new());
        // A caller who gives this future up stops the service too.
        let _guards = (stop.clone().drop_guard(), stop_admin.clone().drop_guard());
        let acceptor = |listener: Listener, router| Acceptor {
            listener: listener.listener,
            router,
            metrics: Arc::clone(&metrics),
            hub: Arc::clone(&hub),
            connections_max,
        };
        let served = tokio::spawn(accept::serve(acceptor(public, routes), stop.clone()));
        let admin = admin.map(|admin| {
            tokio::spawn(accept::serve(acceptor(admin, admin_routes), stop_admin.clone()))
        });
        shutdown.await;
        stop.cancel();
        let connections = served.await?;
        // Last, so that metrics can be read while requests finish.
        stop_admin.cancel();
        if let Some(admin) = admin {
            admin.await?;
        }
        // Closing the store waits for its writer.
        tokio::task::spawn_blocking(move || drop(app)).await?;
        if connections > 0 { Err(ServeError::NotDrained { connections }) } else { Ok(()) }
    }
}

fn settings(config: &Config) -> Result<Settings, ServeError> {
    let name = &config.instance;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if !(1..=64).contains(&name.len()) || !name.bytes().all(plain) {
        return Err(ServeError::InvalidInstance { name: name.clone() });
    }
    Ok(Settings {
        instance: name.clone(),
        in_flight_max: config.in_flight_max,
        deadline: config.deadline,
        readers_max: hub::READERS_MAX,
    })
}

async fn listen(addr: SocketAddr) -> Result<Listener, ServeError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortTaken { addr },
        _ => ServeError::Listen { addr, source },
    };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    Ok(Listener { listener, addr })
}

impl Service {
    async fn open(config: Config, settings: Settings) -> Result<Self, ServeError> {
        let node = Node::new(config.node);
        let node = node.map_err(|_| ServeError::InvalidNode { node: config.node })?;
        let Config { data, store, store_calls_per_s_max: limit, .. } = config;
        match store {
            StoreConfig::Redb { cache_bytes } => {
                let options = Options { node, cache_bytes, ..Options::default() };
                // Opening may repair: not on a thread of the runtime.
                let open = move || Ok::<_, ServeError>((open_redb(&data, options)?, data));
                let (store, data) = tokio::task::spawn_blocking(open).await??;
                Self::within(limit, store, data, settings).await
            }
            StoreConfig::Dynamo(options) => {
                let store = DynamoStore::open(dynamo::Options { node, ..*options }).await?;
                Self::within(limit, store, data, settings).await
            }
        }
    }

    async fn within<S: Store>(
        limit: Option<u32>,
        store: S,
        data: PathBuf,
        settings: Settings,
    ) -> Result<Self, ServeError> {
        match limit {
            Some(limit) => {
                let store = Decorated::new(Arc::new(store), Throttle::new(limit));
                Self::over(store, data, settings).await
            }
            None => Self::over(store, data, settings).await,
        }
    }

    async fn over<S: Store>(
        store: S,
        data: PathBuf,
        settings: Settings,
    ) -> Result<Self, ServeError> {
        // Making a key waits for the disk.
        let issuer = tokio::task::spawn_blocking(move || DevIssuer::load_or_create(&data));
        let app = App::new(store, issuer.await??.verifier(), settings);
        Ok(Self {
            routes: router::public(&app),
            admin_routes: router::admin(&app),
            metrics: Arc::clone(&app.metrics),
            hub: Arc::clone(&app.hub),
            app: Box::new(app),
        })
    }
}

fn open_redb(data: &Path, options: Options) -> Result<RedbStore, ServeError> {
    RedbStore::open(data, options).map_err(|error| match error {
        OpenError::Locked { dir } => ServeError::DataLocked { dir },
        OpenError::NotWritable { dir, source } => ServeError::DataNotWritable { dir, source },
        other => ServeError::Store(other),
    })
}
