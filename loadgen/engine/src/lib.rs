//! Releases arrivals at their due times, drives the users, and records what became of each.
//!
//! In order: the `pacer` takes arrivals from the schedule and leaves each at the `handoff` when it is
//! due; a user (run by Goose, see `users`) takes it and serves its `journey` over `http`; every step
//! attempted becomes a row for the `collector`, which keeps the `ledger` and writes the record.

pub mod engine;
mod start;

mod pacer;
pub mod clock;
mod exact_timer;
mod closed;
mod planned;
mod handoff;
mod users;
mod flow;
mod journey;
mod think;
pub mod requests;
mod exchange;
mod times;
mod http;
mod server_timing;
pub mod targets;
pub mod ranges;
mod preflight;
mod handshake;

mod readers;
mod sse;

mod event;
mod rows;
mod probes;
mod scrape;
pub mod metrics;
mod exposition;
mod collector;
mod ledger;
mod deliveries;
mod audience;
mod attendance;
mod steps;
mod lateness;
mod errors;
mod second;
mod consumption;
mod tally;
mod objectives;
mod abort;
mod intervals;
mod phase_totals;
mod instances;
mod window;
mod watch;
pub mod machine;
pub mod progress;
pub mod started;
pub mod record_dir;
mod segment;
pub mod record_read;

#[cfg(test)]
mod simulated;
