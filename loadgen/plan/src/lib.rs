//! From a scenario file to a plan to arrivals; pure: no clock, no file, no socket, no thread, no ambient randomness.
//!
//! In order: [`scenario`] reads the file into a [`plan`]; [`schedule`] turns the plan into [`arrival`]s,
//! each with its due time; [`schedule_csv`] and [`hash`] make them exportable and comparable;
//! [`expect`] says how many there will be; [`table`] and [`fill`] make each arrival's requests.

pub mod plan;
pub mod scenario;

pub mod arrival;
pub mod draw;
mod exact;
mod invert;
mod owed;
pub mod schedule;
mod spacing;

pub mod expect;
pub mod hash;
pub mod schedule_csv;

pub mod fill;
pub mod table;
