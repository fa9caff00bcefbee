//! Numbers with units, exact: rates, durations, shares.

use super::problem::Complaint;
use super::words::{one_of, quote};
use crate::exact::{self, Decimal, NotDecimal};
use crate::expect::compare;
use crate::plan::{Fraction, Rate};

/// What a duration looks like, for messages.
pub(crate) const A_DURATION: &str =
    "a duration such as \"30s\", \"250ms\" or \"1m30s\", more than 0 and at most 7 days";
/// What a rate looks like, for messages.
pub(crate) const A_RATE: &str = "a rate such as \"500/s\", \"0.5/s\" or \"100/min\"";

/// Longest a run, and so anything in it, may last: 7 days, the longest soak; it keeps all sums of times
/// far within 64 bits.
pub(crate) const MAX_DURATION_NS: u64 = 7 * 86_400 * 1_000_000_000;
/// Highest rate of a stream, in arrivals per second: ten times what one machine sends.
pub(crate) const MAX_RATE: Rate = Rate { arrivals: 1_000_000, seconds: 1 };

const RATE_UNITS: [(&str, u128); 3] = [("s", 1), ("min", 60), ("h", 3600)];
/// From large to small: in a compound each unit is smaller than the one before.
const DURATION_UNITS: [(&str, u128); 8] = [
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

/// `500/s`, `0.5/s`, `100/min`, `1/h`; 0 is allowed here, above the highest rate nothing is.
pub(crate) fn rate(text: &str) -> Result<Rate, Complaint> {
    let wrong = |why: String| Complaint::new(why).expecting(A_RATE);
    let (number, unit) =
        text.split_once('/').ok_or_else(|| wrong(format!("{} has no unit", quote(text))))?;
    let number = decimal(text, number.trim()).map_err(wrong)?;
    let unit = unit.trim();
    let seconds = RATE_UNITS.iter().find(|(word, _)| *word == unit).map(|(_, seconds)| *seconds);
    let seconds = seconds.ok_or_else(|| {
        let words = RATE_UNITS.map(|(word, _)| word);
        Complaint::new(format!("unknown unit {} of a rate", quote(unit))).expecting(one_of(&words))
    })?;
    bounded(exact::rate(number.numerator, number.denominator * seconds)).ok_or_else(|| {
        Complaint::new(format!("{} is too high", quote(text))).expecting("at most 1000000/s")
    })
}

/// The rate, if there is one and it is not above the highest.
pub(crate) fn bounded(rate: Option<Rate>) -> Option<Rate> {
    rate.filter(|rate| compare(*rate, MAX_RATE).is_le())
}

/// As [`duration_or_zero`], and not 0.
pub(crate) fn duration(text: &str) -> Result<u64, Complaint> {
    match duration_or_zero(text)? {
        0 => Err(Complaint::new(format!("{} is zero", quote(text))).expecting(A_DURATION)),
        nanoseconds => Ok(nanoseconds),
    }
}

/// `30s`, `1.5h`, `1m30s`: in nanoseconds, at most 7 days.
pub(crate) fn duration_or_zero(text: &str) -> Result<u64, Complaint> {
    let wrong = |why: String| Complaint::new(why).expecting(A_DURATION);
    let mut rest = text.trim();
    let (mut sum, mut smallest) = (0_u128, u128::MAX);
    if rest.is_empty() {
        return Err(wrong(format!("{} is no duration", quote(text))));
    }
    while !rest.is_empty() {
        let is_digit = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
        let (number, after) = rest.split_at(rest.find(|c| !is_digit(c)).unwrap_or(rest.len()));
        let (unit, after) = after.split_at(after.find(is_digit).unwrap_or(after.len()));
        let number = decimal(text, number).map_err(&wrong)?;
        let nanoseconds = duration_unit(text, unit.trim())?;
        if nanoseconds >= smallest {
            return Err(wrong(format!("{} names its units out of order", quote(text))));
        }
        (rest, smallest) = (after, nanoseconds);
        let product = number.numerator.checked_mul(nanoseconds);
        let product = product.ok_or_else(|| wrong(format!("{} is too long", quote(text))))?;
        if product % number.denominator != 0 {
            return Err(wrong(format!("{} is finer than a nanosecond", quote(text))));
        }
        sum = sum.saturating_add(product / number.denominator);
    }
    let sum = u64::try_from(sum).ok().filter(|sum| *sum <= MAX_DURATION_NS);
    sum.ok_or_else(|| wrong(format!("{} is too long", quote(text))))
}

/// `0.1%` in parts per million, exactly; at most 100 %.
pub(crate) fn share_ppm(text: &str) -> Result<u32, Complaint> {
    let wrong = |why: String| {
        Complaint::new(why).expecting("a share such as \"0.1%\", at most 4 decimals, at most 100%")
    };
    let number = text.strip_suffix('%');
    let number = number.ok_or_else(|| wrong(format!("{} has no `%`", quote(text))))?;
    let number = decimal(text, number.trim()).map_err(&wrong)?;
    parts(number, 10_000)
        .filter(|ppm| *ppm <= 1_000_000)
        .ok_or_else(|| wrong(format!("{} is out of range", quote(text))))
}

/// The quantile of `99.9` (as in `p99.9`) in parts per million; above 0 and below 100.
pub(crate) fn quantile_ppm(digits: &str) -> Option<u32> {
    let ppm = parts(Decimal::parse(digits).ok()?, 10_000)?;
    (1..1_000_000).contains(&ppm).then_some(ppm)
}

/// A fraction in (0, 1) with at most 9 decimals.
pub(crate) fn fraction(digits: &str) -> Option<Fraction> {
    let decimal = Decimal::parse(digits).ok()?;
    exact::fraction(decimal.numerator, decimal.denominator)
        .filter(|_| decimal.denominator <= 1_000_000_000)
}

/// `0.1` or `1/10`: how many times the rates of the file are wanted.
pub(crate) fn scale(text: &str) -> Result<(u128, u128), Complaint> {
    let wrong =
        |why: String| Complaint::new(why).expecting("a factor such as 0.5, 2 or 1/10, more than 0");
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let above = decimal(text, above.trim()).map_err(&wrong)?;
    let below = decimal(text, below.trim()).map_err(&wrong)?;
    let numerator = above.numerator.checked_mul(below.denominator);
    let denominator = above.denominator.checked_mul(below.numerator);
    match numerator.zip(denominator) {
        Some((0, _) | (_, 0)) => Err(wrong(format!("{} is zero", quote(text)))),
        Some((numerator, denominator)) => Ok(exact::reduce(numerator, denominator)),
        None => Err(wrong(format!("{} has too many digits", quote(text)))),
    }
}

/// `value * parts_of_one`, if that is whole.
fn parts(value: Decimal, parts_of_one: u128) -> Option<u32> {
    let product = value.numerator.checked_mul(parts_of_one)?;
    (product % value.denominator == 0).then(|| u32::try_from(product / value.denominator).ok())?
}

fn decimal(whole_text: &str, number: &str) -> Result<Decimal, String> {
    Decimal::parse(number).map_err(|why| {
        let why = match why {
            NotDecimal::Negative => "is negative",
            NotDecimal::NotANumber => "is not a number with a unit",
            NotDecimal::TooManyDigits => "has too many digits",
        };
        format!("{} {why}", quote(whole_text))
    })
}

fn duration_unit(text: &str, unit: &str) -> Result<u128, Complaint> {
    let known = DURATION_UNITS.iter().find(|(word, _)| *word == unit);
    known.map(|(_, nanoseconds)| *nanoseconds).ok_or_else(|| {
        let words = ["ns", "us", "ms", "s", "m", "min", "h"];
        let why = match unit {
            "" => format!("{} has no unit", quote(text)),
            unit => format!("unknown unit {} of a duration", quote(unit)),
        };
        Complaint::new(why).expecting(one_of(&words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: std::fmt::Debug + PartialEq>(
        read: impl Fn(&str) -> Result<T, Complaint>,
        right: &[(&str, T)],
        wrong: &[&str],
    ) {
        for (text, expected) in right {
            assert_eq!(read(text).as_ref(), Ok(expected), "{text}");
        }
        for text in wrong {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_are_exact() {
        let rate_of = |arrivals, seconds| Rate { arrivals, seconds };
        check(
            rate,
            &[
                ("500/s", rate_of(500, 1)),
                ("0.5/s", rate_of(1, 2)),
                ("100/min", rate_of(5, 3)),
                ("1/h", rate_of(1, 3600)),
                ("0.000000000001/h", rate_of(1, 3_600_000_000_000_000)),
                ("60000000/min", MAX_RATE),
                ("0/s", rate_of(0, 1)),
            ],
            &[
                "500",
                "500/d",
                "-1/s",
                "x/s",
                "/s",
                "1e3/s",
                "1000000.1/s",
                "1/s/s",
                "1 / / s",
                "NaN/s",
                "99999999999999999999/s",
                "18446744073709551616/s",
                "",
            ],
        );
    }

    #[test]
    fn durations_are_exact() {
        check(
            duration,
            &[
                ("30s", 30_000_000_000),
                ("250ms", 250_000_000),
                ("1m30s", 90_000_000_000),
                ("1min30s", 90_000_000_000),
                ("1h 30m", 5_400_000_000_000),
                ("0.5ms", 500_000),
                ("1.5us", 1_500),
                ("1.5µs", 1_500),
                ("1ns", 1),
                ("168h", MAX_DURATION_NS),
            ],
            &[
                "0s",
                "-1s",
                "30",
                "s",
                "",
                "1d",
                "30s1m",
                "1s1s",
                "0.5ns",
                "168h1ns",
                "1.2.3s",
                "1e3s",
                "9999999999999999999h",
                "1s-1ms",
                "10 s x",
            ],
        );
        assert_eq!(duration_or_zero("0s"), Ok(0));
    }

    #[test]
    fn shares_and_quantiles_are_exact() {
        check(
            share_ppm,
            &[("0.1%", 1000), ("100%", 1_000_000), ("0%", 0), ("0.0001%", 1), ("99.95 %", 999_500)],
            &["0.1", "100.1%", "-1%", "0.00001%", "%", "x%"],
        );
        let quantiles = ["50", "99", "99.9", "99.9999", "0", "100", "99.99999", "", "x", "0.0001"];
        let expected = [
            Some(500_000),
            Some(990_000),
            Some(999_000),
            Some(999_999),
            None,
            None,
            None,
            None,
            None,
            Some(1),
        ];
        assert_eq!(quantiles.map(quantile_ppm), expected);
    }

    #[test]
    fn scales_are_exact() {
        check(
            scale,
            &[("2", (2, 1)), ("0.1", (1, 10)), ("1/10", (1, 10)), ("0.5/1.5", (1, 3))],
            &["0", "1/0", "-2", "x", "", "1/2/3", "1e2"],
        );
    }
}
