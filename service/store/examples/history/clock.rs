//! The only place of this example that asks what time it is.

use std::time::Instant;

/// For durations.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}
