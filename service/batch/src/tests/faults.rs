//! What fails for a moment is asked again; what does not pass is an error, and never a limit.

use chat_domain::newest::{CutOff, reading::ReadingError};
use chat_store::{Operation, OrgStore as _, StoreError};

use super::{
    answers::found,
    decorators::failing,
    generated::Generated,
    world::{AS_OF, World, org},
};
use crate::{ComputeError, Settings, Strategy, compute};

/// Each call that the batch makes.
const CALLS: [Operation; 9] = [
    Operation::FindOrg,
    Operation::ListAccounts,
    Operation::ListJoinedRooms,
    Operation::FindLastActivity,
    Operation::ListMessageIds,
    Operation::InsertCalculated,
    Operation::ListCalculated,
    Operation::DeleteCalculated,
    Operation::PutViewLimit,
];

fn away() -> StoreError {
    StoreError::Unavailable("away".to_owned())
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_a_moment_is_asked_again() {
    let world = World::new(300).await;
    for strategy in Strategy::ALL {
        let settings = Settings { limit: 100, in_flight_max: 1, ..Settings::new(strategy, AS_OF) };
        // Two failures are within the attempts of a call, five within those of the organisation.
        for (operation, times) in CALLS.into_iter().flat_map(|call| [(call, 2), (call, 5)]) {
            for error in [away(), StoreError::Throttled("units".to_owned()), StoreError::Overloaded]
            {
                let store = failing(&world.store, operation, times, error);
                let computed = compute(&store, org(1), &settings).await.unwrap();
                let case = format!("{strategy}, {} fails {times} times", operation.name());
                assert_eq!(found(&computed), world.oracle(1, 100), "{case}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_on_failing_is_an_error_and_publishes_nothing() {
    let world = World::new(300).await;
    for strategy in Strategy::ALL {
        let settings = Settings::new(strategy, AS_OF);
        let store = failing(&world.store, Operation::ListMessageIds, u32::MAX, away());
        let error = compute(&store, org(1), &settings).await.unwrap_err();
        let by_room = matches!(error, ComputeError::Page { ref source, .. } if *source == away());
        assert!(by_room || error == ComputeError::Store(away()), "{strategy}: {error}");
        assert!(error.to_string().contains("away"), "{strategy}: {error}");
        assert_eq!(world.store.find_view_limit(org(1)).await, Ok(None), "{strategy}");
    }
}

/// A time without a pause: nothing was waited for.
#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_not_asked_again() {
    let world = World::new(300).await;
    let begun = tokio::time::Instant::now();
    for strategy in Strategy::ALL {
        let corrupt = StoreError::Corrupt("bits".to_owned());
        let store = failing(&world.store, Operation::ListMessageIds, 1, corrupt.clone());
        let computed = compute(&store, org(1), &Settings::new(strategy, AS_OF)).await;
        assert_eq!(computed, Err(ComputeError::Store(corrupt)), "{strategy}");
    }
    assert!(begun.elapsed().is_zero());
}

#[tokio::test]
async fn a_room_that_vanishes_counts_with_what_was_read_of_it() {
    let store = std::sync::Arc::new(Generated::new(2, 50));
    for strategy in Strategy::ALL {
        let settings = Settings { in_flight_max: 1, ..Settings::new(strategy, AS_OF) };
        // The first page of one of two rooms.
        let one = failing(&store, Operation::ListMessageIds, 1, StoreError::NotFound);
        let computed = compute(&one, org(1), &settings).await.unwrap();
        assert_eq!(computed.limit.count, 50, "{strategy}");
        let both = failing(&store, Operation::ListMessageIds, 2, StoreError::NotFound);
        let computed = compute(&both, org(1), &settings).await.unwrap();
        assert_eq!(found(&computed), CutOff::NOTHING, "{strategy}");
        // Only `select` asks for activities; it reads no room that has none.
        let silent = failing(&store, Operation::FindLastActivity, 2, StoreError::NotFound);
        let computed = compute(&silent, org(1), &settings).await.unwrap();
        let count = if strategy.name() == "select" { 0 } else { 100 };
        assert_eq!(computed.limit.count, count, "{strategy}");
    }
}

#[tokio::test]
async fn ids_out_of_order_are_an_error_and_not_an_answer() {
    for strategy in Strategy::ALL {
        let store = Generated::new(3, 50).rising();
        let error = compute(&store, org(1), &Settings::new(strategy, AS_OF)).await.unwrap_err();
        let told = matches!(error, ComputeError::Reading(ReadingError::Disorder(_)));
        assert!(told, "{strategy}: {error}");
    }
}
