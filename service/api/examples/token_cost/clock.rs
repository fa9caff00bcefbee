//! The only place of this example that asks what time it is.

use std::time::{Instant, SystemTime};

/// For durations.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// Seconds since 1970.
pub(crate) fn unix_s() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs()
}
