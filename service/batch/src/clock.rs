//! The only place of this crate that asks what time it is: the runtime's own clock, which tests may pause.

use tokio::time::Instant;

/// For durations.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}
