//! The readers of live events: each holds one stream open while its phase lasts, and says what it hears.
//!
//! They are plain tasks on the users' runtime, not users: they serve no arrivals, so there is nothing
//! that Goose would do for them (ADR 0010).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use load_plan::plan::{Plan, Step};
use serde::Deserialize;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audience::{Heard, Mark};
use crate::clock::Clock;
use crate::deliveries::linger_ns;
use crate::event::Event;
use crate::exchange::Failure;
use crate::flow::Flow;
use crate::http::{EventStream, Http};
use crate::sse::{self, Parser};

/// How long a reader waits before it tries again: a target that fails at once is not flooded, and one
/// that comes back is found soon.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// What the pause doubles up to.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// How the target says that a reader missed something.
const RESYNC: &[u8] = b"resync";

/// All readers of a run at work.
pub(crate) struct Readers {
    tasks: TaskTracker,
}

/// What readers share.
struct Setting {
    clock: Clock,
    flow: Arc<Flow<Http>>,
    events: flume::Sender<Event>,
    /// How the mark of a request of this run begins.
    run: String,
}

/// One reader.
struct Reader {
    setting: Arc<Setting>,
    number: u32,
    stream: u16,
    /// Which of its stream it is: what it draws its row by.
    k: u64,
    source: u32,
    from_ns: u64,
    until_ns: u64,
}

