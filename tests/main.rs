//! The `hanno` binary as a user runs it: exit codes, files, signals, and what is left after faults.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../reports/render/tests/render/payloads.rs"]
mod payloads;

mod whole {
    use super::payloads;

    mod support;
    mod chromium;
    mod live_target;
    mod relay;

    mod ad_hoc;
    mod audit;
    mod bad_input;
    mod browser;
    mod bundled;
    mod compared;
    mod compose;
    mod doctor;
    mod faults;
    mod foreign;
    mod histories;
    mod live;
    mod metrics;
    mod outages;
    mod pitfalls;
    mod preflight;
    mod ranges;
    mod record;
    mod replay;
    mod report;
    mod sink;
    mod stores;
    mod verbs;
    mod view_limits;
}
