//! Owns every histogram and every file of a run: takes events, keeps the ledger, writes the record.

use std::sync::Arc;
use std::thread::{sleep, yield_now};
use std::time::Duration;

use load_plan::plan::{Plan, Record};
use run_record::arrival_row::ArrivalRow;
use run_record::metric_row::MetricRow;
use run_record::resource_row::ResourceRow;
use run_record::run::Run;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::event::Event;
use crate::handoff::Handoff;
use crate::ledger::{Ledger, second_of};
use crate::machine::{keep_own_descriptors, let_others_go_first};
use crate::metrics::{self, Page, Value};
use crate::planned::Planned;
use crate::progress::Progress;
use crate::record_dir::{RecordDir, RecordDirError, Streams};
use crate::started::Started;
use crate::watch::Watcher;
use crate::window::Measured;

/// How often events are taken: not one by one, since a wake-up for each would disturb the users it measures.
const TAKE_EVERY: Duration = Duration::from_millis(20);

/// So many events are worked off in some 50 µs. Then whoever waits for this core goes first: the kernel would let the
/// collector finish its slice of milliseconds before a user that has become ready, low priority or not.
const PIECE_EVENTS: usize = 32;

/// Events that may wait; beyond it users wait for the collector, after they have stamped their times.
pub(crate) const EVENTS_MAX: usize = 1 << 16;

/// How often `run.json` is written while the run goes on, in seconds.
const SNAPSHOT_EVERY_S: u32 = 10;

/// How long an interval stays open after its second is over, for events still under way.
const GRACE_NS: u64 = 200_000_000;

const NS_PER_S: u64 = 1_000_000_000;

/// What the collector works with.
pub(crate) struct Collector {
    pub(crate) plan: Arc<Plan>,
    pub(crate) clock: Clock,
    pub(crate) events: flume::Receiver<Event>,
    pub(crate) handoffs: Arc<[Handoff]>,
    pub(crate) planned: Arc<Planned>,
    pub(crate) watcher: Watcher,
    pub(crate) dir: Arc<RecordDir>,
    /// Everything of the record that is known before the run.
    pub(crate) run: Run,
    pub(crate) progress: Box<dyn FnMut(&Progress) + Send>,
    pub(crate) started: Box<dyn FnMut(Started) + Send>,
    /// Cancelled when the record cannot be written: a run that leaves nothing need not go on.
    pub(crate) stop: CancellationToken,
}

/// What is left when the last event has been taken.
pub(crate) struct Collected {
    /// Without findings and verdict.
    pub(crate) run: Run,
    /// Why the record is not whole.
    pub(crate) error: Option<RecordDirError>,
}

impl Collector {
    /// Runs on a thread of its own until every sender of events is gone.
    pub(crate) fn collect(self) -> Collected {
        let_others_go_first();
        keep_own_descriptors();
        let mut book = Book::open(self);
        while book.take_events() {
            book.keep_time();
            sleep(TAKE_EVERY);
        }
        book.close()
    }
}

/// The collector at work.
struct Book {
    with: Collector,
    ledger: Ledger,
    measured: Measured,
    streams: Option<Streams>,
    error: Option<RecordDirError>,
    /// The second that runs.
    second: u32,
    seen: Seen,
}

/// Totals at the end of the last second.
#[derive(Default)]
struct Seen {
    released: u64,
    ended: u64,
}

impl Book {
    fn open(with: Collector) -> Self {
        let mut book = Self {
            ledger: Ledger::new(Arc::clone(&with.plan), Arc::clone(&with.planned)),
            measured: Measured::of(&with.plan),
            streams: None,
            error: None,
            second: 0,
            seen: Seen::default(),
            with,
        };
        match book.with.dir.open_streams(&book.with.plan, book.with.clock.started_unix_ns()) {
            Ok(streams) => book.streams = Some(streams),
            Err(error) => book.give_up(error),
        }
        book.snapshot();
        book
    }

    /// Takes what has come; false when nothing will come any more.
    fn take_events(&mut self) -> bool {
        let now_ns = self.with.clock.now_ns();
        // Looked at first: what was sent before the last sender went is still taken.
        let gone = self.with.events.is_disconnected();
        // All at once: users wait for the lock of the queue no longer than for one exchange.
        let queue = self.with.events.clone();
        let mut drained = queue.drain();
        while drained.len() > 0 {
            // An event is dropped in its own piece: freeing thousands at the end would hold the core for a millisecond.
            for event in drained.by_ref().take(PIECE_EVENTS) {
                self.take(&event, now_ns);
            }
            yield_now();
        }
        !gone
    }

    fn take(&mut self, event: &Event, now_ns: u64) {
        self.ledger.on_event(event, now_ns);
        let row = match event {
            Event::Row { row, .. } => row,
            Event::Scraped { at_ns, page } => return self.take_page(*at_ns, page, now_ns),
            Event::Probe { .. } | Event::Heard { .. } => return,
        };
        if let Some(started) = Started::of(row) {
            (self.with.started)(started);
        }
        if kept(self.with.plan.record, row) {
            self.write(|streams| streams.arrival(row, now_ns));
        }
    }

