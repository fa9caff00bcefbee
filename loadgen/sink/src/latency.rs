//! Programmed latency: how long after its arrival a request is answered, as a pure function of who asks.

use std::fmt::Display;
use std::time::Duration;

use crate::config::MAX_DELAY_NS;
use crate::draw::Draw;
use crate::error::SinkError;

/// Beyond it a lognormal latency has no typical value: one in six would be over 50 times the median.
const MAX_SIGMA: f64 = 4.0;

/// How long after its arrival (its kernel stamp) a request is answered; at most 60 s.
///
/// What is drawn depends on the seed and the request's name alone: its `hanno-arrival` value, or, if
/// it has none, `#C/N`: row N of connection C in the log, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Latency {
    /// The same for all; zero is as soon as the request is read.
    Constant(Duration),
    /// One of two.
    Bimodal {
        /// What most get.
        usual: Duration,
        /// What the others get.
        rare: Duration,
        /// How many those are, from 0 to 1.
        rare_share: f64,
    },
    /// As times of real servers often are: the logarithm is normal.
    Lognormal {
        /// Half are faster.
        median: Duration,
        /// Deviation of the natural logarithm; from 0 to 4.
        sigma: f64,
    },
}

impl Latency {
    /// Whether it makes sense and keeps to the limits.
    pub(crate) fn check(&self) -> Result<(), SinkError> {
        let (longest, number_holds) = match *self {
            Self::Constant(time) => (time, true),
            Self::Bimodal { usual, rare, rare_share } => {
                (usual.max(rare), (0.0..=1.0).contains(&rare_share))
            }
            Self::Lognormal { median, sigma } => (median, (0.0..=MAX_SIGMA).contains(&sigma)),
        };
        if longest.as_nanos() > u128::from(MAX_DELAY_NS) {
            return Err(SinkError::Behaviour("a latency is at most 60 s"));
        }
        match self {
            Self::Bimodal { .. } if !number_holds => {
                Err(SinkError::Behaviour("a share lies between 0% and 100%"))
            }
            Self::Lognormal { .. } if !number_holds => {
                Err(SinkError::Behaviour("the sigma of a lognormal latency lies between 0 and 4"))
            }
            _ => Ok(()),
        }
    }

    /// That of one request in nanoseconds. The few lognormal ones beyond 60 s are cut to that.
    pub fn ns(&self, seed: u64, name: impl Display) -> u64 {
        match *self {
            Self::Constant(time) => whole(time),
            Self::Bimodal { usual, rare, rare_share } => {
                let is_rare = Draw::of(seed, name).uniform() < rare_share;
                whole(if is_rare { rare } else { usual })
            }
            Self::Lognormal { median, sigma } => {
                let times = libm::exp(sigma * Draw::of(seed, name).normal());
                rounded(times * 1e9 * median.as_secs_f64())
            }
        }
    }
}

fn whole(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).map_or(MAX_DELAY_NS, |ns| ns.min(MAX_DELAY_NS))
}

/// Half up, and within the limit.
fn rounded(ns: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let ns = (ns + 0.5) as u64;
    ns.min(MAX_DELAY_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn of(text: &str, seed: u64, name: &str) -> u64 {
        text.parse::<Latency>().unwrap().ns(seed, name)
    }

    /// Made by the program in `docs/guides/sink.md`, in another language with another library of
    /// mathematics: these may differ in the last digit of a double, hence by a nanosecond.
    #[test]
    fn golden_values_of_an_independent_program() {
        for (text, seed, name, expected) in [
            ("lognormal:20ms,1.0", 0, "#0/0", 7_641_550),
            ("lognormal:20ms,1.0", 0, "#0/1", 71_127_928),
            ("lognormal:20ms,1.0", 42, "run/7/0", 10_848_682),
            ("lognormal:20ms,1.0", 42, "run/8/0", 77_318_285),
            ("lognormal:20ms,1.0", 18_446_744_073_709_551_615, "a", 28_012_377),
            ("lognormal:700ms,p99=2s", 42, "run/7/0", 531_147_984),
            ("lognormal:700ms,p99=2s", 42, "run/8/1", 794_357_839),
            ("bimodal:10ms,700ms,5%", 42, "run/0/0", 10_000_000),
            ("bimodal:10ms,700ms,5%", 42, "run/1/0", 10_000_000),
            ("bimodal:10ms,700ms,5%", 42, "run/4/0", 700_000_000),
            ("bimodal:10ms,700ms,5%", 42, "run/36/0", 700_000_000),
        ] {
            let ns = of(text, seed, name);
            assert!(ns.abs_diff(expected) <= 1, "{text} {seed}/{name}: {ns}");
        }
    }

    #[test]
    fn shares_median_and_tail_are_those_asked_for() {
        let names = || (0..100_000).map(|seq| format!("r/{seq}/0"));
        let rare = names().filter(|name| of("bimodal:10ms,700ms,5%", 3, name) == 700 * MS).count();
        // Five deviations of a binomial count; always the same names, so this cannot fail by chance.
        assert!(rare.abs_diff(5_000) < 345, "{rare}");
        let mut drawn: Vec<u64> =
            names().map(|name| of("lognormal:20ms,p99=200ms", 3, &name)).collect();
        drawn.sort_unstable();
        let (median, p99) = (drawn[50_000], drawn[99_000]);
        assert!(median.abs_diff(20 * MS) < 20 * MS / 40, "{median}");
        assert!(p99.abs_diff(200 * MS) < 200 * MS / 12, "{p99}");
    }

    #[test]
    fn nothing_exceeds_the_limit() {
        let longest = (0..10_000).map(|seq| of("lognormal:60s,4", 1, &seq.to_string())).max();
        assert_eq!(longest, Some(MAX_DELAY_NS));
    }
}
