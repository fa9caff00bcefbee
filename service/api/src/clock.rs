//! The only place of this crate that asks what time it is.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// For durations.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// For message ids, in milliseconds since 1970; 0 if the clock is before, which the store refuses.
pub(crate) fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