/// Why a reader has no stream of events.
struct Lost(&'static str, Option<u16>);

/// The part of an event's data that says whose doing it was.
#[derive(Deserialize)]
struct Told {
    arrival: String,
}

impl Readers {
    /// Starts all readers of the plan; each waits for its phase, and leaves at `stop`.
    pub(crate) fn start(
        clock: Clock,
        flow: &Arc<Flow<Http>>,
        events: &flume::Sender<Event>,
        runtime: &Runtime,
        stop: &CancellationToken,
    ) -> Self {
        let tasks = TaskTracker::new();
        let setting = Arc::new(Setting {
            clock,
            flow: Arc::clone(flow),
            events: events.clone(),
            run: format!("{:x}/", clock.started_unix_ns()),
        });
        for reader in readers(&setting) {
            tasks.spawn_on(reader.attend(stop.clone()), runtime.handle());
        }
        tasks.close();
        Self { tasks }
    }

    /// Waits until the last has left.
    pub(crate) fn end(self, runtime: &Runtime) {
        runtime.block_on(self.tasks.wait());
    }
}

fn readers(setting: &Arc<Setting>) -> Vec<Reader> {
    let requests = setting.flow.requests();
    let plan = Arc::clone(requests.plan());
    let mut sources: HashMap<String, u32> = HashMap::new();
    let mut readers = Vec::new();
    for (stream, described) in (0u16..).zip(&plan.streams) {
        let Some((phase, count)) = described.readers() else { continue };
        let phase = &described.phases[usize::from(phase)];
        let until_ns = phase.start_ns + phase.duration_ns + linger_ns(&plan);
        for k in 0..u64::from(count) {
            // Readers of one address are owed the same events.
            let path = requests.open(stream, k).path;
            let next = u32::try_from(sources.len()).unwrap_or(u32::MAX);
            readers.push(Reader {
                setting: Arc::clone(setting),
                number: u32::try_from(readers.len()).unwrap_or(u32::MAX),
                stream,
                k,
                source: *sources.entry(path).or_insert(next),
                from_ns: phase.start_ns,
                until_ns,
            });
        }
    }
    readers
}

impl Reader {
    async fn attend(self, stop: CancellationToken) {
        let time = Duration::from_nanos(self.setting.clock.until_ns(self.until_ns));
        tokio::select! {
            () = self.listen() => {}
            () = sleep(time) => {}
            () = stop.cancelled() => {}
        }
        self.say(Heard::Left).await;
    }

    /// Goes on for ever: what is lost is opened again, after a pause that grows while nothing comes.
    async fn listen(&self) {
        sleep(Duration::from_nanos(self.setting.clock.until_ns(self.from_ns))).await;
        let mut pause = PAUSE_MIN;
        loop {
            let Lost(class, status) = match self.open().await {
                Ok(mut stream) => self.read(&mut stream, &mut pause).await,
                Err(lost) => lost,
            };
            self.say(Heard::Lost { class, status }).await;
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    async fn open(&self) -> Result<EventStream, Lost> {
        let step = step(self.setting.flow.requests().plan(), self.stream);
        let request = self.setting.flow.requests().open(self.stream, self.k);
        let opening = self.setting.flow.exchange().open(request);
        let opened = timeout(Duration::from_nanos(step.timeout_ns), opening).await;
        let stream = opened.map_err(|_| Lost("timeout", None))?;
        let stream = stream.map_err(|Failure(class)| Lost(class, None))?;
        match stream.status() {
            status if !step.expect.contains(&status) => Err(Lost("status", Some(status))),
            status if !stream.is_of_events() => Err(Lost("not_an_event_stream", Some(status))),
            _ => Ok(stream),
        }
    }

    /// Reads until the stream ends, and says why it did.
    async fn read(&self, stream: &mut EventStream, pause: &mut Duration) -> Lost {
        self.say(Heard::Opened { source: self.source }).await;
        let mut parser = Parser::default();
        loop {
            let chunk = match stream.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Lost("closed", None),
                Err(Failure(class)) => return Lost(class, None),
            };
            let at_ns = self.setting.clock.now_ns();
            *pause = PAUSE_MIN;
            let Ok(events) = parser.feed(&chunk) else { return Lost("event_too_large", None) };
            self.tell(&events, at_ns).await;
        }
    }

    /// Tells the collector of the events of one chunk; those of others are only counted.
    async fn tell(&self, events: &[sse::Event], at_ns: u64) {
        let mut count = 0;
        for event in events {
            if event.name == RESYNC {
                self.say_at(Heard::Resync, at_ns).await;
            } else if let Some(mark) = mark(&self.setting.run, &event.data) {
                self.say_at(Heard::Told(mark), at_ns).await;
            } else {
                count += 1;
            }
        }
        if count > 0 {
            self.say_at(Heard::Unmarked { count }, at_ns).await;
        }
    }

    async fn say(&self, heard: Heard) {
        self.say_at(heard, self.setting.clock.now_ns()).await;
    }

    async fn say_at(&self, heard: Heard, at_ns: u64) {
        let event = Event::Heard { reader: self.number, at_ns, heard };
        // The collector outlives the readers; without it there is nothing left to tell.
        drop(self.setting.events.send_async(event).await);
    }
}

/// What readers of this stream open.
fn step(plan: &Plan, stream: u16) -> &Step {
    let journey = plan.streams[usize::from(stream)].mix[0].journey;
    &plan.journeys[usize::from(journey)].steps[0]
}

/// Which request of this run an event speaks of, by the field `arrival` of its data, `run/seq/step`.
fn mark(run: &str, data: &[u8]) -> Option<Mark> {
    let told: Told = serde_json::from_slice(data).ok()?;
    let (seq, step) = told.arrival.strip_prefix(run)?.split_once('/')?;
    Some(Mark { seq: seq.parse().ok()?, step: step.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_of_this_run_are_marks() {
        let is = |data: &str| mark("18c/", data.as_bytes());
        assert_eq!(is(r#"{"arrival":"18c/7/0","x":[1]}"#), Some(Mark { seq: 7, step: 0 }));
        for data in [
            "",
            "7",
            "null",
            "not json",
            "{}",
            r#"{"arrival":null}"#,
            r#"{"arrival":7}"#,
            r#"{"arrival":"18d/7/0"}"#,
            r#"{"arrival":"18c/7"}"#,
            r#"{"arrival":"18c/7/0/0"}"#,
            r#"{"arrival":"18c/-7/0"}"#,
            r#"{"arrival":"18c/7/70000"}"#,
        ] {
            assert_eq!(is(data), None, "{data}");
        }
    }
}
