//! Requests against a source that takes 300 ms: none waits with the refresher, and some must with the
//! SDK's own cache.
//!
//! The clock is paused, and an answer of the engine takes no time: a request that takes any has
//! waited for credentials.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Builder, IdentityCache, Region},
};
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use tokio::time::{Instant, sleep};

use super::super::{
    Refresher,
    rehearsal::{LIFE, TAKES, sdk_cache},
};
use crate::clock;

/// How many requests are on the way at once.
const AT_ONCE: usize = 10;

#[tokio::test(start_paused = true)]
async fn no_request_waits_for_the_refresher() {
    let source = Source::new(Duration::from_secs(4), 0..0);
    let refresher = Refresher::start(source.clone().shared()).await.unwrap();
    let client = client(|config| {
        config.identity_cache(IdentityCache::no_cache()).credentials_provider(refresher.held())
    });
    assert_eq!(requests(&client, 60).await, Asked { waited: 0, failed: 0 });
    // Four seconds of life, renewed at half of it, over a minute.
    assert!((25..=31).contains(&source.calls()), "{} calls", source.calls());
}

/// The control.
#[tokio::test(start_paused = true)]
async fn requests_wait_for_the_cache_of_the_sdk() {
    let source = Source::new(Duration::from_secs(14), 0..0).on_the_paused_clock();
    let client = client(|config| {
        config
            .identity_cache(IdentityCache::lazy().build())
            .credentials_provider(source.clone().shared())
    });
    let asked = requests(&client, 60).await;
    // Renewed 5 to 10 seconds before their end, so every 4 to 9 seconds, and each time all ten wait.
    let calls = usize::try_from(source.calls()).unwrap();
    assert!((6..=15).contains(&calls), "{calls} calls");
    assert_eq!(asked, Asked { waited: calls * AT_ONCE, failed: 0 });
}

/// What a rehearsal is to show: each request of a quiet hour waits for the SDK's cache, of a busy one
/// most do not, and none waits for the refresher. The random part of the cache's buffer decides by how
/// much, but not this.
#[tokio::test(start_paused = true)]
async fn a_rehearsal_is_slow_at_a_low_rate_and_with_the_cache_of_the_sdk_only() {
    let source = Source::new(LIFE, 0..0).on_the_paused_clock();
    let lazy = client(|config| {
        config.identity_cache(sdk_cache()).credentials_provider(source.clone().shared())
    });
    assert_eq!(waited_of(&lazy, Duration::from_secs(2), 30).await, 30);
    let busy = waited_of(&lazy, Duration::from_millis(20), 1500).await;
    assert!((150..750).contains(&busy), "{busy}");

    let refresher = Refresher::start(Source::new(LIFE, 0..0).shared()).await.unwrap();
    let kept = client(|config| {
        config.identity_cache(IdentityCache::no_cache()).credentials_provider(refresher.held())
    });
    assert_eq!(waited_of(&kept, Duration::from_secs(2), 30).await, 0);
    assert_eq!(waited_of(&kept, Duration::from_millis(20), 1500).await, 0);
}

/// A source that fails for half a minute: what is held serves until it ends, then requests fail at
/// once, and the first good answer heals it.
#[tokio::test(start_paused = true)]
async fn the_last_good_ones_serve_until_they_end() {
    let source = Source::new(Duration::from_secs(20), 1..6);
    let refresher = Refresher::start(source.clone().shared()).await.unwrap();
    let client = client(|config| {
        config.identity_cache(IdentityCache::no_cache()).credentials_provider(refresher.held())
    });
    assert_eq!(requests(&client, 19).await, Asked { waited: 0, failed: 0 });
    assert!(source.calls() > 1 && refresher.held().now().is_ok());

    let asked = requests(&client, 60).await;
    assert_eq!(asked.waited, 0, "an error comes at once too");
    assert!(asked.failed > 0 && asked.failed < 40 * AT_ONCE, "{asked:?}");
    assert!(refresher.held().now().is_ok(), "healed");
    assert_eq!(requests(&client, 60).await, Asked { waited: 0, failed: 0 });
}

