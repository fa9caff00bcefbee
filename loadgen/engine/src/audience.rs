//! The readers of a run as the collector knows them: who is there, and what each has heard.

use std::collections::{BTreeMap, BTreeSet};

use load_plan::plan::Plan;
use run_record::live::ReadersResult;

use crate::attendance::Attendance;

/// What a reader says of itself, and what it hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The target has opened the stream; readers of one `source` are owed the same events.
    Opened { source: u32 },
    /// An event of a request of this run.
    Told(Mark),
    /// Other events.
    Unmarked { count: u32 },
    /// The target says that this reader missed some.
    Resync,
    /// The stream could not be opened, or ended: a word for `errors`, and the status if one came.
    Lost { class: &'static str, status: Option<u16> },
    /// The reader's time is over.
    Left,
}

/// Which request of this run: what its `hanno-arrival` header says after the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) seq: u64,
    pub(crate) step: u16,
}

/// All readers of a plan, numbered over all its streams.
#[derive(Debug)]
pub(crate) struct Audience {
    streams: Vec<Listening>,
    readers: Vec<Reader>,
    /// The readers of each source.
    sources: BTreeMap<u32, BTreeSet<u32>>,
}

/// What went wrong with a reader, and the number of the step it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) step: usize,
    pub(crate) class: &'static str,
    pub(crate) status: Option<u16>,
}

/// A stream of readers.
#[derive(Debug)]
struct Listening {
    name: String,
    /// Its step, by number.
    step: usize,
    starts_ns: u64,
    readers: u32,
    events: u64,
    unmarked: u64,
    resyncs: u64,
}

#[derive(Debug)]
struct Reader {
    /// Index into the streams that listen.
    stream: usize,
    source: Option<u32>,
    attendance: Attendance,
    left_ns: Option<u64>,
}

impl Audience {
    /// `step` gives the number of the step of a stream that listens.
    pub(crate) fn of(plan: &Plan, step: impl Fn(u16) -> usize) -> Self {
        let (mut streams, mut readers) = (Vec::new(), Vec::new());
        for (number, stream) in (0u16..).zip(&plan.streams) {
            let Some((phase, count)) = stream.readers() else { continue };
            let reader = || Reader {
                stream: streams.len(),
                source: None,
                attendance: Attendance::default(),
                left_ns: None,
            };
            readers.extend((0..count).map(|_| reader()));
            streams.push(Listening {
                name: stream.name.clone(),
                step: step(number),
                starts_ns: stream.phases[usize::from(phase)].start_ns,
                readers: count,
                events: 0,
                unmarked: 0,
                resyncs: 0,
            });
        }
        Self { streams, readers, sources: BTreeMap::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Notes what a reader says; gives what of it is an error.
    pub(crate) fn hear(&mut self, reader: u32, at_ns: u64, heard: Heard) -> Option<Trouble> {
        let entry = self.readers.get_mut(reader as usize)?;
        let stream = &mut self.streams[entry.stream];
        let trouble = |class, status| Some(Trouble { step: stream.step, class, status });
        match heard {
            Heard::Opened { source } => {
                entry.source = Some(source);
                entry.attendance.on_opened(at_ns);
                self.sources.entry(source).or_default().insert(reader);
            }
            Heard::Told(_) => stream.events += 1,
            Heard::Unmarked { count } => stream.unmarked += u64::from(count),
            Heard::Resync => {
                stream.resyncs += 1;
                return Some(Trouble { step: stream.step, class: "resync", status: None });
            }
            Heard::Lost { class, status } => {
                entry.attendance.on_lost(at_ns);
                return trouble(class, status);
            }
            Heard::Left => {
                entry.attendance.on_left(at_ns);
                entry.left_ns = Some(at_ns);
            }
        }
        None
    }

    /// Who was owed the event that these were told, and was not: the other readers of their sources.
    pub(crate) fn owed<'a>(
        &'a self,
        told: &'a BTreeMap<u32, u64>,
    ) -> impl Iterator<Item = u32> + 'a {
        let source = |reader: &u32| self.readers.get(*reader as usize)?.source;
        let sources: BTreeSet<u32> = told.keys().filter_map(source).collect();
        let all = sources.into_iter().filter_map(|source| self.sources.get(&source)).flatten();
        all.copied().filter(|reader| !told.contains_key(reader))
    }

    /// Whether one stream of the reader was open from one instant to the other.
    pub(crate) fn covers(&self, reader: u32, from_ns: u64, to_ns: u64) -> bool {
        self.readers[reader as usize].attendance.covers(from_ns, to_ns)
    }

    /// As the record has it.
    pub(crate) fn results(&self, now_ns: u64) -> Vec<ReadersResult> {
        (0..self.streams.len()).map(|at| self.result(at, now_ns)).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits of nanoseconds")]
    fn result(&self, at: usize, now_ns: u64) -> ReadersResult {
        let stream = &self.streams[at];
        let (mut opened, mut reopened, mut absent_ns, mut whole_ns) = (0, 0, 0, 0);
        for reader in self.readers.iter().filter(|reader| reader.stream == at) {
            let times = reader.attendance.opened();
            opened += u32::from(times > 0);
            reopened += times.saturating_sub(1);
            absent_ns += reader.attendance.absent_ns(now_ns);
            whole_ns += reader.left_ns.unwrap_or(now_ns).saturating_sub(stream.starts_ns);
        }
        ReadersResult {
            stream: stream.name.clone(),
            readers: stream.readers,
            opened,
            reopened,
            events: stream.events,
            unmarked_events: stream.unmarked,
            resyncs: stream.resyncs,
            absent_share: absent_ns as f64 / whole_ns.max(1) as f64,
        }
    }
}
