//! From a record to a summary, findings and a verdict; pure: no clock, no file, no environment, no network.
//!
//! [`fitness`] says whether a machine can be measured on at all; [`audit`] judges how arrivals were spread in
//! time, while a run goes on or from what it left. Two things are made of a record: [`judge`] turns the
//! numbers of `run.json` into [`findings`] and a verdict, by the rules of [`limits`]; [`evidence`] folds the histograms and the machine's seconds into
//! what a report is drawn from, and [`timeline`] says what the plan asked for in each second. [`study`] is no record of load:
//! it holds what the strategies of the view-limit batch took, beside each other.

pub mod audit;

pub mod limits;

pub mod findings;
pub mod judge;

pub mod fitness;

pub mod evidence;
pub mod timeline;

pub mod study;

#[cfg(test)]
mod sample;
