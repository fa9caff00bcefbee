//! The runs of the guide: each a scenario, where it goes, its pictures, and what it must show.

use serde_json::Value;

/// One run, and what must be seen in it.
pub(super) struct Shown {
    pub(super) name: &'static str,
    /// In `scenarios/`.
    pub(super) scenario: &'static str,
    pub(super) ground: Ground,
    /// Files of the record's `report/`, and their names in the guide's folder.
    pub(super) pictures: &'static [(&'static str, &'static str)],
    pub(super) fires: &'static [&'static str],
    pub(super) must_not: &'static [&'static str],
    pub(super) facts: &'static [Fact],
}

/// Where a run goes.
pub(super) enum Ground {
    /// To the bundled service, with these flags.
    Bundled(&'static [&'static str]),
    /// To a sink that stands still one second in five.
    Frozen,
    /// To the bundled service on a DynamoDB of its own, whose credentials are renewed so.
    Credentials(&'static str),
}

/// What no finding says.
pub(super) struct Fact {
    pub(super) says: &'static str,
    pub(super) holds: fn(&Value) -> bool,
}

pub(super) const RUNS: &[Shown] = &[
    Shown {
        name: "pace",
        scenario: "pitfall-pace.toml",
        ground: Ground::Bundled(&[]),
        pictures: &[("second-01-paced.svg", "pace-paced"), ("second-02-open.svg", "pace-open")],
        fires: &["CLOSED_MODEL"],
        must_not: &[],
        facts: &[Fact { says: "4 places of the second", holds: |run| places(run) == Some(4) }],
    },
    Shown {
        name: "pace-1000",
        scenario: "pitfall-pace-1000.toml",
        ground: Ground::Bundled(&[]),
        pictures: &[("second-01-paced.svg", "pace-1000-paced")],
        fires: &["CLOSED_MODEL"],
        must_not: &[],
        facts: &[Fact { says: "28 to 32 places of the second", holds: some_thirty }],
    },
    Shown {
        name: "ladder",
        scenario: "pitfall-ladder.toml",
        ground: Ground::Bundled(&[]),
        pictures: &[
            ("response-by-phase.svg", "ladder-by-phase"),
            ("response-by-place.svg", "ladder-by-place"),
        ],
        fires: &["CLOSED_MODEL", "LATENCY_GROWS_WITH_CLUSTER_SIZE"],
        must_not: &[],
        facts: &[],
    },
    Shown {
        name: "pause",
        scenario: "pitfall-pause.toml",
        ground: Ground::Bundled(&["--distance", "50ms"]),
        pictures: &[("timeline-arrivals.svg", "pause-arrivals")],
        fires: &["CLOSED_MODEL"],
        must_not: &[],
        facts: &[Fact { says: "at most six of ten of those asked for", holds: half_came }],
    },
    Shown {
        name: "omission",
        scenario: "pitfall-omission.toml",
        ground: Ground::Frozen,
        pictures: &[
            ("spectrum-01-closed-get-closed.svg", "omission-closed"),
            ("spectrum-02-open-get-open.svg", "omission-open"),
        ],
        fires: &["CLOSED_MODEL", "OBJECTIVE_MISSED"],
        must_not: &[],
        facts: &[Fact { says: "held by who waits, and missed by who does not", holds: one_missed }],
    },
    Shown {
        name: "near",
        scenario: "pitfall-far.toml",
        ground: Ground::Bundled(&[]),
        pictures: &[("where-the-time-went.svg", "near-where")],
        fires: &[],
        must_not: &["PATH_DOMINATES"],
        facts: &[],
    },
    Shown {
        name: "far",
        scenario: "pitfall-far.toml",
        ground: Ground::Bundled(&["--distance", "75ms"]),
        pictures: &[("where-the-time-went.svg", "far-where")],
        fires: &["PATH_DOMINATES"],
        must_not: &[],
        facts: &[],
    },
    Shown {
        name: "sdk-lazy",
        scenario: "pitfall-credentials.toml",
        ground: Ground::Credentials("sdk-lazy"),
        pictures: &[
            ("response-01-reads-get-messages.svg", "credentials-lazy"),
            ("response-by-phase.svg", "credentials-lazy-by-phase"),
        ],
        fires: &["SLOW_WHEN_IDLE"],
        must_not: &[],
        facts: &[],
    },
    Shown {
        name: "refresher",
        scenario: "pitfall-credentials.toml",
        ground: Ground::Credentials("refresher"),
        pictures: &[("response-by-phase.svg", "credentials-refresher-by-phase")],
        fires: &[],
        must_not: &["SLOW_WHEN_IDLE"],
        facts: &[],
    },
];

/// Of the first stream's second.
fn places(run: &Value) -> Option<u64> {
    run["streams"][0]["audit"]["positions"].as_u64()
}

/// There are 32, of which some are 4 ms apart: on a busy machine a group of 31 takes as long to be sent.
fn some_thirty(run: &Value) -> bool {
    places(run).is_some_and(|places| (28..=32).contains(&places))
}

/// How many were asked for is in the finding.
fn half_came(run: &Value) -> bool {
    super::tables::asked(run, "paused")
        .zip(run["streams"][0]["measured"]["planned"].as_u64())
        .is_some_and(|(asked, came)| came * 10 <= asked * 6)
}

/// The first objective of each stream.
fn one_missed(run: &Value) -> bool {
    let status = |step: &str| {
        let mut all = run["objectives"].as_array().into_iter().flatten();
        all.find(|one| one["step"] == step).map(|one| one["status"].clone())
    };
    status("GET, closed") == Some("held".into()) && status("GET, open") == Some("missed".into())
}
