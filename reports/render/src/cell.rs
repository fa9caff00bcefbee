//! One value of a table or of a picture's data: shown to people with its unit, written to CSV as a bare number.

use crate::{text, units};

/// For what is not known.
const NONE: &str = "—";

/// With what a spreadsheet begins a formula, in the forms of its different languages, and what it skips before.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A value with its unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Not known.
    None,
    /// Words, cleaned.
    Text(String),
    /// How many.
    Count(u64),
    /// A time in microseconds.
    Us(u64),
    /// A mean of times in microseconds.
    MeanUs(f64),
    /// Of a whole, from 0 to 1.
    Share(f64),
    /// A rate.
    PerSecond(f64),
    /// Any other number.
    Number(f64),
    /// A size.
    Bytes(u64),
    /// Money in US dollars.
    Usd(f64),
}

impl Cell {
    /// Foreign words.
    pub(crate) fn text(words: &str) -> Self {
        Self::Text(text::clean(words))
    }

    /// `part` of `whole`; none where there is no whole.
    pub(crate) fn share(part: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self::None;
        }
        Self::Share(units::as_f64(part) / units::as_f64(whole))
    }

    /// As people read it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::None => NONE.to_owned(),
            Self::Text(words) => words.clone(),
            Self::Count(count) => units::count(*count),
            Self::Us(us) => units::time_us(*us),
            Self::MeanUs(us) => units::mean_us(*us),
            Self::Share(share) => units::share(*share),
            Self::PerSecond(rate) => units::per_second(*rate),
            Self::Number(number) => units::number(*number),
            Self::Bytes(bytes) => units::bytes(*bytes),
            Self::Usd(usd) => units::usd(*usd),
        }
    }

    /// As a program reads it; words are quoted, and never begin what a spreadsheet would calculate.
    pub(crate) fn csv(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(words) => csv_text(words),
            Self::Count(count) | Self::Us(count) | Self::Bytes(count) => count.to_string(),
            Self::MeanUs(value)
            | Self::Share(value)
            | Self::PerSecond(value)
            | Self::Number(value) => csv_number(*value, 6),
            // A run may cost a millionth of a dollar.
            Self::Usd(value) => csv_number(*value, 12),
        }
    }

    /// The unit at the end of the name of its column in CSV.
    pub(crate) fn unit(&self) -> &'static str {
        match self {
            Self::Us(_) | Self::MeanUs(_) => "_us",
            Self::Share(_) => "_share",
            Self::PerSecond(_) => "_per_s",
            Self::Bytes(_) => "_bytes",
            Self::Usd(_) => "_usd",
            Self::None | Self::Text(_) | Self::Count(_) | Self::Number(_) => "",
        }
    }
}

/// Words in a file that may be opened by a spreadsheet.
pub(crate) fn csv_text(words: &str) -> String {
    let words = text::clean(words);
    let guard = if words.starts_with(FORMULA) { "'" } else { "" };
    if words.contains([',', '"', ';', '\'', ' ']) || !guard.is_empty() {
        format!("\"{guard}{}\"", words.replace('"', "\"\""))
    } else {
        words
    }
}

/// A number with as many digits as say something; nothing for what is no number.
fn csv_number(value: f64, decimals_max: usize) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let decimals = if value.abs() >= 1_000.0 { 1 } else { decimals_max };
    let text = format!("{value:.decimals$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_calculates_nothing_and_splits_nothing() {
        for (words, csv) in [
            ("GET room", "\"GET room\""),
            ("plain", "plain"),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2+3", "\"'-2+3\""),
            ("＝1", "\"'＝1\""),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("\t=1", "\\u{9}=1"),
            ("a\nb", "a\\u{a}b"),
        ] {
            assert_eq!(csv_text(words), csv, "{words:?}");
        }
    }

    #[test]
    fn a_number_is_one_or_nothing() {
        for (value, csv) in [
            (0.0, "0"),
            (-0.000_000_01, "0"),
            (12.5, "12.5"),
            (1.0 / 3.0, "0.333333"),
            (123_456.78, "123456.8"),
            (f64::NAN, ""),
            (f64::INFINITY, ""),
        ] {
            assert_eq!(Cell::Number(value).csv(), csv);
        }
        assert_eq!(Cell::Usd(0.000_006_25).csv(), "0.00000625");
        assert_eq!(Cell::share(1, 0), Cell::None);
    }
}
