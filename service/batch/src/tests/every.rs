//! All organisations: each free one once, none that pays, and a fault in one costs no other.

use std::{collections::BTreeMap, sync::Arc};

use chat_store::{Operation, OrgStore as _, StoreError};

use super::{
    answers::found,
    decorators::failing,
    world::{AS_OF, FREE, PAID, World, org},
};
use crate::{All, ComputeError, Computed, Settings, Strategy, compute_all};

#[tokio::test]
async fn each_free_organisation_is_computed_once() {
    let world = World::new(600).await;
    for strategy in Strategy::ALL {
        let settings = Settings { limit: 100, ..Settings::new(strategy, AS_OF) };
        let mut told = BTreeMap::new();
        let tell = |org, computed| assert!(told.insert(org, computed).is_none(), "{org} twice");
        let all = compute_all(&world.store, &settings, tell).await.unwrap();
        assert_eq!(all, All { computed: 5, failed: 0 }, "{strategy}");
        assert!(told.keys().copied().eq(FREE.map(org)), "{strategy}");
        for of in FREE {
            let computed = told[&org(of)].as_ref().unwrap();
            assert_eq!(found(computed), world.oracle(of, 100), "{strategy}, organisation {of}");
        }
        assert_eq!(world.store.find_view_limit(org(PAID)).await, Ok(None));
    }
}

#[tokio::test]
async fn one_that_fails_costs_no_other() {
    let world = World::new(300).await;
    let corrupt = StoreError::Corrupt("bits".to_owned());
    let store = Arc::new(failing(&world.store, Operation::ListAccounts, 1, corrupt.clone()));
    let settings = Settings::new(Strategy::ALL[3], AS_OF);
    let mut failed = Vec::new();
    let tell = |org, computed: Result<Computed, ComputeError>| {
        failed.extend(computed.err().map(|error| (org, error)));
    };
    let all = compute_all(&store, &settings, tell).await.unwrap();
    assert_eq!(all, All { computed: 4, failed: 1 });
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].1, ComputeError::Store(corrupt));
    assert_eq!(world.store.find_view_limit(failed[0].0).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_is_an_error() {
    let world = World::new(100).await;
    let away = StoreError::Unavailable("away".to_owned());
    let whole = All { computed: 5, failed: 0 };
    for (times, ended) in [(2, Ok(whole)), (u32::MAX, Err(away.clone()))] {
        let store = Arc::new(failing(&world.store, Operation::ListFreeOrgs, times, away.clone()));
        let settings = Settings::new(Strategy::ALL[3], AS_OF);
        assert_eq!(compute_all(&store, &settings, |_, _| ()).await, ended);
    }
}
