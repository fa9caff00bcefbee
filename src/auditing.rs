//! The audit that goes on beside a run: what the engine tells of each arrival goes to the pure auditor, which the
//! engine does not know.

use std::sync::{Arc, Mutex, PoisonError};

use load_engine::started;
use load_plan::plan::Plan;
use run_analysis::audit::{RunAuditor, Started};
use run_record::run::Run;

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
