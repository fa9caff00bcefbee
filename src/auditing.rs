//! The audit that goes on beside a run: what the engine tells of each arrival goes to the pure auditor, which the
//! engine does not know. Of a run that was killed, the same is made of the rows that it left.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hdrhistogram::Histogram;
use load_engine::record_read::RecordFiles;
use load_engine::started;
use load_plan::plan::Plan;
use run_analysis::audit::{Audited, RunAuditor, Started};
use run_record::run::Run;
use run_record::{histogram, record_us};

/// Shared with the collector's thread while the run goes on; nobody else asks for the lock then.
pub(crate) struct Auditing(Arc<Mutex<RunAuditor>>);

impl Auditing {
    /// Of the arrivals of a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
        Self(Arc::new(Mutex::new(RunAuditor::of(plan))))
    }

    /// What the engine tells.
    pub(crate) fn observer(&self) -> Box<dyn FnMut(started::Started) + Send> {
        let auditor = Arc::clone(&self.0);
        Box::new(move |told: started::Started| {
            let started::Started { stream, phase, sent_ns, response_ns } = told;
            let response_us =
                response_ns.map(|ns| u32::try_from((ns + 500) / 1_000).unwrap_or(u32::MAX));
            let mut auditor = auditor.lock().unwrap_or_else(PoisonError::into_inner);
            auditor.started(Started { stream, phase, sent_ns, response_us });
        })
    }

    /// Judges each stream, once the run is over.
    pub(crate) fn write_into(self, run: &mut Run) {
        let mut auditor = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let audited = std::mem::take(&mut *auditor).finish();
        for (stream, audited) in run.streams.iter_mut().zip(audited) {
            let Some(audited) = audited else { continue };
            (stream.audit, stream.places) = (Some(audited.audit), audited.places);
        }
    }
}

/// What the rows of a record say of its arrivals.
pub(crate) struct OfRows {
    /// For each stream; none where nothing arrives in measured phases.
    pub(crate) audited: Vec<Option<Audited>>,
    /// For each stream: sent less due.
    pub(crate) lateness_us: Vec<Histogram<u64>>,
    /// What could not be read.
    pub(crate) notes: Vec<String>,
    /// First requests that were read.
    pub(crate) rows: u64,
}

impl OfRows {
    /// Puts the judgements where the run has none; without a row there is nothing to judge.
    pub(crate) fn write_into(self, run: &mut Run) {
        for (stream, audited) in run.streams.iter_mut().zip(self.audited) {
            stream.audit = audited.filter(|_| self.rows > 0).map(|audited| audited.audit);
        }
    }
}

/// Audits a record anew.
pub(crate) fn of_rows(files: &RecordFiles) -> OfRows {
    let mut auditor = RunAuditor::of(&files.run.plan);
    let mut lateness_us: Vec<_> = files.run.streams.iter().map(|_| histogram()).collect();
    let places = places(&files.run.plan);
    let (mut notes, mut rows) = (Vec::new(), 0);
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
        rows += 1;
        auditor.started(Started { stream, phase, sent_ns: row.sent_ns, response_us: None });
        if let Some(lateness_us) = lateness_us.get_mut(usize::from(stream)) {
            record_us(lateness_us, row.sent_ns.saturating_sub(row.due_ns));
        }
    }
    OfRows { audited: auditor.finish(), lateness_us, notes, rows }
}

/// The indices of streams and phases by their names.
fn places(plan: &Plan) -> HashMap<(&str, &str), (u16, u16)> {
    let streams = (0_u16..).zip(&plan.streams);
    streams
        .flat_map(|(number, stream)| {
            let phases = (0_u16..).zip(&stream.phases);
            phases
                .map(move |(phase, of)| ((stream.name.as_str(), of.name.as_str()), (number, phase)))
        })
        .collect()
}
