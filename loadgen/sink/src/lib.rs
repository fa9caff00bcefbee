//! A server that only timestamps arrivals: the oracle of the load generator.
//!
//! It answers any HTTP/1.1 request and writes down when the kernel received it, so that what a
//! generator claims to have sent can be checked against what arrived. It must therefore share no
//! code with the generator: one thread, epoll, no asynchronous runtime, no HTTP library.
//!
//! ```no_run
//! # fn main() -> Result<(), load_sink::SinkError> {
//! let sink = load_sink::Sink::bind(load_sink::SinkConfig::new(([127, 0, 0, 1], 0).into()))?;
//! let stop = load_sink::StopHandle::new()?; // a clone of it stops the loop from another thread
//! let report = sink.run(load_sink::Log::begin(Vec::new())?, &stop)?;
//! # let _ = report; Ok(())
//! # }
//! ```

mod config;
mod error;
mod sink;
mod event_loop;
mod watch;
mod table;
mod timers;
mod connection;
mod request;
mod reply;
mod timetable;
mod latency;
mod latency_text;
mod draw;
mod freeze;
mod log;
mod relay;
mod socket;
mod clock;

pub use config::{MAX_CONNECTIONS, SinkConfig};
pub use error::SinkError;
pub use freeze::Freeze;
pub use latency::Latency;
pub use log::{HEADER, Log};
pub use relay::{MAX_RELAYED, Relay, RelayConfig, RelayReport};
pub use sink::{Sink, SinkReport, StopHandle};
