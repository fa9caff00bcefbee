//! What can be audited, and how each is read: in bounded memory, put in order as far as that goes.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use load_engine::record_read::RecordFiles;
use load_plan::plan::Record;
use run_analysis::audit::{Audited, Auditor, Fold, HELD_MAX, Order, RunAuditor, Started};
use run_record::foreign;
use run_record::run::Run;
use run_record::{histogram, record_us};
use run_render::audit::Stream;

use super::sink_log::{self, Seen};
use super::{Judged, against};
use crate::args::{AuditArgs, AuditFormat};
use crate::files;

/// Reads and judges.
pub(super) fn read(args: &AuditArgs) -> anyhow::Result<Judged> {
    let path = &args.path;
    let format = match &args.format {
        Some(format) => format.clone(),
        None if path.is_dir() => AuditFormat::Record,
        None => AuditFormat::Sink,
    };
    if let (Some(record), AuditFormat::Sink) = (&args.against, &format) {
        return against::read(path, record);
    }
    if args.against.is_some() {
        bail!("--against is for a log of the sink: only there requests carry their numbers");
    }
    match format {
        AuditFormat::Record => record(path),
        AuditFormat::Sink => sink(path),
        AuditFormat::Foreign(format) => log(path, &format),
    }
}

/// The streams of a record: from its rows, or from `run.json` where not all rows were kept.
fn record(path: &Path) -> anyhow::Result<Judged> {
    let files = RecordFiles::open(path).context("not a record that can be audited")?;
    if !matches!(files.run.plan.record, Record::All {}) {
        return Ok(from_run(&files.run));
    }
    let mut auditor = RunAuditor::of(&files.run.plan);
    let mut lateness: Vec<_> = files.run.streams.iter().map(|_| histogram()).collect();
    let places = places(&files.run);
    let mut notes = Vec::new();
    for row in files.sent() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                notes.push(format!("a part of the record cannot be read: {error}"));
                continue;
            }
        };
        let place = places.get(&(row.stream.as_str(), row.phase.as_str()));
        let Some((stream, phase)) = place.copied() else { continue };
        auditor.started(Started { stream, phase, sent_ns: row.sent_ns, response_us: None });
        record_us(&mut lateness[usize::from(stream)], row.sent_ns.saturating_sub(row.due_ns));
    }
    let streams = files.run.streams.iter().zip(auditor.finish()).zip(lateness);
    let streams = streams.filter_map(|((stream, audited), lateness_us)| {
        let name = stream.name.clone();
        Some(Stream { name, audited: audited?, lateness_us: Some(lateness_us) })
    });
    Ok(Judged { streams: streams.collect(), matched: None, notes })
}

/// The indices of streams and phases by their names.
fn places(run: &Run) -> HashMap<(&str, &str), (u16, u16)> {
    let streams = (0_u16..).zip(&run.plan.streams);
    streams
        .flat_map(|(number, stream)| {
            let phases = (0_u16..).zip(&stream.phases);
            phases
                .map(move |(phase, of)| ((stream.name.as_str(), of.name.as_str()), (number, phase)))
        })
        .collect()
}

fn from_run(run: &Run) -> Judged {
    let audited = run.streams.iter().filter_map(|stream| {
        let audit = stream.audit.clone()?;
        let audited = Audited {
            audit,
            gaps: histogram(),
            fold: Fold::of_times([]),
            places: stream.places.clone(),
        };
        Some(Stream { name: stream.name.clone(), audited, lateness_us: None })
    });
    let note = "the record does not hold the rows of all arrivals: this is the judgement of the run itself";
    Judged { streams: audited.collect(), matched: None, notes: vec![note.to_owned()] }
}

/// All requests of a sink's log as one stream. Where some carry numbers, the first steps of those alone.
fn sink(path: &Path) -> anyhow::Result<Judged> {
    let mut log = sink_log::read(files::open(path)?, &path.display().to_string())?;
    let mut all = Ordered::new();
    let mut firsts = Ordered::new();
    let mut left_out = 0_u64;
    for seen in &mut log {
        let Seen { arrived_ns, tag, .. } = seen?;
        all.push(arrived_ns);
        match tag {
            Some(tag) if tag.step == 0 => firsts.push(arrived_ns),
            _ => left_out += 1,
        }
    }
    let numbered = firsts.count > 0;
    let mut notes: Vec<String> = log.cut().map(str::to_owned).into_iter().collect();
    if numbered && left_out > 0 {
        notes.push(format!(
            "{left_out} requests that are no first request of an arrival are left out"
        ));
    }
    if numbered {
        notes.push(
            "streams are judged together and without a plan: `--against RECORD` judges each by its own".to_owned(),
        );
    }
    Ok(one(path, if numbered { firsts } else { all }, notes))
}

/// Another tool's log.
fn log(path: &Path, format: &foreign::Format) -> anyhow::Result<Judged> {
    let place = || format!("{} (--format {format})", path.display());
    let mut starts = foreign::starts::<File>(format, files::open(path)?).with_context(place)?;
    let mut all = Ordered::new();
    for start in &mut starts {
        all.push(start.with_context(place)?.start_ns);
    }
    let mut notes = Vec::new();
    if starts.cut() {
        notes.push("the log ends in mid-line; that line is left out".to_owned());
    }
    let resolution_ns = starts.resolution_ns();
    let mut judged = one(path, all, notes);
    for stream in &mut judged.streams {
        stream.audited.audit.resolution_ns = resolution_ns.filter(|ns| *ns > 1);
    }
    Ok(judged)
}

fn one(path: &Path, times: Ordered, notes: Vec<String>) -> Judged {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let stream = Stream { name, audited: times.finish(), lateness_us: None };
    Judged { streams: vec![stream], matched: None, notes }
}

/// Times out of order by no more than is held back.
struct Ordered {
    order: Order<()>,
    auditor: Auditor,
    count: u64,
}

impl Ordered {
    fn new() -> Self {
        Self { order: Order::new(HELD_MAX), auditor: Auditor::unplanned(), count: 0 }
    }

    fn push(&mut self, at_ns: u64) {
        self.count += 1;
        if let Some((at_ns, ())) = self.order.push(at_ns, ()) {
            self.auditor.push(at_ns);
        }
    }

    fn finish(mut self) -> Audited {
        while let Some((at_ns, ())) = self.order.pop() {
            self.auditor.push(at_ns);
        }
        self.auditor.finish()
    }
}

/// Where a path is no record, and what it could be.
pub(super) fn planned(record: &Path) -> anyhow::Result<Run> {
    let files = RecordFiles::open(record)
        .map_err(|error| anyhow!(error).context("--against takes the directory of a record"))?;
    Ok(files.run)
}
