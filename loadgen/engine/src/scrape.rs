//! Asks the target once a second for its metrics: a thread of its own, so that a target that answers slowly
//! delays nothing.

use std::error::Error;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::Client;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::engine::EngineError;
use crate::event::Event;
use crate::metrics::{Metrics, Page};
use crate::ranges::Ranges;

/// How long an answer may take: less than the time to the next question.
const PATIENCE: Duration = Duration::from_millis(900);

/// A longer text is given up: the page of a busy service has a few hundred lines.
const TEXT_BYTES_MAX: usize = 1 << 20;

const NS_PER_S: u64 = 1_000_000_000;

/// Asked so long before a second ends, the answer is there when its row is written.
const EARLY_NS: u64 = 200_000_000;

/// Asks for one page.
pub(crate) struct Scraper {
    runtime: Runtime,
    client: Client,
    metrics: Metrics,
    /// The series of the answers so far.
    kept: Vec<String>,
}

/// Why a target did not tell.
#[derive(Debug, thiserror::Error)]
enum ScrapeError {
    #[error("{}", chain(.0))]
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
    pub(crate) fn new(metrics: Metrics, ranges: &Ranges) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .dns_resolver(ranges.clone())
            .build()
            .map_err(io::Error::other)?;
        Ok(Self { runtime, client, metrics, kept: Vec::new() })
    }

    /// Asks once, so that what was there before the run is known.
    pub(crate) fn before_the_run(mut self, events: &flume::Sender<Event>) -> Asking {
        let text = self.runtime.block_on(text(&self.client, &self.metrics));
        self.tell(0, text, events);
        Asking { scraper: self, events: events.clone() }
    }

    fn ask_each_second(
        mut self,
        clock: Clock,
        events: &flume::Sender<Event>,
        end: &CancellationToken,
    ) {
        let mut due_ns = NS_PER_S - EARLY_NS;
        while !end.is_cancelled() {
            let wait = Duration::from_nanos(clock.until_ns(due_ns));
            // A sleep is made where its runtime is.
            let waited = async { end.run_until_cancelled(tokio::time::sleep(wait)).await };
            if self.runtime.block_on(waited).is_some() {
                self.ask(clock, events);
                due_ns = ((clock.now_ns() + EARLY_NS) / NS_PER_S + 1) * NS_PER_S - EARLY_NS;
            }
        }
        self.ask(clock, events);
    }

    fn ask(&mut self, clock: Clock, events: &flume::Sender<Event>) {
        let at_ns = clock.now_ns();
        let text = self.runtime.block_on(text(&self.client, &self.metrics));
        self.tell(at_ns, text, events);
    }

    /// A target that does not answer leaves a gap, which the record shows.
    fn tell(
        &mut self,
        at_ns: u64,
        text: Result<String, ScrapeError>,
        events: &flume::Sender<Event>,
    ) {
        let page: Result<Page, String> = match text {
            Ok(text) => Ok(self.metrics.page(&text, &mut self.kept)),
            Err(error) => Err(error.to_string()),
        };
        // A full channel means a collector that is behind; the next answer tells as much.
        drop(events.try_send(Event::Scraped { at_ns, page: Box::new(page) }));
    }
}

async fn text(client: &Client, metrics: &Metrics) -> Result<String, ScrapeError> {
    let response = client.get(metrics.url.clone()).send().await?;
    let mut response = response.error_for_status()?;
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        text.extend_from_slice(&chunk);
        if text.len() > TEXT_BYTES_MAX {
            return Err(ScrapeError::TooLong);
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

impl Asking {
    /// Asks each second from now on, and at the end.
    pub(crate) fn start(self, clock: Clock) -> io::Result<Scraping> {
        let end = CancellationToken::new();
        let ended = end.clone();
        let thread = std::thread::Builder::new().name("hanno-scrape".into()).spawn(move || {
            let Self { scraper, events } = self;
            scraper.ask_each_second(clock, &events, &ended);
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

/// The error with its causes, which say what happened; the address is told elsewhere.
fn chain(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let first = if error.is_timeout() { "no answer in time" } else { "no answer" };
    let status = error.status().map(|status| format!("answered {status}"));
    let mut words = vec![status.unwrap_or_else(|| first.to_owned())];
    words.extend(causes.map(ToString::to_string));
    words.dedup();
    words.join(": ")
}