#[tokio::test(start_paused = true)]
async fn ended_credentials_are_not_healthy() {
    let source = Source::new(Duration::from_secs(4), 1..1000);
    let refresher = Refresher::start(source.shared()).await.unwrap();
    assert!(refresher.held().now().is_ok());
    sleep(Duration::from_secs(5)).await;
    let error = refresher.held().now().unwrap_err();
    assert!(crate::causes::causes(&error).contains("expired"), "{error:?}");
}

/// A source that hands out what is about to end, as a cache in front of it does, or that hangs, is
/// not asked in a loop.
#[tokio::test(start_paused = true)]
async fn a_source_is_asked_at_most_once_a_second() {
    let source = Source::new(Duration::from_millis(400), 0..0);
    let _refresher = Refresher::start(source.clone().shared()).await.unwrap();
    sleep(Duration::from_mins(1)).await;
    assert!((40..=61).contains(&source.calls()), "{} calls", source.calls());
}

/// Takes its time, gives credentials of a certain life, and fails on some calls.
#[derive(Clone, Debug)]
struct Source {
    life: Duration,
    fails: Range<u64>,
    calls: Arc<AtomicU64>,
    /// Where `now` is taken from, if not from the calendar.
    time: Option<Time>,
}

impl Source {
    fn new(life: Duration, fails: Range<u64>) -> Self {
        Self { life, fails, calls: Arc::default(), time: None }
    }

    /// For who compares the end with the paused clock, as the SDK does here. The refresher compares
    /// it with the calendar, which stands still meanwhile, and counts what is left by the clock.
    fn on_the_paused_clock(self) -> Self {
        Self { time: Some(Time::start()), ..self }
    }

    fn shared(self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(self)
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl ProvideCredentials for Source {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            sleep(TAKES).await;
            if self.fails.contains(&self.calls.fetch_add(1, Ordering::Relaxed)) {
                return Err(CredentialsError::provider_error("the source is away"));
            }
            let now = self.time.map_or_else(clock::wall, |time| time.now());
            Ok(Credentials::new("id", "secret", None, Some(now + self.life), "test"))
        })
    }
}

/// Calendar time that moves with the paused clock.
#[derive(Clone, Copy, Debug)]
struct Time {
    wall: SystemTime,
    start: Instant,
}

impl Time {
    fn start() -> Self {
        Self { wall: clock::wall(), start: clock::monotonic() }
    }
}

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        self.wall + self.start.elapsed()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Asked {
    waited: usize,
    failed: usize,
}

/// Ten at once, each second.
async fn requests(client: &Client, seconds: u32) -> Asked {
    let mut asked = Asked { waited: 0, failed: 0 };
    for _ in 0..seconds {
        let requests: Vec<_> =
            (0..AT_ONCE).map(|_| tokio::spawn(request(client.clone()))).collect();
        for request in requests {
            let (waited, done) = request.await.unwrap();
            asked.waited += usize::from(waited);
            asked.failed += usize::from(!done);
        }
        sleep(Duration::from_secs(1)).await;
    }
    asked
}

/// How many of so many requests waited, one begun at each interval.
async fn waited_of(client: &Client, every: Duration, count: usize) -> usize {
    let mut requests = Vec::new();
    for _ in 0..count {
        requests.push(tokio::spawn(request(client.clone())));
        sleep(every).await;
    }
    let mut waited = 0;
    for request in requests {
        let (has_waited, done) = request.await.unwrap();
        assert!(done);
        waited += usize::from(has_waited);
    }
    waited
}

async fn request(client: Client) -> (bool, bool) {
    let begun = clock::monotonic();
    let done = client.list_tables().send().await.is_ok();
    (begun.elapsed() > Duration::ZERO, done)
}

fn client(credentials: impl FnOnce(Builder) -> Builder) -> Client {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .time_source(Time::start())
        .http_client(http_client_fn(|_, _| SharedHttpConnector::new(AtOnce)));
    Client::from_conf(credentials(config).build())
}

/// Answers in no time.
#[derive(Debug)]
struct AtOnce;

impl HttpConnector for AtOnce {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::from("{}"));
        HttpConnectorFuture::ready(Ok(answer))
    }
}
