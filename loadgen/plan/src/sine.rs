//! The integrated rate of a sine, and its inverse: whole units, decided the same way on every machine.
//!
//! With the rate `m + a sin(2 pi t / P)` in units per nanosecond, `m t + (a P / pi) sin^2(pi t / P)` units
//! are owed at `t`: `1 - cos(2 x)` is `2 sin^2(x)`, which keeps its digits where the cosine loses them.
//! The sine is that of `libm`, of `t` modulo `P` as the distance to the nearer end of the period, so that
//! whole periods add exactly `m t`. The second term is cut to whole units; a unit is so small (the
//! `2 q 10^9`th part of an arrival) that a double cannot tell them apart where there are many.

use std::f64::consts::PI;

use crate::exact::approximately;
use crate::invert::{first, whole};

/// Newton's steps to a first guess; each doubles the digits.
const STEPS: usize = 3;

/// A phase at a rate that goes up and down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sine {
    /// Twice the mean rate in units per nanosecond and twice the amplitude: counts are kept in halves.
    mean: u128,
    amplitude: u128,
    period_ns: u64,
    duration_ns: u64,
}

impl Sine {
    /// `mean` and `amplitude` as numerators over the common denominator of the group; none if it is too
    /// large to be computed with, `max` being the largest number of units.
    pub(crate) fn of(
        (mean, amplitude): (u128, u128),
        period_ns: u64,
        duration_ns: u64,
        max: u128,
    ) -> Option<Self> {
        let longest = u128::from(period_ns.max(duration_ns));
        let bounded = mean.checked_add(amplitude)?.checked_mul(4)?.checked_mul(longest)?;
        (bounded <= max).then_some(Self {
            mean: 2 * mean,
            amplitude: 2 * amplitude,
            period_ns,
            duration_ns,
        })
    }

    /// Units of the whole phase.
    pub(crate) fn total(&self) -> u128 {
        self.owed(self.duration_ns)
    }

    /// The first nanosecond after `after_ns` at which `amount` is owed, or `after_ns` if it is by then.
    /// Amounts of a phase must come in order, each from the answer before: then so do the answers, even
    /// at the bottom of the wave, where a double may go back by a unit or two.
    pub(crate) fn due(&self, amount: u128, after_ns: u64) -> u64 {
        let owes = |t: i128| self.owed(nanoseconds(t)) >= amount;
        let (after, last) = (i128::from(after_ns), i128::from(self.duration_ns));
        if owes(after) {
            return after_ns;
        }
        nanoseconds(first(owes, self.guess(amount, after_ns), (after, last)))
    }

    fn owed(&self, t_ns: u64) -> u128 {
        let swing = approximate(self.amplitude) * approximate(self.period_ns.into()) / PI;
        let sine = libm::sin(PI * self.turn(t_ns));
        self.mean * u128::from(t_ns) + truncated(swing * (sine * sine))
    }

    /// The part of a period that is passed, or left to its end if that is less: in 0..=1/2.
    fn turn(&self, t_ns: u64) -> f64 {
        let passed = t_ns % self.period_ns;
        let nearer = passed.min(self.period_ns - passed);
        approximate(nearer.into()) / approximate(self.period_ns.into())
    }

    /// Newton's method from `after_ns` on; in the trough of a wave that goes to 0 it may be far off.
    fn guess(&self, amount: u128, after_ns: u64) -> i128 {
        let mut t_ns = after_ns;
        for _ in 0..STEPS {
            let missing = signed(amount) - signed(self.owed(t_ns));
            let passed = approximate((t_ns % self.period_ns).into());
            let sine = libm::sin(2.0 * PI * passed / approximate(self.period_ns.into()));
            let rate = approximate(self.mean) + approximate(self.amplitude) * sine;
            if rate <= 0.0 {
                break;
            }
            let next = i128::from(t_ns) + whole((approximately(missing) / rate).ceil());
            t_ns = nanoseconds(next.clamp(after_ns.into(), self.duration_ns.into()));
        }
        t_ns.into()
    }
}

fn nanoseconds(t: i128) -> u64 {
    u64::try_from(t).expect("between 0 and a 64-bit duration")
}

fn signed(units: u128) -> i128 {
    i128::try_from(units).expect("bounded when the plan was made")
}

fn approximate(value: u128) -> f64 {
    approximately(signed(value))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "units are at least 0 and bounded when the plan was made; truncation is the definition"
)]
fn truncated(units: f64) -> u128 {
    units as u128
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    /// Units of an arrival where rates are whole.
    const ARRIVAL: u128 = 2_000_000_000;

    fn sine(mean: u128, amplitude: u128, period_ns: u64, duration_ns: u64) -> Sine {
        Sine::of((mean, amplitude), period_ns, duration_ns, i128::MAX as u128 / 4).unwrap()
    }

    #[test]
    fn whole_periods_add_the_mean_exactly() {
        for periods in 1..20 {
            let sine = sine(1000, 999, 7 * SECOND + 3, periods * (7 * SECOND + 3));
            assert_eq!(sine.total(), 2000 * u128::from(periods * (7 * SECOND + 3)));
        }
    }

    /// Half a period at 100 +- 50/s for 10 s: 500 and 50 P / pi = 159.15494309189535 more.
    #[test]
    fn half_a_period_adds_the_crest() {
        let sine = sine(100, 50, 10 * SECOND, 5 * SECOND);
        let arrivals = approximate(sine.total()) / approximate(ARRIVAL);
        assert!((arrivals - 659.154_943_091_895_3).abs() < 1e-9, "{arrivals}");
    }

    #[test]
    fn the_answer_is_the_first_and_they_come_in_order_even_in_the_trough() {
        let sine = sine(1000, 1000, 10 * SECOND, 30 * SECOND);
        let (mut last, mut amount) = (0, ARRIVAL / 2);
        while amount <= sine.total() {
            let due = sine.due(amount, last);
            assert!(due >= last && sine.owed(due) >= amount);
            assert!(due == last || sine.owed(due - 1) < amount);
            (last, amount) = (due, amount + ARRIVAL / 3);
        }
        assert_eq!(sine.due(sine.total(), last), 30 * SECOND, "nothing is left");
    }

    #[test]
    fn what_would_overflow_is_refused() {
        let max = i128::MAX as u128 / 4;
        assert!(Sine::of((max, 0), 1, 1, max).is_none());
        assert!(Sine::of((u128::MAX, 1), 1, 1, max).is_none());
        assert!(Sine::of((1 << 80, 1), 1, 1 << 49, max).is_none());
    }
}
