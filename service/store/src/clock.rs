//! The only place of this crate that asks what time it is.
//!
//! Monotonic time is tokio's, so that tests can pause it.

use std::time::SystemTime;

use tokio::time::Instant;

/// For durations and deadlines.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// For what others say in calendar time.
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}
