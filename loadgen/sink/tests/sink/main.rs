//! The sink against plain blocking clients: what it logs must agree with what they did and saw.
#![expect(clippy::unwrap_used, reason = "all of this is a test, its helpers too")]

mod running;

mod conversation;
mod latency;
mod limits;
mod relay;
mod timing;
