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

/// The monotonic time at which `wait_ns` will have passed since a Unix time; 0 if that has passed. Unix
/// time is read first, so that nothing is early; a wall clock that steps cannot make the wait longer.
pub(crate) fn monotonic_after(unix_time_ns: u64, wait_ns: u64) -> u64 {
    let left_ns = (unix_time_ns + wait_ns).saturating_sub(unix_ns()).min(wait_ns);
    if left_ns == 0 { 0 } else { monotonic_ns() + left_ns }
}

/// Nanoseconds of a kernel time; times before the epoch are not expected and count as 0.
pub(crate) fn nanoseconds(time: TimeSpec) -> u64 {
    let seconds = u64::try_from(time.tv_sec()).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec()).unwrap_or(0)
}

fn now_ns(clock: ClockId) -> u64 {
    nanoseconds(clock_gettime(clock).expect("Linux always has these two clocks"))
}
