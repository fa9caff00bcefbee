//! Findings and records in, text and pictures out.
//!
//! Nothing here reads or writes a file, asks the time or knows the terminal: the shell says how
//! wide the terminal is and whether it has colours, and puts the text where it belongs.

pub mod terminal;

pub mod html;
pub mod index;
pub mod markdown;
pub mod files;
pub mod audit;
pub mod benchmark;
pub mod study;

pub mod words;

mod diagnosis;
mod facts;
mod live_facts;
mod tables;
mod figures;
mod figure;
mod cell;

mod page;
mod plan_view;
mod rate_chart;
mod svg;
mod table;

mod text;
mod units;
