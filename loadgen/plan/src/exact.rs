//! Exact numbers: reduced fractions and decimals, so that what a file says is what is planned.

use crate::plan::{Fraction, Rate};

/// Digits of a decimal before its point: enough for any `u64` rate.
const MAX_WHOLE_DIGITS: usize = 19;
/// Digits of a decimal after its point: finer than any clock that could show it.
const MAX_FRACTION_DIGITS: usize = 12;

/// A number as its decimal digits say it: `numerator / denominator`, the denominator a power of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) numerator: u128,
    pub(crate) denominator: u128,
}

/// Why a text is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDecimal {
    Negative,
    NotANumber,
    TooManyDigits,
}

impl Decimal {
    /// `12`, `0.5`, `12.50`; no sign, no exponent, digits on both sides of the point.
    pub(crate) fn parse(text: &str) -> Result<Self, NotDecimal> {
        if let Some(rest) = text.strip_prefix('-') {
            return Err(Self::parse(rest).map_or(NotDecimal::NotANumber, |_| NotDecimal::Negative));
        }
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(NotDecimal::NotANumber),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(NotDecimal::NotANumber);
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        if whole.len() > MAX_WHOLE_DIGITS || fraction.len() > MAX_FRACTION_DIGITS {
            return Err(NotDecimal::TooManyDigits);
        }
        let all = whole.bytes().chain(fraction.bytes());
        let numerator = all.fold(0, |sum, digit| sum * 10 + u128::from(digit - b'0'));
        let denominator = fraction.bytes().fold(1, |power, _| power * 10);
        Ok(Self { numerator, denominator })
    }
}

/// The greatest common divisor; `gcd(0, b)` is `b`.
pub(crate) fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The least common multiple of two numbers > 0, if it fits.
pub(crate) fn lcm(a: u128, b: u128) -> Option<u128> {
    (a / gcd(a, b)).checked_mul(b)
}

/// `numerator / denominator` in lowest terms; both unchanged if the denominator is 0.
pub(crate) fn reduce(numerator: u128, denominator: u128) -> (u128, u128) {
    let divisor = gcd(numerator, denominator).max(1);
    (numerator / divisor, denominator / divisor)
}

/// A rate in lowest terms, if it fits.
pub(crate) fn rate(arrivals: u128, seconds: u128) -> Option<Rate> {
    let (arrivals, seconds) = reduce(arrivals, seconds);
    Some(Rate { arrivals: arrivals.try_into().ok()?, seconds: seconds.try_into().ok()? })
}

/// A fraction in lowest terms, if it fits and lies in (0, 1).
pub(crate) fn fraction(numerator: u128, denominator: u128) -> Option<Fraction> {
    if numerator == 0 || numerator >= denominator {
        return None;
    }
    let (numerator, denominator) = reduce(numerator, denominator);
    Some(Fraction {
        numerator: numerator.try_into().ok()?,
        denominator: denominator.try_into().ok()?,
    })
}

/// The nearest double; for pictures, estimates and first guesses only, never for a due time.
#[expect(clippy::cast_precision_loss, reason = "the caller asked for an approximation")]
pub(crate) fn approximately(value: i128) -> f64 {
    value as f64
}

/// Arrivals per second as a double; for pictures and estimates only.
pub(crate) fn per_second(rate: Rate) -> f64 {
    approximately(rate.arrivals.into()) / approximately(rate.seconds.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(u128, u128), NotDecimal>) {
        let found = Decimal::parse(text).map(|found| (found.numerator, found.denominator));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn decimals_are_exact() {
        check("500", Ok((500, 1)));
        check("0.5", Ok((5, 10)));
        check("0012.500", Ok((125, 10)));
        check("0", Ok((0, 1)));
        check("9999999999999999999.999999999999", Ok((10_u128.pow(31) - 1, 10_u128.pow(12))));
    }

    #[test]
    fn what_is_no_decimal_says_why() {
        for text in ["", ".", "1.", ".5", "1e3", "+1", "1_000", "٣", "1.2.3", "--1", "-", "0x10"] {
            check(text, Err(NotDecimal::NotANumber));
        }
        check("-1.5", Err(NotDecimal::Negative));
        check("10000000000000000000", Err(NotDecimal::TooManyDigits));
        check("0.0000000000001", Err(NotDecimal::TooManyDigits));
    }

    #[test]
    fn fractions_are_reduced_and_bounded() {
        assert_eq!(gcd(618_034, 1_000_000), 2);
        assert_eq!(lcm(4, 6), Some(12));
        assert_eq!(lcm(u128::MAX, u128::MAX - 1), None);
        assert_eq!(rate(100, 60), Some(Rate { arrivals: 5, seconds: 3 }));
        assert_eq!(rate(u128::MAX, 1), None);
        assert_eq!(fraction(500_000, 1_000_000), Some(Fraction { numerator: 1, denominator: 2 }));
        assert_eq!((fraction(0, 5), fraction(5, 5)), (None, None));
    }
}
