//! The only place of this crate that asks what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// For durations.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// The end of a time-out that begins now; on the runtime's own clock, which tests may pause.
pub(crate) fn after(time: Duration) -> tokio::time::Instant {
    tokio::time::Instant::now() + time
}

/// For message ids, in milliseconds since 1970; 0 if the clock is before, which the store refuses.
pub(crate) fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
