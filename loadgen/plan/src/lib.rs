//! From a scenario file to a plan to arrivals; pure: no clock, no file, no socket, no thread, no ambient randomness.
//!
//! In order: [`scenario`] reads the file into a [`plan`]; [`schedule`] turns the plan into [`arrival`]s,
//! each with its due time; [`schedule_csv`] and [`hash`] make them exportable and comparable;
//! [`closed`] is the source of those that depend on answers; [`expect`] and [`picture`] say how many there will be, and when; [`table`] and [`fill`] make each arrival's requests.

pub mod plan;
pub mod scenario;

pub mod arrival;
pub mod draw;
mod exact;
mod invert;
mod owed;
mod runs;
pub mod schedule;
mod sine;
mod sorted;
mod spacing;
mod timed;

pub mod closed;

pub mod coincidence;
pub mod expect;
pub mod picture;
pub mod hash;
pub mod schedule_csv;

pub mod fill;
pub mod stamps;
pub mod table;
