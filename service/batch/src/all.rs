//! All organisations on the free plan, a few at a time; one that fails costs its own limit and no other.

use std::{panic::resume_unwind, sync::Arc};

use chat_domain::OrgId;
use chat_store::{CalculationTable, OrgStore, StoreError};
use tokio::task::JoinSet;

use crate::{
    calls::Calls,
    compute::{ComputeError, Computed, compute},
    settings::Settings,
};

/// Organisations in a page of their list.
const PAGE: usize = 1000;

/// What became of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct All {
    /// Organisations that have a limit of this run.
    pub computed: u64,
    /// Organisations that have not, each told of with its error.
    pub failed: u64,
}

/// Computes and publishes the limit of each, and tells of each as it ends, in whichever order. An error is of the
/// list itself: then some were not begun.
pub async fn compute_all<S: OrgStore + CalculationTable>(
    store: &Arc<S>,
    settings: &Settings,
    mut tell: impl FnMut(OrgId, Result<Computed, ComputeError>),
) -> Result<All, StoreError> {
    let calls = Calls::new(1);
    let mut all = All::default();
    let mut under_way = JoinSet::new();
    let mut after = None;
    loop {
        let page = calls.insist(|| store.list_free_orgs(after, PAGE)).await?;
        for org in page.items {
            if under_way.len() >= settings.orgs_at_once.max(1) {
                all.count(next(&mut under_way).await, &mut tell);
            }
            let (store, settings) = (Arc::clone(store), *settings);
            under_way.spawn(async move { (org, compute(&*store, org, &settings).await) });
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    while !under_way.is_empty() {
        all.count(next(&mut under_way).await, &mut tell);
    }
    Ok(all)
}

/// How an organisation ended.
type Ended = (OrgId, Result<Computed, ComputeError>);

/// The next that ends; none if nothing is under way. A defect there is one here.
async fn next(under_way: &mut JoinSet<Ended>) -> Option<Ended> {
    let joined = under_way.join_next().await?;
    Some(joined.unwrap_or_else(|error| resume_unwind(error.into_panic())))
}

impl All {
    /// One that has left the free plan since it was listed needs no limit, so that is no failure.
    fn count(
        &mut self,
        ended: Option<Ended>,
        tell: &mut impl FnMut(OrgId, Result<Computed, ComputeError>),
    ) {
        match ended {
            None
            | Some((_, Err(ComputeError::UnknownOrg { .. } | ComputeError::NotFree { .. }))) => {
                return;
            }
            Some((_, Ok(_))) => self.computed += 1,
            Some((_, Err(_))) => self.failed += 1,
        }
        if let Some((org, outcome)) = ended {
            tell(org, outcome);
        }
    }
}
