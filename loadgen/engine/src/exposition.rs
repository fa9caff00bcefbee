//! Reads the text that Prometheus scrapes, line by line; pure.
//!
//! The text comes from another process: whatever is no sample is passed over, and what is taken is bounded by
//! whoever takes it. Both forms are read, the [text format](https://prometheus.io/docs/instrumenting/exposition_formats/)
//! and [OpenMetrics](https://prometheus.io/docs/specs/om/open_metrics_spec/), as far as both say the same.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

/// Labels of one series; whoever has more means something else.
const LABELS_MAX: usize = 32;

/// A name with its labels. Labels are in order of their names, so that their order in the text is of no account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series<'a> {
    pub(crate) name: &'a str,
    /// Names and values, the latter as they stand between the quotes.
    pub(crate) labels: Vec<(&'a str, &'a str)>,
}

/// A series and its value, which may be infinite or not a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample<'a> {
    pub(crate) series: Series<'a>,
    pub(crate) value: f64,
}

/// What the text says of the kinds of its families.
#[derive(Debug, Default)]
pub(crate) struct Kinds<'a>(HashMap<&'a str, &'a str>);

/// The samples of a text, in its order.
pub(crate) fn samples(text: &str) -> impl Iterator<Item = Sample<'_>> {
    text.lines().filter_map(sample)
}

impl<'a> Series<'a> {
    /// A series alone, as it stands before its value.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let (series, rest) = series(text.trim())?;
        rest.is_empty().then_some(series)
    }

    /// Whether this is the other one, or one of those that it stands for: the same name and at least its labels.
    pub(crate) fn is_of(&self, other: &Series<'_>) -> bool {
        self.name == other.name && other.labels.iter().all(|label| self.labels.contains(label))
    }
}

impl Display for Series<'_> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(self.name)?;
        let mut mark = '{';
        for (name, value) in &self.labels {
            write!(to, "{mark}{name}=\"{value}\"")?;
            mark = ',';
        }
        if self.labels.is_empty() { Ok(()) } else { to.write_str("}") }
    }
}

impl<'a> Kinds<'a> {
    /// Those that are told.
    pub(crate) fn of(text: &'a str) -> Self {
        let told = text.lines().filter_map(|line| {
            let mut words = line.strip_prefix("# TYPE ")?.split_whitespace();
            Some((words.next()?, words.next()?))
        });
        Self(told.collect())
    }

    /// Whether a series of this name only grows while the process lives.
    pub(crate) fn is_counter(&self, name: &str) -> bool {
        let kind = |name: &str| self.0.get(name).copied();
        if let Some(kind) = kind(name) {
            return kind == "counter";
        }
        let part = |end| name.strip_suffix(end).and_then(kind);
        match part("_total") {
            Some(kind) => kind == "counter",
            // By its name, where nothing else says what it is.
            None if name.ends_with("_total") => true,
            None => ["_sum", "_count", "_bucket"]
                .into_iter()
                .filter_map(part)
                .any(|kind| matches!(kind, "histogram" | "summary")),
        }
    }
}

/// What follows the value, a time or an exemplar, is not needed.
fn sample(line: &str) -> Option<Sample<'_>> {
    let (series, rest) = series(line.trim_start())?;
    // Without a space a longer name would be taken for a name and a value.
    if !rest.starts_with([' ', '\t']) && series.labels.is_empty() {
        return None;
    }
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some(Sample { series, value })
}

/// A series, and what is left of the text.
fn series(text: &str) -> Option<(Series<'_>, &str)> {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':';
    let end = text.bytes().position(|byte| !of_name(byte)).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            rest = rest.trim_start_matches([' ', ',']);
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            let (label, after) = rest.split_once('=')?;
            let value = after.trim_start().strip_prefix('"')?;
            let end = closing_quote(value)?;
            labels.push((label.trim(), &value[..end]));
            rest = &value[end + 1..];
            if labels.len() > LABELS_MAX || !label.trim().bytes().all(of_name) {
                return None;
            }
        }
        labels.sort_unstable();
    }
    Some((Series { name, labels }, rest))
}

