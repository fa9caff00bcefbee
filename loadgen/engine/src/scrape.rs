//! Asks the target once a second what its store has consumed: a thread of its own, so that a target that
//! answers slowly delays nothing.

use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::{Client, Url};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::engine::EngineError;
use crate::event::Event;
use crate::exposition;
use crate::targets::LoopbackResolver;

/// How long an answer may take: less than the time to the next question.
const PATIENCE: Duration = Duration::from_millis(900);

/// A longer text is given up: the page of a busy service has a few hundred lines.
const TEXT_BYTES_MAX: usize = 1 << 20;

const NS_PER_S: u64 = 1_000_000_000;

/// Asked so long before a second ends, the answer is there when its row is written.
const EARLY_NS: u64 = 200_000_000;

/// Asks one address.
pub(crate) struct Scraper {
    runtime: Runtime,
    client: Client,
    url: Url,
}

/// Why a target did not tell.
#[derive(Debug, thiserror::Error)]
enum ScrapeError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the text is longer than {TEXT_BYTES_MAX} bytes")]
    TooLong,
}

/// A scraper that has asked once, and whom it tells.
pub(crate) struct Asking {
    scraper: Scraper,
    events: flume::Sender<Event>,
}

/// The thread that asks, and how it is ended.
pub(crate) struct Scraping {
    thread: JoinHandle<()>,
    end: CancellationToken,
}

impl Scraper {
    /// A client of its own: what it sends is no part of the load.
    pub(crate) fn new(base: &str) -> io::Result<Self> {
        let url =
            Url::parse(base).and_then(|base| base.join("metrics")).map_err(io::Error::other)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .dns_resolver(LoopbackResolver)
            .build()
            .map_err(io::Error::other)?;
        Ok(Self { runtime, client, url })
    }

    /// Asks once, so that what was consumed before the run is known.
    pub(crate) fn before_the_run(self, events: &flume::Sender<Event>) -> Asking {
        self.runtime.block_on(self.ask(0, events));
        Asking { scraper: self, events: events.clone() }
    }

    async fn ask_each_second(
        &self,
        clock: Clock,
        events: &flume::Sender<Event>,
        end: &CancellationToken,
    ) {
        let mut due_ns = NS_PER_S - EARLY_NS;
        while !end.is_cancelled() {
            let wait = Duration::from_nanos(clock.until_ns(due_ns));
            if end.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
                self.ask(clock.now_ns(), events).await;
                due_ns = ((clock.now_ns() + EARLY_NS) / NS_PER_S + 1) * NS_PER_S - EARLY_NS;
            }
        }
        self.ask(clock.now_ns(), events).await;
    }

    /// A target that does not answer leaves a gap, which the record shows.
    async fn ask(&self, at_ns: u64, events: &flume::Sender<Event>) {
        match self.text().await {
            // A full channel means a collector that is behind; the next answer tells as much.
            Ok(text) => {
                let totals = exposition::consumed(&text);
                drop(events.try_send(Event::Consumed { at_ns, totals }));
            }
            Err(error) => tracing::debug!("{} does not say what was consumed: {error}", self.url),
        }
    }

    async fn text(&self) -> Result<String, ScrapeError> {
        let mut response = self.client.get(self.url.clone()).send().await?.error_for_status()?;
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            text.extend_from_slice(&chunk);
            if text.len() > TEXT_BYTES_MAX {
                return Err(ScrapeError::TooLong);
            }
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

impl Asking {
    /// Asks each second from now on, and at the end.
    pub(crate) fn start(self, clock: Clock) -> io::Result<Scraping> {
        let end = CancellationToken::new();
        let ended = end.clone();
        let thread = std::thread::Builder::new().name("hanno-scrape".into()).spawn(move || {
            let Self { scraper, events } = self;
            scraper.runtime.block_on(scraper.ask_each_second(clock, &events, &ended));
        })?;
        Ok(Scraping { thread, end })
    }
}

impl Scraping {
    /// Asks a last time and ends.
    pub(crate) fn end(self) -> Result<(), EngineError> {
        self.end.cancel();
        self.thread.join().map_err(|_| EngineError::Defect("scraper"))
    }
}
