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
        let step = &self.plan.journeys[usize::from(arrival.journey)].steps[index];
        let filled = self.filler.fill(arrival, index);
        let mut headers = filled.headers;
        if let Some(token) = filled.bearer {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if self.plan.trace_header {
            headers.push((TRACE_HEADER.to_owned(), format!("{run:x}/{}/{index}", arrival.seq)));
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
