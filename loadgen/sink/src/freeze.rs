//! Stalls: a server that stands still for a while in every period, as one that collects garbage does.

use std::time::Duration;

use crate::error::SinkError;

/// Longest period in nanoseconds: 136 years, so that no sum of times overflows.
const MAX_EVERY_NS: u128 = u32::MAX as u128 * 1_000_000_000;

/// The server stands still for the **last** `length` of every period `every`, counted from the
/// origin ([`Sink::origin_unix_ns`](crate::Sink::origin_unix_ns)): with k = 0, 1, … it neither
/// reads nor writes from `origin + (k + 1) * every - length` to `origin + (k + 1) * every`.
/// Meanwhile the kernel goes on accepting, receiving and stamping; then everything is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// How long it stands still; shorter than `every`.
    pub length: Duration,
    /// How often.
    pub every: Duration,
}

impl Freeze {
    /// The same in nanoseconds, once it is known to make sense.
    pub(crate) fn checked(self) -> Result<Stalls, SinkError> {
        if self.length >= self.every || self.length.is_zero() {
            return Err(SinkError::Behaviour(
                "a freeze must be longer than 0 and shorter than its period",
            ));
        }
        if self.every.as_nanos() > MAX_EVERY_NS {
            return Err(SinkError::Behaviour("the period of freezes is at most 136 years"));
        }
        let ns = |time: Duration| {
            u64::try_from(time.as_nanos()).expect("it was just compared with 136 years")
        };
        Ok(Stalls { length_ns: ns(self.length), every_ns: ns(self.every) })
    }
}

/// A [`Freeze`] that makes sense. Times are counted from the origin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stalls {
    length_ns: u64,
    every_ns: u64,
}

impl Stalls {
    /// The end of the freeze that `now` lies in, if it lies in one.
    pub(crate) fn frozen_until(self, now: u64) -> Option<u64> {
        let into = now % self.every_ns;
        (into >= self.every_ns - self.length_ns).then(|| now - into + self.every_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_freeze_is_the_last_part_of_each_period_half_open() {
        let stalls = Stalls { length_ns: 100 * MS, every_ns: 500 * MS };
        for (now, until) in [
            (0, None),
            (400 * MS - 1, None),
            (400 * MS, Some(500 * MS)),
            (500 * MS - 1, Some(500 * MS)),
            (500 * MS, None),
            (2_450 * MS, Some(2_500 * MS)),
        ] {
            assert_eq!(stalls.frozen_until(now), until, "at {now}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let second = Duration::from_secs(1);
        for (length, every) in [(second, second), (Duration::ZERO, second), (second, Duration::MAX)]
        {
            assert!(Freeze { length, every }.checked().is_err(), "{length:?} in {every:?}");
        }
    }
}
