//! When a reply may be sent: the programmed latency and stalls that make the sink a known server.

use std::time::Duration;

use crate::config::MAX_DELAY_NS;
use crate::error::SinkError;

/// When replies are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// As soon as the request is read.
    AtOnce,
    /// Not before this long after the request's arrival (its kernel stamp); at most 60 s.
    Delay(Duration),
    /// The server stands still for the **last** `length` of every period `every`, counted from the
    /// origin ([`Sink::origin_unix_ns`](crate::Sink::origin_unix_ns)): with k = 0, 1, … it neither
    /// reads nor writes from `origin + (k + 1) * every - length` to `origin + (k + 1) * every`.
    /// Meanwhile the kernel goes on accepting, receiving and stamping; then everything is answered.
    Freeze {
        /// How long it stands still; shorter than `every`.
        length: Duration,
        /// How often.
        every: Duration,
    },
}

impl Behaviour {
    /// The same in nanoseconds, once it is known to make sense.
    pub(crate) fn checked(self) -> Result<Timing, SinkError> {
        let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match self {
            Self::AtOnce => Ok(Timing::AtOnce),
            Self::Delay(delay) if ns(delay) > MAX_DELAY_NS => {
                Err(SinkError::Behaviour("a delay of replies is at most 60 s"))
            }
            Self::Delay(delay) => Ok(Timing::Delay { ns: ns(delay) }),
            Self::Freeze { length, every } if length >= every || length.is_zero() => Err(
                SinkError::Behaviour("a freeze must be longer than 0 and shorter than its period"),
            ),
            Self::Freeze { every, .. } if ns(every) > u64::from(u32::MAX) * 1_000_000_000 => {
                Err(SinkError::Behaviour("the period of freezes is at most 136 years"))
            }
            Self::Freeze { length, every } => {
                Ok(Timing::Freeze { length_ns: ns(length), every_ns: ns(every) })
            }
        }
    }
}

/// A [`Behaviour`] that makes sense, in nanoseconds. Times are counted from the origin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Timing {
    AtOnce,
    Delay { ns: u64 },
    Freeze { length_ns: u64, every_ns: u64 },
}

impl Timing {
    /// The end of the freeze that `now` lies in, if it lies in one.
    pub(crate) fn frozen_until(self, now: u64) -> Option<u64> {
        let Self::Freeze { length_ns, every_ns } = self else { return None };
        let into = now % every_ns;
        (into >= every_ns - length_ns).then(|| now - into + every_ns)
    }

    /// The first instant at which a request that arrived then may be answered. A request stamped
    /// inside a freeze waits for its end even if it was read at the freeze's very edge.
    pub(crate) fn earliest_reply(self, arrived: u64) -> u64 {
        match self {
            Self::AtOnce => arrived,
            Self::Delay { ns } => arrived + ns,
            Self::Freeze { .. } => self.frozen_until(arrived).unwrap_or(arrived),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_freeze_is_the_last_part_of_each_period_half_open() {
        let timing = Timing::Freeze { length_ns: 100 * MS, every_ns: 500 * MS };
        for (now, until) in [
            (0, None),
            (400 * MS - 1, None),
            (400 * MS, Some(500 * MS)),
            (500 * MS - 1, Some(500 * MS)),
            (500 * MS, None),
            (2_450 * MS, Some(2_500 * MS)),
        ] {
            assert_eq!(timing.frozen_until(now), until, "at {now}");
            assert_eq!(timing.earliest_reply(now), until.unwrap_or(now), "at {now}");
        }
    }

    #[test]
    fn other_behaviours_never_freeze() {
        assert_eq!(Timing::AtOnce.frozen_until(7), None);
        assert_eq!(Timing::AtOnce.earliest_reply(7), 7);
        assert_eq!(Timing::Delay { ns: 5 }.earliest_reply(7), 12);
    }

    #[test]
    fn contradictions_are_refused() {
        let second = Duration::from_secs(1);
        for behaviour in [
            Behaviour::Delay(Duration::from_secs(61)),
            Behaviour::Freeze { length: second, every: second },
            Behaviour::Freeze { length: Duration::ZERO, every: second },
            Behaviour::Freeze { length: second, every: Duration::MAX },
        ] {
            assert!(behaviour.checked().is_err(), "{behaviour:?}");
        }
    }
}
