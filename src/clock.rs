//! The one place of the command line that asks for the time.

use jiff::Timestamp;

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Now, in whole seconds since 1970.
pub(crate) fn unix_s() -> u64 {
    u64::try_from(now().as_second()).unwrap_or(0)
}
