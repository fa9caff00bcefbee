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

use crate::clock::Clock;

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
    pub(crate) async fn wait_until(&self, instant_ns: u64) -> io::Result<()> {
        match self {
            Self::Simulated(clock) => clock.wait_until(instant_ns).await,
            Self::Kernel { clock, timer } => {
                while clock.until_ns(instant_ns) > 0 {
                    set(timer, clock, instant_ns)?;
                    let mut ready = timer.readable().await?;
                    // What it holds is not read: setting it again takes it back.
                    ready.clear_ready();
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
