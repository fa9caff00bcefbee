//! The one place that asks the machine for the time; everything else is told.
//!
//! A clock is a value: instant 0 is the run's start, and every time in the engine is nanoseconds from it.
//! The simulated form follows Tokio's paused time, so that a run of minutes is tested in milliseconds.

use std::num::NonZeroU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::thread::{clock_nanosleep_absolute, set_current_timer_slack};
use rustix::time::{ClockId, Timespec, clock_gettime};

const NS_PER_S: u64 = 1_000_000_000;

/// How many times the two clocks are read to find the pair that lies closest together.
const ANCHOR_READINGS: usize = 16;

/// A clock whose instant 0 is the start of a run.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    source: Source,
    started_unix_ns: u64,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    /// `CLOCK_MONOTONIC` at instant 0.
    Real { origin_ns: u64 },
    /// Tokio's time at instant 0.
    Simulated { origin: tokio::time::Instant },
}

impl Clock {
    /// The machine's clock; instant 0 is `lead` from now, so that whoever waits for it can be ready.
    pub fn real(lead: Duration) -> Self {
        let (monotonic_ns, unix_ns) = anchor();
        let lead_ns = nanoseconds(lead);
        Self {
            source: Source::Real { origin_ns: monotonic_ns + lead_ns },
            started_unix_ns: unix_ns + lead_ns,
        }
    }

    /// Tokio's clock, which a paused runtime moves on by itself; instant 0 is now. Only inside a runtime.
    pub fn simulated(started_unix_ns: u64) -> Self {
        Self { source: Source::Simulated { origin: tokio::time::Instant::now() }, started_unix_ns }
    }

    /// Instant 0 as Unix time in nanoseconds.
    pub fn started_unix_ns(&self) -> u64 {
        self.started_unix_ns
    }

    /// Nanoseconds from instant 0; 0 before it.
    pub fn now_ns(&self) -> u64 {
        match self.source {
            Source::Real { origin_ns } => monotonic_ns().saturating_sub(origin_ns),
            Source::Simulated { origin } => nanoseconds(origin.elapsed()),
        }
    }

    /// Nanoseconds until the given instant; 0 when it has passed. Counts from before instant 0 too.
    pub fn until_ns(&self, instant_ns: u64) -> u64 {
        match self.source {
            Source::Real { origin_ns } => (origin_ns + instant_ns).saturating_sub(monotonic_ns()),
            Source::Simulated { origin } => {
                instant_ns.saturating_sub(nanoseconds(origin.elapsed()))
            }
        }
    }

    /// Waits for an instant on the calling thread's own account.
    ///
    /// On the machine's clock this *blocks the thread* in an absolute sleep: only a thread that does
    /// nothing else may call it (the pacer, the probe). A timer wheel would round to its ticks.
    pub async fn wait_until(&self, instant_ns: u64) {
        match self.source {
            Source::Real { origin_ns } => sleep_until_monotonic(origin_ns + instant_ns),
            Source::Simulated { origin } => {
                tokio::time::sleep_until(origin + Duration::from_nanos(instant_ns)).await;
            }
        }
    }

    /// What the kernel's monotonic clock will say at the instant; 0 on a simulated clock.
    pub(crate) fn monotonic_of(&self, instant_ns: u64) -> Timespec {
        match self.source {
            Source::Real { origin_ns } => timespec(origin_ns + instant_ns),
            Source::Simulated { .. } => Timespec::default(),
        }
    }

    pub(crate) fn is_simulated(&self) -> bool {
        matches!(self.source, Source::Simulated { .. })
    }
}

/// Measures a duration that is not part of an arrival, such as setting up a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    started_ns: u64,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { started_ns: monotonic_ns() }
    }

    pub(crate) fn elapsed_us(self) -> u64 {
        (monotonic_ns() - self.started_ns) / 1_000
    }
}

/// Asks the kernel to wake this thread as exactly as it can: by default it may be 50 µs late to save wake-ups.
pub fn exact_wakeups_for_this_thread() {
    if let Err(error) = set_current_timer_slack(NonZeroU64::new(1)) {
        tracing::warn!(%error, "timer slack could not be set: wake-ups may be 50 µs late");
    }
}

/// Wall clock less monotonic clock in nanoseconds: constant but for slewing and steps of the wall clock.
pub(crate) fn wall_offset_ns() -> i128 {
    let (monotonic_ns, unix_ns) = anchor();
    i128::from(unix_ns) - i128::from(monotonic_ns)
}

/// CPU time of this process so far, user and system, in nanoseconds.
pub(crate) fn process_cpu_ns() -> u64 {
    nanoseconds_of(clock_gettime(ClockId::ProcessCPUTime))
}

/// Reads both clocks as close together as possible: the wall clock stands between two readings of the other.
fn anchor() -> (u64, u64) {
    let reading = || {
        let before = monotonic_ns();
        let unix = unix_ns();
        let after = monotonic_ns();
        (after - before, before + (after - before) / 2, unix)
    };
    let (_, monotonic, unix) = (0..ANCHOR_READINGS)
        .map(|_| reading())
        .min_by_key(|(width, ..)| *width)
        .expect("at least one reading");
    (monotonic, unix)
}

fn monotonic_ns() -> u64 {
    nanoseconds_of(clock_gettime(ClockId::Monotonic))
}

fn nanoseconds_of(time: Timespec) -> u64 {
    time.tv_sec.cast_unsigned() * NS_PER_S + time.tv_nsec.cast_unsigned()
}

fn unix_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, nanoseconds)
}

fn sleep_until_monotonic(at_ns: u64) {
    let at = timespec(at_ns);
    // A signal may end the sleep early: the instant is absolute, so sleeping again cannot drift.
    while monotonic_ns() < at_ns {
        if clock_nanosleep_absolute(ClockId::Monotonic, &at).is_err() {
            std::thread::yield_now();
        }
    }
}

fn timespec(at_ns: u64) -> Timespec {
    Timespec { tv_sec: (at_ns / NS_PER_S).cast_signed(), tv_nsec: (at_ns % NS_PER_S).cast_signed() }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_zero_lies_ahead_by_the_lead() {
        let clock = Clock::real(Duration::from_hours(1));
        assert_eq!(clock.now_ns(), 0);
        assert!(clock.until_ns(0) > 3_599 * NS_PER_S);
        assert!(clock.until_ns(NS_PER_S) > clock.until_ns(0));
    }

    #[test]
    fn a_wait_never_ends_early() {
        exact_wakeups_for_this_thread();
        let clock = Clock::real(Duration::ZERO);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for at_ns in [1_000_000, 1_300_000, 2_000_001] {
            runtime.block_on(clock.wait_until(at_ns));
            assert!(clock.now_ns() >= at_ns);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn simulated_time_moves_by_waiting_alone() {
        let clock = Clock::simulated(7);
        clock.wait_until(90 * NS_PER_S).await;
        assert_eq!(clock.now_ns(), 90 * NS_PER_S);
        assert_eq!(clock.started_unix_ns(), 7);
    }
}