/// Where the value of a label ends: at the first quote that no backslash stands before.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, shown: &str, value: f64) {
        let sample = sample(line).unwrap();
        assert_eq!(sample.series.to_string(), shown);
        assert_eq!(sample.value.to_bits(), value.to_bits(), "{line}");
    }

    #[test]
    fn a_sample_is_a_name_its_labels_in_order_and_a_value() {
        check("up 1", "up", 1.0);
        check("  up\t1.5e3 1700000000", "up", 1500.0);
        check("a:b_c{} 2", "a:b_c", 2.0);
        check(r#"x{b="2", a="1",} -3"#, r#"x{a="1",b="2"}"#, -3.0);
        check(r#"x{path="C:\\d\"e} 1"} 4 # {id="y"} 5"#, r#"x{path="C:\\d\"e} 1"}"#, 4.0);
        check("x +Inf", "x", f64::INFINITY);
        assert!(sample("x NaN").unwrap().value.is_nan());
    }

    #[test]
    fn what_is_no_sample_is_passed_over() {
        let many = format!("x{{{}}} 1", r#"a="b","#.repeat(LABELS_MAX + 1));
        for line in [
            "",
            "#",
            "# TYPE x counter",
            "x",
            "x{",
            "x{a} 1",
            "x{a=b} 1",
            "x{a=\"b} 1",
            "x{a=\"b\"}",
            "1x 2",
            "x+3",
            "x 1,5",
            "é 1",
            "x{a-b=\"c\"} 1",
            &many,
        ] {
            assert_eq!(sample(line), None, "{line}");
        }
    }

    #[test]
    fn a_series_stands_for_those_with_more_labels() {
        let one = |text: &'static str| Series::of(text).unwrap();
        let seen = one(r#"x{route="/a",method="GET"}"#);
        for (other, expected) in [
            ("x", true),
            (r#"x{method="GET"}"#, true),
            (r#"x{method="GET",route="/a"}"#, true),
            (r#"x{method="PUT"}"#, false),
            (r#"x{method="GET",code="200"}"#, false),
            ("y", false),
        ] {
            assert_eq!(seen.is_of(&one(other)), expected, "{other}");
        }
        assert_eq!(Series::of("x 1"), None);
    }

    #[test]
    fn what_only_grows_is_told_or_known_by_its_name() {
        let kinds = Kinds::of(
            "# TYPE a counter\n# TYPE b gauge\n# TYPE c histogram\n# TYPE d_total gauge\n# TYPE e unknown\n",
        );
        for (name, expected) in [
            ("a", true),
            ("a_total", true),
            ("b", false),
            ("c_count", true),
            ("c_bucket", true),
            ("c_created", false),
            ("d_total", false),
            ("e", false),
            ("unheard_of_total", true),
            ("unheard_of", false),
            ("unheard_of_count", false),
        ] {
            assert_eq!(kinds.is_counter(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let binary = String::from_utf8_lossy(&bytes);
            for text in [&*text, &binary, &format!("x{{a=\"{text}\"}} 1")] {
                prop_assert!(samples(text).count() <= text.lines().count());
                drop(Kinds::of(text));
            }
        }

        #[test]
        fn a_series_comes_back_from_its_own_words(
            labels in proptest::collection::btree_map("[a-z_]{1,8}", r#"([ -!#-\[\]-~]|\\\\|\\")*"#, 0..5),
        ) {
            let written: Vec<String> = labels.iter().rev().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
            let text = format!("x{{{}}}", written.join(","));
            let series = Series::of(&text).unwrap();
            prop_assert_eq!(series.labels.len(), labels.len());
            let shown = series.to_string();
            prop_assert_eq!(Series::of(&shown), Some(series.clone()));
        }
    }
}
