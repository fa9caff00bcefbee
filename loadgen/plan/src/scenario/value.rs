//! Readers of single values: texts, whole numbers, truth values, and the exact units of `units`.

use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::problem::Complaint;
use super::section::found;
use super::units;
use super::words::{self, quote};
use crate::plan::Fraction;

/// A reader of texts from a reader of what is in them.
pub(crate) fn text<'v, T>(
    expected: &'static str,
    read: impl Fn(&str) -> Result<T, Complaint> + 'v,
) -> impl Fn(&DeValue<'_>) -> Result<T, Complaint> + 'v {
    move |value| match value {
        DeValue::String(text) => read(text),
        other => Err(found(other).expecting(expected)),
    }
}

/// A name of `[a-z0-9_-]{1,64}`.
pub(crate) fn name(value: &DeValue<'_>) -> Result<String, Complaint> {
    text("a name", words::name)(value)
}

/// Free text on one line.
pub(crate) fn title(value: &DeValue<'_>) -> Result<String, Complaint> {
    text("a text", words::title)(value)
}

/// Any text.
pub(crate) fn any_text(value: &DeValue<'_>) -> Result<String, Complaint> {
    text("a text", |text| Ok(text.to_owned()))(value)
}

/// A duration > 0.
pub(crate) fn duration(value: &DeValue<'_>) -> Result<u64, Complaint> {
    text(units::A_DURATION, units::duration)(value)
}

/// A duration, or none.
pub(crate) fn duration_or_zero(value: &DeValue<'_>) -> Result<u64, Complaint> {
    text(units::A_DURATION, units::duration_or_zero)(value)
}

/// One of the words.
pub(crate) fn word<T: Copy>(
    what: &'static str,
    known: &'static [(&'static str, T)],
) -> impl Fn(&DeValue<'_>) -> Result<T, Complaint> {
    move |value| {
        let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
        let DeValue::String(text) = value else {
            return Err(found(value).expecting(words::one_of(&words)));
        };
        let found = known.iter().find(|(word, _)| word == text);
        found.map(|(_, value)| *value).ok_or_else(|| words::unknown(what, text, &words))
    }
}

/// `true` or `false`.
pub(crate) fn truth(value: &DeValue<'_>) -> Result<bool, Complaint> {
    value.as_bool().ok_or_else(|| found(value).expecting("`true` or `false`"))
}

/// A whole number in a range.
pub(crate) fn whole(range: RangeInclusive<u64>) -> impl Fn(&DeValue<'_>) -> Result<u64, Complaint> {
    move |value| {
        let expected = match (range.start(), range.end()) {
            (only, other) if only == other => quote(&only.to_string()),
            (least, greatest) => format!("a whole number from {least} to {greatest}"),
        };
        let DeValue::Integer(number) = value else {
            return Err(found(value).expecting(expected));
        };
        let parsed = u64::from_str_radix(number.as_str(), number.radix()).ok();
        parsed.filter(|number| range.contains(number)).ok_or_else(|| {
            Complaint::new(format!("{} is out of range", quote(&number.to_string())))
                .expecting(expected)
        })
    }
}

/// A whole number in a range that fits 32 bits.
pub(crate) fn whole_32(
    range: RangeInclusive<u32>,
) -> impl Fn(&DeValue<'_>) -> Result<u32, Complaint> {
    let read = whole((*range.start()).into()..=(*range.end()).into());
    move |value| read(value).map(|number| u32::try_from(number).expect("the range is of 32 bits"))
}

/// A fraction in (0, 1), exactly as its digits say.
pub(crate) fn fraction(value: &DeValue<'_>) -> Result<Fraction, Complaint> {
    const EXPECTED: &str = "a number between 0 and 1 with at most 9 decimals, such as 0.25";
    let digits = match value {
        DeValue::Float(number) => number.as_str(),
        DeValue::Integer(number) => number.as_str(),
        other => return Err(found(other).expecting(EXPECTED)),
    };
    units::fraction(digits).ok_or_else(|| {
        Complaint::new(format!("{} is not allowed", quote(digits))).expecting(EXPECTED)
    })
}
