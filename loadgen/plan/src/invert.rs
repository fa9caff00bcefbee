//! The exact inverse of an integrated rate: the first nanosecond at which an amount is owed.

use crate::exact::approximately;

/// The smallest `t` in `below < t <= last` for which `owes(t)`; `owes(below)` is false, `owes(last)` true,
/// and between them it changes once.
///
/// From the guess the answer is bracketed by doubling and found by halving, in whole numbers, so that it
/// is the same on every machine.
pub(crate) fn first(owes: impl Fn(i128) -> bool, guess: i128, (below, last): (i128, i128)) -> i128 {
    let guess = guess.clamp(below + 1, last);
    let (mut low, mut high, mut stride) = (guess - 1, guess, 1);
    if owes(guess) {
        if !owes(low) {
            return guess;
        }
        while low > below && owes(low) {
            (high, stride) = (low, stride * 2);
            low = (high - stride).max(below);
        }
    } else {
        while high < last && !owes(high) {
            (low, stride) = (high, stride * 2);
            high = (low + stride).min(last);
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if owes(middle) { high = middle } else { low = middle }
    }
    high
}

/// The smallest `t` with `2 from D t + (to - from) t^2 >= amount`, where `D` is `duration_ns`.
///
/// `from` and `to` in units per nanosecond, `amount` in units times `D`, at most `(from + to) D^2`; so
/// `t <= D`. The double is a first guess only.
pub(crate) fn ramp(from: u128, to: u128, duration_ns: u64, amount: u128) -> u64 {
    let ramp = Ramp::new(from, to, duration_ns, amount);
    let t = first(|t| ramp.owes(t), ramp.guess(), (-1, duration_ns.into()));
    u64::try_from(t).expect("between 0 and a 64-bit duration")
}

struct Ramp {
    /// Twice the rate at the start, times the duration.
    linear: i128,
    /// By how much the rate grows; negative where it falls.
    quadratic: i128,
    amount: i128,
}

impl Ramp {
    fn new(from: u128, to: u128, duration_ns: u64, amount: u128) -> Self {
        let signed = |value: u128| i128::try_from(value).expect("bounded when the plan was made");
        let (from, duration) = (signed(from), i128::from(duration_ns));
        Self { linear: 2 * from * duration, quadratic: signed(to) - from, amount: signed(amount) }
    }

    /// Whether the amount is owed at `t` in `0..=duration`; the left side grows with `t` there.
    fn owes(&self, t: i128) -> bool {
        (self.linear + self.quadratic * t) * t >= self.amount
    }

    /// The root in its stable form `2 c / (b + sqrt(b^2 + 4 a c))`, which also covers `b = 0`.
    fn guess(&self) -> i128 {
        let (linear, amount) = (approximately(self.linear), approximately(self.amount));
        let root = linear * linear + 4.0 * approximately(self.quadratic) * amount;
        let divisor = linear + root.max(0.0).sqrt();
        whole(if divisor > 0.0 { (2.0 * amount / divisor).ceil() } else { 0.0 })
    }
}

/// Truncates a first guess; out of range it saturates.
#[expect(clippy::cast_possible_truncation, reason = "a guess is clamped before it is used")]
pub(crate) fn whole(value: f64) -> i128 {
    value as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` arrivals of a ramp in arrivals per second, in the units of `owed`.
    fn check(from: u128, to: u128, seconds: u64, n: u128, expected: u64) {
        let duration = seconds * 1_000_000_000;
        let amount = n * 2_000_000_000 * u128::from(duration);
        assert_eq!(ramp(from, to, duration, amount), expected, "{from}->{to} n = {n}");
    }

    /// Values computed once with another program in 50-digit decimals.
    #[test]
    fn checked_values() {
        check(0, 3000, 20, 1, 115_470_054);
        check(0, 3000, 20, 2, 163_299_317);
        check(0, 3000, 20, 15_000, 14_142_135_624);
        check(0, 3000, 20, 29_999, 19_999_666_664);
        check(3000, 0, 20, 1, 333_337);
        check(3000, 0, 20, 15_000, 5_857_864_377);
        check(600, 601, 20, 6005, 10_004_163_197);
    }

    #[test]
    fn both_ends_of_a_ramp_to_zero() {
        check(3000, 0, 20, 0, 0);
        check(3000, 0, 20, 30_000, 20_000_000_000);
    }

    /// Near the end of a long ramp to zero the double is far off; the integers are not.
    #[test]
    fn minimal_near_the_end_of_a_week() {
        let duration: u64 = 7 * 86_400 * 1_000_000_000;
        let total = 100 * u128::from(duration) * u128::from(duration);
        for missing in [1, 2, 1000, 1_000_000_000, 1_000_000_000_000_000] {
            let amount = total - missing;
            let t = u128::from(ramp(100, 0, duration, amount));
            let d = u128::from(duration);
            // From the other end: 100 (d - t)^2 is what is still missing at t.
            assert!(100 * (d - t) * (d - t) <= missing, "{missing} owed at {t}");
            assert!(100 * (d - t + 1) * (d - t + 1) > missing, "{missing} not owed before {t}");
        }
    }
}
