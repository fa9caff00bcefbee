//! Releases arrivals at their due times, drives the users, and records what became of each.
//!
//! In order: the [`pacer`] takes arrivals from the schedule and leaves each at the [`handoff`] when it is
//! due; a user (run by Goose, see [`users`]) takes it and serves its [`journey`] over [`http`]; every step
//! attempted becomes a row for the [`collector`], which keeps the [`ledger`] and writes the record.

pub mod engine;
mod start;

pub mod clock;
mod connections;
mod exchange;
mod flow;
mod handoff;
mod http;
mod journey;
mod pacer;
mod planned;
pub mod requests;
mod server_timing;
pub mod targets;
mod think;
mod times;
mod users;

mod collector;
mod event;
mod intervals;
mod lateness;
mod ledger;
pub mod machine;
mod objectives;
mod probes;
pub mod progress;
pub mod record_dir;
pub mod record_read;
mod rows;
mod segment;

#[cfg(test)]
mod simulated;
mod steps;
mod tally;
mod watch;
mod window;
