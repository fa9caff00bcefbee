//! The schema and codecs of what a run leaves behind, over Read and Write; knows no path.
//!
//! Five things are left: `run.json` (what was asked, what became of it, how it was judged), one row
//! for each step attempted, one row for each second of the machine, one-second histograms, and what the target
//! said of itself where it was asked.
//! Where they lie, and how they are renamed when whole, is the business of whoever records.
//!
//! What other tools leave is read for the one thing that can be judged alike: when their requests started.

pub mod run;
pub mod audit;
pub mod breakdown;
pub mod environment;
pub mod aborted;
pub mod live;
pub mod scraped;
pub mod preflight;
pub mod run_file;
pub mod spread;

pub mod arrival_row;
pub mod arrivals;

pub mod resource_row;
pub mod resources;

pub mod metric_row;
pub mod metrics;

pub mod histogram;
pub mod latency;

pub mod schedule;

pub mod foreign;

mod columns;
mod error;

pub use error::RecordError;
pub use histogram::{histogram, record_us};
/// What a segment of rows can be read from: a file, or bytes in memory.
pub use parquet::file::reader::ChunkReader;
