//! Who the service is to AWS, known before any request needs it.
//!
//! The SDK fetches credentials on the path of a request, and every request that comes meanwhile
//! waits with it (ADR 0009). Here a task fetches them in the background; requests take what is held.

mod source;

mod refresher;

mod rehearsal;

pub use rehearsal::Renewal;
pub use source::Source;

pub(crate) use refresher::Refresher;
pub(crate) use rehearsal::{SlowSource, sdk_cache};

#[cfg(test)]
mod tests;