    fn take_page(&mut self, at_ns: u64, page: &Result<Page, String>, now_ns: u64) {
        if let Some(scraped) = &mut self.with.run.scraped {
            metrics::count(scraped, page);
        }
        for Value { series, counter, value } in page.iter().flat_map(|page| &page.values) {
            let row = MetricRow { at_ns, series: series.clone(), counter: *counter, value: *value };
            self.write(|streams| streams.metric(&row, now_ns));
        }
    }

    fn keep_time(&mut self) {
        let now_ns = self.with.clock.now_ns();
        self.ledger.settle(now_ns);
        self.write_intervals(second_of(now_ns.saturating_sub(GRACE_NS)));
        if second_of(now_ns) > self.second {
            // What ran since the last look was measured if its middle was: a second, or several where this thread
            // was kept from looking, which are those that matter most.
            let begun_ns = u64::from(self.second) * NS_PER_S;
            let measured = self.measured.covers(begun_ns.midpoint(now_ns));
            self.second = second_of(now_ns);
            let row = self.with.watcher.second(self.second, measured);
            self.end_second(row, now_ns);
            self.abort_if_passed();
        }
    }

    /// Stops the run where its plan says that going on shows nothing more.
    fn abort_if_passed(&mut self) {
        if self.with.run.aborted_by.is_none() && !self.with.stop.is_cancelled() {
            self.with.run.aborted_by = self.ledger.aborted_by(self.second);
            if self.with.run.aborted_by.is_some() {
                self.with.stop.cancel();
            }
        }
    }

    /// What was counted in the second that the run's end cut short. Shares over a part of a second say
    /// little, so the summary goes without it.
    fn end_last_second(&mut self, now_ns: u64) {
        if (self.released(), self.ledger.ended()) == (self.seen.released, self.seen.ended) {
            return;
        }
        self.second += 1;
        let row = self.with.watcher.second(self.second, false);
        let measured = self.measured.covers(now_ns);
        self.end_second(ResourceRow { measured, ..row }, now_ns);
    }

    fn end_second(&mut self, mut row: ResourceRow, now_ns: u64) {
        let (released, ended) = (self.released(), self.ledger.ended());
        let waiting = self.with.handoffs.iter().map(Handoff::waiting).sum::<usize>();
        row.released = released - self.seen.released;
        row.ended = ended - self.seen.ended;
        row.waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        let unfinished = released.saturating_sub(ended).saturating_sub(waiting as u64);
        row.in_flight = u32::try_from(unfinished).unwrap_or(u32::MAX);
        self.ledger.second.end(&mut row);
        self.ledger.consumption.end_second(&mut row);
        self.seen = Seen { released, ended };
        self.write(|streams| streams.resource(&row, now_ns));
        self.with.run.watch = self.with.watcher.summary();
        (self.with.progress)(&Progress::of(&row, released, ended, &self.with.plan));
        if self.second.is_multiple_of(SNAPSHOT_EVERY_S) {
            self.snapshot();
        }
    }

    /// Never less than before: what is kept back is told a moment before it is taken.
    fn released(&self) -> u64 {
        self.with.planned.released().max(self.seen.released)
    }

    fn write_intervals(&mut self, before: u32) {
        let taken = self.ledger.intervals.take_before(before);
        if taken.is_empty() {
            return;
        }
        for (second, interval) in taken {
            let span = (u64::from(second) * NS_PER_S, NS_PER_S);
            for (&(number, phase, kind), histogram) in &interval {
                let tag = self.ledger.steps.tag(&self.with.plan, number, phase, kind);
                self.write(|streams| streams.interval(&tag, span, histogram));
                yield_now();
            }
            self.ledger.written(interval);
        }
        self.write(Streams::flush);
    }

    fn snapshot(&mut self) {
        let now_ns = self.with.clock.now_ns();
        self.ledger.fill(&mut self.with.run, now_ns, false);
        if self.error.is_none()
            && let Err(error) = self.with.dir.write_run(&self.with.run)
        {
            self.give_up(error);
        }
    }

    fn write(&mut self, write: impl FnOnce(&mut Streams) -> Result<(), RecordDirError>) {
        if let Some(streams) = &mut self.streams
            && let Err(error) = write(streams)
        {
            self.give_up(error);
        }
    }

    /// Goes on counting, so that nobody waits for the collector, but writes no more.
    fn give_up(&mut self, error: RecordDirError) {
        self.streams = None;
        self.error.get_or_insert(error);
        self.with.stop.cancel();
    }

    fn close(mut self) -> Collected {
        self.ledger.settle_all();
        self.end_last_second(self.with.clock.now_ns());
        self.write_intervals(u32::MAX);
        if let Some(Err(error)) = self.streams.take().map(Streams::finish) {
            self.give_up(error);
        }
        let now_ns = self.with.clock.now_ns();
        self.ledger.fill(&mut self.with.run, now_ns, true);
        self.with.run.watch = self.with.watcher.summary();
        self.with.run.ended_ns = Some(now_ns);
        Collected { run: self.with.run, error: self.error }
    }
}

fn kept(record: Record, row: &ArrivalRow) -> bool {
    match record {
        Record::All {} => true,
        Record::OneIn { n } => row.seq.is_multiple_of(u64::from(n.max(1))),
        Record::None {} => false,
    }
}
