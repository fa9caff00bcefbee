//! How far back a caller may look: what the view-limit batch has published for its organisation, remembered for a
//! while, so that a page of messages does not cost three more reads each time.
//!
//! A limit applies from its first computation on. Who is in no organisation, whose organisation has no limit yet, and
//! who pays sees everything: a message that is shown a day too long is asked for by nobody, one that is withheld
//! wrongly by everybody (ADR 0017).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chat_domain::{
    AccountId, MessageId,
    newest::{LIMIT, Window},
};
use chat_store::{OrgStore, Plan, StoreError, ViewLimit};

/// How long an account's view is used before it is looked up again: so long at most a new limit, another plan or
/// another organisation takes to be seen. The batch runs once a day.
const LIFE_MS: u64 = 60_000;

/// Accounts in each of two generations: some 40 bytes each, 1.3 MB in all.
const GENERATION_MAX: usize = 16_384;

/// Which messages an account sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// All of them.
    Everything,
    /// This one and newer ones, as far as they are not too old when they are read.
    Since(MessageId),
}

/// The views of the accounts that read of late.
#[derive(Debug, Default)]
pub(crate) struct Views(Mutex<Generations>);

/// When the young are full they become the old, and the old are forgotten: bounded without a search for the
/// least used.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<AccountId, Kept>,
    old: HashMap<AccountId, Kept>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    view: View,
    since_unix_ms: u64,
}

impl View {
    /// The oldest message that is visible at a time; none if no message is too old.
    pub(crate) fn oldest(self, now_unix_ms: u64) -> Option<MessageId> {
        match self {
            Self::Everything => None,
            Self::Since(first) => {
                Some(Window::at(now_unix_ms, MessageId::MAX, LIMIT).oldest.max(first))
            }
        }
    }
}

impl From<ViewLimit> for View {
    /// Where no message was visible, those after the snapshot are.
    fn from(limit: ViewLimit) -> Self {
        let after = MessageId::new(limit.snapshot.number() + 1).unwrap_or(MessageId::MAX);
        Self::Since(limit.cut_off.unwrap_or(after))
    }
}

impl Views {
    /// Of an account. An error of the store is the caller's: nobody knows then what may be shown.
    pub(crate) async fn find(
        &self,
        store: &impl OrgStore,
        account: AccountId,
        now_unix_ms: u64,
    ) -> Result<View, StoreError> {
        if let Some(view) = self.kept(account, now_unix_ms) {
            return Ok(view);
        }
        let view = find(store, account).await?;
        self.keep(account, Kept { view, since_unix_ms: now_unix_ms });
        Ok(view)
    }

    /// What is as young as it must be; after a clock was set back, nothing is.
    fn kept(&self, account: AccountId, now_unix_ms: u64) -> Option<View> {
        let generations = self.generations();
        let kept = generations.young.get(&account).or_else(|| generations.old.get(&account))?;
        let age_ms = now_unix_ms.checked_sub(kept.since_unix_ms)?;
        (age_ms < LIFE_MS).then_some(kept.view)
    }

    fn keep(&self, account: AccountId, kept: Kept) {
        let mut generations = self.generations();
        if generations.young.len() >= GENERATION_MAX {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(account, kept);
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The plan is asked for last: most callers have no limit that it could lift.
async fn find(store: &impl OrgStore, account: AccountId) -> Result<View, StoreError> {
    let Some(org) = store.find_account(account).await? else { return Ok(View::Everything) };
    let Some(limit) = store.find_view_limit(org).await? else { return Ok(View::Everything) };
    let found = store.find_org(org).await?;
    // One that has paid since keeps its limit until it is overwritten, and is not held to it.
    let free = found.is_some_and(|org| org.plan == Plan::Free);
    Ok(if free { limit.into() } else { View::Everything })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chat_domain::{EPOCH_UNIX_MS, OrgId};
    use chat_store::{Decorated, Operation, Org, decorators::Observe, model::ModelStore};

    use super::*;

    /// 2026-11-01T00:00:00Z.
    const NOW: u64 = 1_793_491_200_000;
    const DAY_MS: u64 = 86_400_000;

    fn posted(unix_ms: u64) -> MessageId {
        MessageId::new((unix_ms - EPOCH_UNIX_MS) << 22).unwrap()
    }

    fn limit(cut_off: Option<MessageId>) -> ViewLimit {
        let snapshot = posted(NOW - DAY_MS);
        ViewLimit { org: OrgId::MIN, cut_off, count: 1, snapshot, as_of_unix_ms: NOW - DAY_MS }
    }

    #[test]
    fn the_later_of_cut_off_and_age_is_the_oldest_visible() {
        let (young, old) = (posted(NOW - 10 * DAY_MS), posted(NOW - 40 * DAY_MS - 1));
        let edge = posted(NOW - 40 * DAY_MS);
        let after = MessageId::new(posted(NOW - DAY_MS).number() + 1).unwrap();
        for (cut_off, oldest) in
            [(Some(young), young), (Some(edge), edge), (Some(old), edge), (None, after)]
        {
            assert_eq!(View::from(limit(cut_off)).oldest(NOW), Some(oldest), "{cut_off:?}");
        }
        assert_eq!(View::Everything.oldest(NOW), None);
    }

    #[tokio::test]
    async fn only_a_free_organisation_with_a_limit_is_held_to_it() {
        let limited = View::Since(posted(NOW - 10 * DAY_MS));
        for (plan, in_org, computed, view) in [
            (Some(Plan::Free), true, true, limited),
            (Some(Plan::Free), true, false, View::Everything),
            (Some(Plan::Free), false, true, View::Everything),
            (Some(Plan::Paid), true, true, View::Everything),
            (None, true, true, View::Everything),
        ] {
            let store = ModelStore::default();
            if let Some(plan) = plan {
                store.put_org(Org { org: OrgId::MIN, plan }).await.unwrap();
            }
            if in_org {
                store.put_account(AccountId::MIN, OrgId::MIN).await.unwrap();
            }
            if computed {
                store.put_view_limit(limit(Some(posted(NOW - 10 * DAY_MS)))).await.unwrap();
            }
            let found = Views::default().find(&store, AccountId::MIN, NOW).await;
            assert_eq!(found, Ok(view), "{plan:?}, in it {in_org}, computed {computed}");
        }
    }

    #[tokio::test]
    async fn what_was_found_is_used_for_its_life_and_no_longer() {
        let observe = Observe::default();
        let store = Decorated::new(Arc::new(ModelStore::default()), observe.clone());
        let views = Views::default();
        for (now, asked) in [(NOW, 1), (NOW + LIFE_MS - 1, 1), (NOW + LIFE_MS, 2), (NOW, 3)] {
            views.find(&store, AccountId::MIN, now).await.unwrap();
            assert_eq!(observe.observed(Operation::FindAccount).begun, asked, "{now}");
        }
    }

    #[test]
    fn accounts_are_bounded_and_the_latest_are_known() {
        let views = Views::default();
        let kept = Kept { view: View::Everything, since_unix_ms: NOW };
        for number in 1..=(3 * GENERATION_MAX as u64) {
            let account = AccountId::new(number).unwrap();
            views.keep(account, kept);
            assert_eq!(views.kept(account, NOW), Some(View::Everything));
        }
        let generations = views.generations();
        assert_eq!(generations.young.len(), GENERATION_MAX);
        assert_eq!(generations.old.len(), GENERATION_MAX);
    }
}
