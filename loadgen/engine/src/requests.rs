//! Makes the request of each step from its templates, and marks it with the arrival it belongs to.

use std::sync::Arc;

use load_plan::arrival::Arrival;
use load_plan::fill::{FilledBody, Filler, Unfit};
use load_plan::plan::Plan;
use load_plan::table::Rows;

use crate::exchange::Prepared;

/// The header that lets a sink tell which arrival a request is: `run/seq/step`.
const TRACE_HEADER: &str = "hanno-arrival";

/// The requests of a plan, with the rows behind them.
#[derive(Debug)]
pub struct Requests {
    plan: Arc<Plan>,
    filler: Filler,
}

impl Requests {
    /// `tables` in the order of the plan's.
    ///
    /// # Errors
    /// When the rows do not fit the plan's placeholders.
    pub fn new(plan: Arc<Plan>, tables: Vec<Rows>) -> Result<Self, Unfit> {
        let filler = Filler::new(Arc::clone(&plan), tables)?;
        Ok(Self { plan, filler })
    }

    /// The plan behind them.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The request of a step of an arrival; `run` tells this run from others at the target.
    pub(crate) fn prepare(&self, run: u64, arrival: &Arrival, index: usize) -> Prepared {
        let mut prepared = self.fill(arrival, index);
        if self.plan.trace_header {
            let mark = format!("{run:x}/{}/{index}", arrival.seq);
            prepared.headers.push((TRACE_HEADER.to_owned(), mark));
        }
        prepared
    }

    /// What reader `k` of a stream opens: what arrival `k` would send, without a mark, for it is none.
    pub(crate) fn open(&self, stream: u16, k: u64) -> Prepared {
        let journey = self.plan.streams[usize::from(stream)].mix[0].journey;
        let arrival = Arrival { seq: 0, n: k, due_ns: 0, stream, phase: 0, journey };
        let mut prepared = self.fill(&arrival, 0);
        if !prepared.headers.iter().any(|(name, _)| name == "accept") {
            prepared.headers.push(("accept".to_owned(), "text/event-stream".to_owned()));
        }
        prepared
    }

    fn fill(&self, arrival: &Arrival, index: usize) -> Prepared {
        let step = &self.plan.journeys[usize::from(arrival.journey)].steps[index];
        let filled = self.filler.fill(arrival, index);
        let mut headers = filled.headers;
        if let Some(token) = filled.bearer {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        Prepared {
            endpoint: step.endpoint,
            method: step.request.method.clone(),
            path: filled.path,
            headers,
            body: filled.body.map(|body| match body {
                FilledBody::Json(text) => (text.into_bytes(), "application/json"),
                FilledBody::Text(text) => (text.into_bytes(), "text/plain; charset=utf-8"),
            }),
        }
    }
}
