//! No more calls at once than were allowed, and as many as that.

use std::sync::Arc;

use chat_domain::newest::LIMIT;
use chat_store::Decorated;

use super::{
    answers::found,
    decorators::InFlight,
    generated::Generated,
    world::{AS_OF, World, org},
};
use crate::{Settings, Strategy, compute, compute_all};

#[tokio::test]
async fn an_organisation_has_so_many_calls_under_way_and_no_more() {
    let generated = Arc::new(Generated::new(300, 40));
    for strategy in Strategy::ALL {
        for in_flight_max in [1, 2, 7, 32] {
            let in_flight = InFlight::default();
            let store = Decorated::new(Arc::clone(&generated), in_flight.clone());
            let settings = Settings { in_flight_max, ..Settings::new(strategy, AS_OF) };
            let computed = compute(&store, org(1), &settings).await.unwrap();
            assert_eq!(found(&computed), generated.expected(LIMIT), "{strategy}");
            assert_eq!(in_flight.most(), in_flight_max, "{strategy}");
        }
    }
}

/// Besides the calls of the organisations there is the one that lists them.
#[tokio::test]
async fn all_organisations_together_are_bounded_too() {
    let world = World::new(300).await;
    for (orgs_at_once, in_flight_max) in [(1, 1), (2, 3), (9, 4)] {
        let in_flight = InFlight::default();
        let store = Arc::new(Decorated::new(Arc::clone(&world.store), in_flight.clone()));
        let settings =
            Settings { in_flight_max, orgs_at_once, ..Settings::new(Strategy::ALL[3], AS_OF) };
        let all = compute_all(&store, &settings, |_, _| ()).await.unwrap();
        assert_eq!((all.computed, all.failed), (5, 0));
        assert!(in_flight.most() <= orgs_at_once * in_flight_max + 1, "{}", in_flight.most());
    }
}

#[tokio::test(start_paused = true)]
async fn the_concurrency_that_was_achieved_is_told() {
    let store = Arc::new(Generated::new(64, 10));
    let latency = std::time::Duration::from_millis(10);
    let slow = Decorated::new(store, chat_store::decorators::Delay { latency });
    for (in_flight_max, least) in [(1, 0.99), (32, 5.0)] {
        let settings = Settings { in_flight_max, ..Settings::new(Strategy::ALL[3], AS_OF) };
        let computed = compute(&slow, org(1), &settings).await.unwrap();
        let achieved = computed.concurrency();
        let most = f64::from(u32::try_from(in_flight_max).unwrap()) + 0.01;
        assert!(achieved >= least && achieved <= most, "{in_flight_max}: {achieved}");
    }
}
