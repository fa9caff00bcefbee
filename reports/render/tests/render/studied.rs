//! A study as it could be: four strategies on two stores, in which there is everything that a page shows.

use run_analysis::study::{
    Again, BreakEven, Money, Point, PriceList, Retry, RetryOutcome, SCHEMA, Study, Sweep,
    Throttling,
};
use run_record::environment::Environment;

const STORES: [&str; 2] = ["redb", "dynamodb-local"];

/// Name, nanoseconds and write units for each message, pages for each room.
const STRATEGIES: [(&str, u64, u32, u64); 4] = [
    ("table", 900_000, 2, 10),
    ("sorted-map", 1_500, 0, 10),
    ("merge", 800, 0, 4),
    ("select", 200, 0, 1),
];

/// All of it.
pub(crate) fn study() -> Study {
    let rooms = [10, 100, 1_000, 100_000];
    let cases = rooms.into_iter().flat_map(|rooms| {
        [0.0, 0.0001, 0.001, 0.01].into_iter().flat_map(move |share| {
            [Again::Room, Again::Organisation].map(|again| (again, rooms, share))
        })
    });
    Study {
        schema: SCHEMA,
        made_unix_ns: 1_795_343_465_000_000_000,
        environment: Environment {
            hanno: "0.1.0".to_owned(),
            cpu_model: "a machine".to_owned(),
            cores: 2,
            cores_given: 2.0,
            ..Environment::default()
        },
        limit: 5000,
        days_max: 40,
        in_flight_max: 32,
        prices: PriceList {
            as_of: "2026-11".to_owned(),
            sources: vec!["the price list".to_owned()],
            doubts: vec!["us-east-1: storage".to_owned()],
            within_s: 3600,
        },
        points: points(),
        throttling: vec![throttling("table", 66_000), throttling("select", 0)],
        retries: cases.map(retry).collect(),
        break_even: vec![
            BreakEven { rooms: 1, factor: 400.0, failure_share: None },
            BreakEven { rooms: 1000, factor: 400.0, failure_share: Some(0.0083) },
        ],
        notes: vec!["The engine is local: its times are not those of DynamoDB.".to_owned()],
    }
}

fn points() -> Vec<Point> {
    let messages = [1_000, 10_000, 100_000].map(|messages| (Sweep::Messages, (100, messages)));
    let rooms = [1, 10, 1_000].map(|rooms| (Sweep::Rooms, (rooms, 100_000)));
    let mut points = Vec::new();
    for (sweep, size) in messages.into_iter().chain(rooms) {
        for store in STORES {
            points.extend(STRATEGIES.map(|strategy| point(sweep, store, strategy, size)));
        }
    }
    points
}

fn point(sweep: Sweep, store: &str, strategy: (&str, u64, u32, u64), size: (u32, u32)) -> Point {
    let ((name, ns, writes, pages), (rooms, messages)) = (strategy, size);
    let slow = if store == "redb" { 1 } else { 10 };
    let written = f64::from(messages) * f64::from(writes);
    let money = |region: &str, million: f64| {
        let run_usd = written * million / 1e6 + 1e-6;
        let (month_usd, provisioned_month_usd) = (30.0 * run_usd, 0.57);
        Money { region: region.to_owned(), run_usd, month_usd, provisioned_month_usd }
    };
    Point {
        sweep,
        store: store.to_owned(),
        strategy: name.to_owned(),
        accounts: 20,
        rooms: rooms.into(),
        messages: messages.into(),
        cut_off: Some("9007199254740993".to_owned()),
        visible: u64::from(messages.min(5000)),
        took_us: u64::from(messages) * ns * slow / 1000,
        memory_bytes: Some(u64::from(messages) * ns / 100 + 4096),
        pages: u64::from(rooms) * pages,
        items: messages.into(),
        longest_chain: pages,
        in_flight_share: (rooms > 32).then_some(0.93),
        read_units: f64::from(messages) / 41.0,
        write_units: written + 1.0,
        throttled: u64::from(writes) * 7,
        paused_us: u64::from(writes) * 600_000,
        money: vec![money("us-east-1", 0.625), money("ap-northeast-1", 0.715)],
    }
}

fn throttling(strategy: &str, refused: u64) -> Throttling {
    Throttling {
        strategy: strategy.to_owned(),
        throughput: "4 partitions on demand, no splits".to_owned(),
        rooms: 100,
        messages: 100_000,
        requests: 5_000,
        throttled: refused / 20,
        asked: 100_000 + refused,
        refused,
        reasons: [("TableWriteKeyRangeThroughputExceeded".to_owned(), refused)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        took_us: 200_000 + refused * 1_000,
        unlimited_us: 200_000,
        paused_us: refused * 2_000,
        given_up: refused / 10_000,
    }
}

fn retry((again, rooms, failure_share): (Again, u32, f64)) -> Retry {
    let kept = (1.0 - failure_share).powf(rooms.into());
    let done_apart = (1.0 - failure_share.powf(3.0)).powf(rooms.into());
    let outcome = RetryOutcome {
        attempts: 1.0 + failure_share,
        pages: f64::from(rooms) * (1.0 + failure_share),
        finished_share: if again == Again::Room { done_apart } else { kept },
    };
    Retry {
        again,
        rooms: rooms.into(),
        failure_share,
        attempts_max: 3,
        pages_least: rooms.into(),
        expected: outcome,
        simulated: outcome,
        read_units: outcome.pages * 25.0,
        write_units: 0.0,
    }
}
