//! The two clocks: Unix time, because the kernel stamps arrivals with it, and monotonic time for waiting.

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

/// Now, in nanoseconds since the Unix epoch.
pub(crate) fn unix_ns() -> u64 {
    now_ns(ClockId::CLOCK_REALTIME)
}

/// Now, in nanoseconds since an unspecified start; never jumps.
pub(crate) fn monotonic_ns() -> u64 {
    now_ns(ClockId::CLOCK_MONOTONIC)
}

/// Nanoseconds of a kernel time; times before the epoch are not expected and count as 0.
pub(crate) fn nanoseconds(time: TimeSpec) -> u64 {
    let seconds = u64::try_from(time.tv_sec()).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec()).unwrap_or(0)
}

fn now_ns(clock: ClockId) -> u64 {
    nanoseconds(clock_gettime(clock).expect("Linux always has these two clocks"))
}
