//! The view-limit batch: for each organisation on the free plan, from which message on it may see.
//!
//! free organisations -> accounts -> rooms -> newest -> view limit -> publish. Which page is worth reading is
//! decided in `chat_domain::newest`; here it is read, so many at once, again where that failed, and what is
//! found is published.

mod settings;

mod all;
mod compute;

mod rooms;
mod activities;
mod newest;
mod table;

mod reads;
mod calls;
mod bounded;
mod clock;

pub use all::{All, compute_all};
pub use compute::{ComputeError, Computed, compute};
pub use reads::Reads;
pub use settings::{Settings, Strategy, UnknownStrategy};

#[cfg(test)]
mod tests;
