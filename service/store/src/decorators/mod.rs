//! What can stand around the calls of any store: a delay, a limit, a count.

mod delay;
mod throttle;

mod observe;

pub use delay::Delay;
pub use observe::{Observe, Observed};
pub use throttle::Throttle;

#[cfg(test)]
mod tests;
