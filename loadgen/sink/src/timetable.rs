//! When which reply may go out: latency and stalls tied to their origin on both clocks.

use std::fmt::Display;

use crate::clock;
use crate::config::SinkConfig;
use crate::error::SinkError;
use crate::freeze::{Freeze, Stalls};
use crate::latency::Latency;

/// When replies may go out, counted from one instant that is known on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timetable {
    latency: Latency,
    seed: u64,
    stalls: Option<Stalls>,
    pub(crate) origin_unix_ns: u64,
    origin_monotonic_ns: u64,
}

impl Timetable {
    /// Starts now, if latency and stalls make sense. Unix time is read first, so that a wait that ends
    /// on the monotonic clock is never early on the other.
    pub(crate) fn start(config: &SinkConfig) -> Result<Self, SinkError> {
        config.latency.check()?;
        let SinkConfig { latency, seed, .. } = *config;
        let stalls = config.freeze.map(Freeze::checked).transpose()?;
        let origin_unix_ns = clock::unix_ns();
        let origin_monotonic_ns = clock::monotonic_ns();
        Ok(Self { latency, seed, stalls, origin_unix_ns, origin_monotonic_ns })
    }

    /// The monotonic end of the freeze that this moment lies in, if it lies in one.
    pub(crate) fn frozen_until(&self) -> Option<u64> {
        let stalls = self.stalls?;
        let now = clock::monotonic_ns() - self.origin_monotonic_ns;
        stalls.frozen_until(now).map(|end| self.origin_monotonic_ns + end)
    }

    /// The monotonic time before which the request of this name that the kernel stamped then must not
    /// be answered; 0 where that has passed.
    pub(crate) fn due_ns(&self, arrived_unix_ns: u64, name: impl Display) -> u64 {
        let wait_ns = self.wait_ns(arrived_unix_ns, name);
        if wait_ns == 0 { 0 } else { clock::monotonic_after(arrived_unix_ns, wait_ns) }
    }

    /// How long after its arrival. Latency runs on through a freeze; what falls due in one waits for
    /// its end, even if the request was read at the freeze's very edge.
    fn wait_ns(&self, arrived_unix_ns: u64, name: impl Display) -> u64 {
        let latency_ns = self.latency.ns(self.seed, name);
        let Some(stalls) = self.stalls else { return latency_ns };
        let arrived = arrived_unix_ns.saturating_sub(self.origin_unix_ns);
        let earliest = arrived + latency_ns;
        stalls.frozen_until(earliest).unwrap_or(earliest) - arrived
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_falls_due_in_a_freeze_waits_for_its_end() {
        let ms = Duration::from_millis;
        let config = |latency, freeze| SinkConfig {
            latency: Latency::Constant(ms(latency)),
            freeze,
            ..SinkConfig::new(([127, 0, 0, 1], 0).into())
        };
        // Frozen from 400 to 500 ms of every 500 ms.
        let freeze = Some(Freeze { length: ms(100), every: ms(500) });
        for (latency, freeze, arrived, wait) in [
            (0, None, 450, 0),
            (7, None, 450, 7),
            (0, freeze, 399, 0),
            (0, freeze, 400, 100),
            (0, freeze, 499, 1),
            (0, freeze, 500, 0),
            (30, freeze, 380, 120),
            (30, freeze, 480, 30),
            (600, freeze, 320, 680),
        ] {
            let timetable = Timetable::start(&config(latency, freeze)).unwrap();
            let arrived_ns = timetable.origin_unix_ns + arrived * 1_000_000;
            assert_eq!(timetable.wait_ns(arrived_ns, ""), wait * 1_000_000, "{latency} {arrived}");
        }
    }
}
