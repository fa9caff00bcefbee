//! A timer that wakes a task as exactly as the kernel can.
//!
//! The runtime's own timer has ticks of a millisecond, in which arrivals would come in clusters. This one is
//! a descriptor that the runtime waits for like any other, so the same thread that is woken goes on to send:
//! a pacer on a thread of its own costs two switches more for each arrival.

use std::io;
use std::os::fd::OwnedFd;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;
use tokio::task::yield_now;

use crate::clock::Clock;

/// The clock is watched for at most one part in this many of the time that is waited: a quarter of a core at most, and
/// less than a tenth of one below 1400 a second.
const WATCH_SHARE: u64 = 4;

/// A wait that is shorter is not left to the kernel's timer: to set it, to be interrupted and to wake costs a good part
/// of this, most of all in a virtual machine (an eighth of a core at 30 000/s, docs/adr/0012).
const WORTH_A_TIMER_NS: u64 = 25_000;

/// One task's timer.
pub(crate) enum ExactTimer {
    /// Of the kernel.
    Kernel { clock: Clock, timer: AsyncFd<OwnedFd> },
    /// Of a paused runtime, which moves its time on to the instant itself.
    Simulated(Clock),
}

impl ExactTimer {
    /// Inside a runtime only.
    ///
    /// # Errors
    /// When there is no descriptor left.
    pub(crate) fn new(clock: Clock) -> io::Result<Self> {
        if clock.is_simulated() {
            return Ok(Self::Simulated(clock));
        }
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        #[expect(
            deprecated,
            reason = "an OwnedFd stays open and never becomes another descriptor; the new form is unsafe"
        )]
        let timer = AsyncFd::new(timer)?;
        Ok(Self::Kernel { clock, timer })
    }

    /// Returns at the instant, at once if it has passed.
    ///
    /// It is woken up to `watch_ns` before and watches the clock for the rest, because a core that sleeps to
    /// the instant itself wakes tens of microseconds after it. Where it may not watch (`watch_ns` 0), what is too
    /// short for the timer is spent in turns of the runtime, which serve others.
    pub(crate) async fn wait_until(&self, instant_ns: u64, watch_ns: u64) -> io::Result<()> {
        match self {
            Self::Simulated(clock) => clock.wait_until(instant_ns).await,
            Self::Kernel { clock, timer } => {
                let early_ns = (clock.until_ns(instant_ns) / WATCH_SHARE).min(watch_ns);
                let woken_ns = instant_ns.saturating_sub(early_ns);
                while clock.until_ns(woken_ns) > WORTH_A_TIMER_NS {
                    set(timer, clock, woken_ns)?;
                    let mut ready = timer.readable().await?;
                    // What it holds is not read: setting it again takes it back.
                    ready.clear_ready();
                }
                while clock.until_ns(instant_ns) > 0 {
                    if watch_ns > 0 { std::hint::spin_loop() } else { yield_now().await }
                }
            }
        }
        Ok(())
    }
}

fn set(timer: &AsyncFd<OwnedFd>, clock: &Clock, instant_ns: u64) -> io::Result<()> {
    let at =
        Itimerspec { it_interval: Timespec::default(), it_value: clock.monotonic_of(instant_ns) };
    timerfd_settime(timer.get_ref(), TimerfdTimerFlags::ABSTIME, &at)?;
    Ok(())
}
