//! The behaviour tied to its origin: turns the kernel's Unix stamps into monotonic times to wait for.

use crate::behaviour::Timing;
use crate::clock;

/// When replies may go out, counted from one instant that is known on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timetable {
    timing: Timing,
    pub(crate) origin_unix_ns: u64,
    origin_monotonic_ns: u64,
}

impl Timetable {
    /// Starts now. Unix time is read first, so that a wait that ends on the monotonic clock is never
    /// early on the other.
    pub(crate) fn start(timing: Timing) -> Self {
        let origin_unix_ns = clock::unix_ns();
        Self { timing, origin_unix_ns, origin_monotonic_ns: clock::monotonic_ns() }
    }

    /// The monotonic end of the freeze that this moment lies in, if it lies in one.
    pub(crate) fn frozen_until(&self) -> Option<u64> {
        if !matches!(self.timing, Timing::Freeze { .. }) {
            return None;
        }
        let now = clock::monotonic_ns() - self.origin_monotonic_ns;
        self.timing.frozen_until(now).map(|end| self.origin_monotonic_ns + end)
    }

    /// The monotonic time before which a request that the kernel stamped then must not be answered;
    /// 0 where that has passed. A wall clock that steps cannot make anyone wait longer than intended.
    pub(crate) fn due_ns(&self, arrived_unix_ns: u64) -> u64 {
        let longest = match self.timing {
            Timing::AtOnce => return 0,
            Timing::Delay { ns } => ns,
            Timing::Freeze { length_ns, .. } => length_ns,
        };
        let arrived = arrived_unix_ns.saturating_sub(self.origin_unix_ns);
        let earliest = self.timing.earliest_reply(arrived);
        let now = clock::unix_ns().saturating_sub(self.origin_unix_ns);
        match earliest.saturating_sub(now) {
            0 => 0,
            wait => clock::monotonic_ns() + wait.min(longest),
        }
    }
}
