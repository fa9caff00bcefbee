//! Who the service is to AWS, known before any request needs it.
//!
//! The SDK fetches credentials on the path of a request, and every request that comes meanwhile
//! waits with it (ADR 0009). Here a task fetches them in the background; requests take what is held.

mod source;

mod refresher;

pub use source::Source;

pub(crate) use refresher::Refresher;

#[cfg(test)]
mod tests;
