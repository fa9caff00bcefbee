//! All strategies give what sorting everything gives, publish it, and leave nothing else behind.

use chat_domain::newest::{CutOff, LIMIT};
use chat_store::{CalculationTable as _, OrgStore as _};

use super::{
    generated::Generated,
    world::{AS_OF, DAY_MS, FREE, PAID, World, org},
};
use crate::{ComputeError, Computed, Settings, Strategy, compute};

pub(super) fn found(computed: &Computed) -> CutOff {
    let visible = u32::try_from(computed.limit.count).unwrap();
    CutOff { oldest_visible: computed.limit.cut_off, visible }
}

#[tokio::test]
async fn every_strategy_publishes_what_sorting_everything_gives() {
    let world = World::new(1500).await;
    for strategy in Strategy::ALL {
        for (limit, in_flight_max) in [(0, 32), (1, 1), (7, 3), (500, 32), (LIMIT, 3)] {
            for of in FREE {
                let settings = Settings { limit, in_flight_max, ..Settings::new(strategy, AS_OF) };
                let computed = compute(&*world.store, org(of), &settings).await.unwrap();
                let case = format!("{strategy}, limit {limit}, organisation {of}");
                assert_eq!(found(&computed), world.oracle(of, limit), "{case}");
                let kept = world.store.find_view_limit(org(of)).await.unwrap();
                assert_eq!((computed.published, kept), (true, Some(computed.limit)), "{case}");
                let left = world.store.list_calculated(org(of), None, 1).await.unwrap();
                assert!(left.items.is_empty(), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_read_for_who_has_nothing() {
    let world = World::new(100).await;
    for strategy in Strategy::ALL {
        for (of, rooms) in [(5, 0), (6, 0)] {
            let settings = Settings::new(strategy, AS_OF);
            let computed = compute(&*world.store, org(of), &settings).await.unwrap();
            assert_eq!((computed.rooms, computed.reads.items), (rooms, 0), "{strategy}");
            assert_eq!(found(&computed), CutOff::NOTHING, "{strategy}");
            assert_eq!(computed.cut_off_unix_ms(), None);
        }
    }
}

#[tokio::test]
async fn who_pays_or_is_not_there_gets_no_limit() {
    let world = World::new(100).await;
    let settings = Settings::new(Strategy::ALL[3], AS_OF);
    let (paid, unknown) = (org(PAID), org(77));
    let computed = compute(&*world.store, paid, &settings).await;
    assert_eq!(computed, Err(ComputeError::NotFree { org: paid }));
    let computed = compute(&*world.store, unknown, &settings).await;
    assert_eq!(computed, Err(ComputeError::UnknownOrg { org: unknown }));
    for of in [paid, unknown] {
        assert_eq!(world.store.find_view_limit(of).await, Ok(None));
    }
}

#[tokio::test]
async fn a_limit_may_be_computed_again_but_not_replaced_by_an_older_one() {
    let world = World::new(1500).await;
    for strategy in Strategy::ALL {
        let settings = Settings { limit: 100, ..Settings::new(strategy, AS_OF) };
        let first = compute(&*world.store, org(1), &settings).await.unwrap();
        let again = compute(&*world.store, org(1), &settings).await.unwrap();
        assert_eq!((again.limit, again.published), (first.limit, true), "{strategy}");
        let earlier = Settings { as_of_unix_ms: AS_OF - DAY_MS, ..settings };
        let older = compute(&*world.store, org(1), &earlier).await.unwrap();
        assert!(!older.published && older.limit.cut_off < first.limit.cut_off, "{strategy}");
        assert_eq!(world.store.find_view_limit(org(1)).await, Ok(Some(first.limit)), "{strategy}");
    }
}

#[tokio::test]
async fn generated_organisations_of_any_shape_give_what_arithmetic_gives() {
    // The last has a million messages; the table, which would write them, is left to the smaller ones.
    for (rooms, each, strategies) in [
        (1, 0, 0..4),
        (1, 5000, 0..4),
        (1, 20_000, 0..4),
        (7, 800, 0..4),
        (300, 40, 0..4),
        (1000, 1000, 2..4),
    ] {
        let store = Generated::new(rooms, each);
        for strategy in &Strategy::ALL[strategies] {
            let settings = Settings::new(*strategy, AS_OF);
            let computed = compute(&store, org(1), &settings).await.unwrap();
            assert_eq!(found(&computed), store.expected(LIMIT), "{strategy} {rooms} x {each}");
            assert_eq!(computed.rooms, rooms);
        }
    }
}
