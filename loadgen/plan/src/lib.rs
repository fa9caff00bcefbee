//! From a scenario file to a plan to arrivals; pure: no clock, no file, no socket, no thread, no ambient randomness.
//!
//! In order: [`scenario`] reads the file into a [`plan`], with the [`stamps`] of files to be replayed;
//! [`schedule`] turns the plan into [`arrival`]s, each with its due time; [`closed`] is the source of those
//! that depend on answers; [`schedule_csv`] and [`hash`] make them exportable and comparable; [`expect`],
//! [`picture`] and [`coincidence`] say beforehand what will come; [`table`] and [`fill`] make each
//! arrival's requests.

pub mod plan;
pub mod scenario;
pub mod stamps;

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

pub mod schedule_csv;
pub mod hash;

pub mod expect;
pub mod picture;
pub mod coincidence;

pub mod fill;
pub mod table;
