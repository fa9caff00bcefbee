//! Numbers with units for people, so that one value reads the same on every page and in every table.

/// Keeps digits of one number together when a line is wrapped.
const GROUP_SPACE: char = '\u{a0}';

/// A count, in groups of three digits from 10 000 on.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(GROUP_SPACE);
        }
        text.push(digit);
    }
    text
}

/// A time in microseconds with three digits, in µs, ms or s.
pub(crate) fn time_us(us: u64) -> String {
    // The bounds are where the last digit would round up into the next form.
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..999_500 => format!("{} ms", three_digits(us, 1_000)),
        _ => format!("{} s", three_digits(us, 1_000_000)),
    }
}

/// A round time as an axis is labelled with it: `5 ms`, not `5.00 ms`.
pub(crate) fn time_short(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{} s", count(us / 1_000_000)),
    }
}

/// Nanoseconds in whole units, for an axis.
pub(crate) fn time_short_ns(ns: f64) -> String {
    let ns = to_u64(ns);
    if ns < 1_000 { format!("{ns} ns") } else { time_short(ns / 1_000) }
}

/// `value / unit` rounded to three digits, or to all digits before the point where there are more.
/// The unit is a power of ten from 1000 on.
fn three_digits(value: u64, unit: u64) -> String {
    let hundredths = value.saturating_add(unit / 200) / (unit / 100);
    let tenths = value.saturating_add(unit / 20) / (unit / 10);
    if hundredths < 1000 {
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    } else if tenths < 1000 {
        format!("{}.{}", tenths / 10, tenths % 10)
    } else {
        count(value.saturating_add(unit / 2) / unit)
    }
}

/// A time in nanoseconds, as [`time_us`] writes it; below a microsecond in ns.
pub(crate) fn time_ns(ns: u64) -> String {
    if ns > 0 && ns < 1000 { format!("{ns} ns") } else { time_us((ns + 500) / 1000) }
}

/// `part` of `whole` in percent; a dash where there is no whole.
pub(crate) fn percent_of(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "two decimals of a percentage are shown")]
    percent(part as f64 / whole as f64 * 100.0)
}

/// A share in 0..=1 in percent.
pub(crate) fn share(value: f64) -> String {
    percent(value * 100.0)
}

/// A percentage with two decimals that never rounds something to nothing, nor nearly all to all.
pub(crate) fn percent(value: f64) -> String {
    if !value.is_finite() {
        "—".to_owned()
    } else if (value - value.round()).abs() < 1e-9 {
        format!("{} %", number(value.round()))
    } else if value > 0.0 && value < 0.005 {
        "< 0.01 %".to_owned()
    } else if (99.995..100.0).contains(&value) {
        "> 99.99 %".to_owned()
    } else {
        format!("{value:.2} %")
    }
}

/// Arrivals per second, without decimals that say nothing.
pub(crate) fn per_second(rate: f64) -> String {
    format!("{}/s", number(rate))
}

/// A number with at most two decimals, or more where it is below one; a dash for what is no number.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "—".to_owned();
    }
    let decimals = if value.abs() >= 1000.0 {
        0
    } else if value.abs() >= 1.0 {
        2
    } else {
        4
    };
    let text = format!("{value:.decimals$}");
    let text = if decimals == 0 { &text } else { text.trim_end_matches('0').trim_end_matches('.') };
    match text.parse::<u64>() {
        Ok(whole) => count(whole),
        Err(_) => text.to_owned(),
    }
}

/// Money in US dollars, with three digits where it is less than one.
pub(crate) fn usd(value: f64) -> String {
    if !value.is_finite() || value <= 0.0 || value >= 1.0 {
        return format!("${}", number(value));
    }
    // The first digit of 0.0123 is in the second place after the point.
    let first = to_u64(-value.log10().floor());
    let decimals = usize::try_from(first + 2).unwrap_or(usize::MAX).min(12);
    let text = format!("${value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A size in bytes, in the greatest binary unit that leaves a digit before the point.
pub(crate) fn bytes(value: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut scaled = value as f64;
    let mut unit = "B";
    for next in UNITS {
        if scaled < 1024.0 {
            break;
        }
        scaled /= 1024.0;
        unit = next;
    }
    if unit == "B" { format!("{value} B") } else { format!("{scaled:.1} {unit}") }
}

/// Seconds from nanoseconds, for axes and durations that need no exactness.
pub(crate) fn seconds(ns: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 ns, which is 104 days")]
    let ns = ns as f64;
    ns / 1e9
}

/// A length of time for people: `40 s`, `12 min 30 s`, `2 h 5 min`.
pub(crate) fn duration_ns(ns: u64) -> String {
    let whole = (ns + 500_000_000) / 1_000_000_000;
    match whole {
        0..120 => format!("{} s", number((seconds(ns) * 10.0).round() / 10.0)),
        120..7200 if whole.is_multiple_of(60) => format!("{} min", whole / 60),
        120..7200 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// When a run started, in UTC to the second: `2026-11-22 10:31:05 UTC`.
pub(crate) fn moment(unix_ns: u64) -> String {
    i64::try_from(unix_ns / 1_000_000_000)
        .ok()
        .and_then(|second| jiff::Timestamp::from_second(second).ok())
        .map_or_else(|| "at an unknown time".to_owned(), |at| at.strftime("%F %T UTC").to_string())
}

/// A figure of a finding: its name ends with its unit (`lateness_p99_us`), which chooses how it is written.
pub(crate) fn figure(name: &str, value: f64) -> (String, String) {
    let (stem, unit) = name.rsplit_once('_').unwrap_or((name, ""));
    // A percentile or the word "max" at the end is part of the name: `clock_step_us_max`.
    let (stem, unit) = match (unit, stem.rsplit_once('_')) {
        ("max" | "min", Some((inner, before))) => (format!("{unit} {inner}"), before),
        _ => (stem.to_owned(), unit),
    };
    let whole = |scale: f64| (value.is_finite() && value >= 0.0).then(|| to_u64(value * scale));
    let written = match unit {
        "us" => whole(1.0).map(time_us),
        "ns" => whole(1.0).map(time_ns),
        "ms" => whole(1000.0).map(time_us),
        "s" | "seconds" => whole(1e6).map(time_us),
        "bytes" => whole(1.0).map(bytes),
        "samples" | "ratio" => Some(number(value)),
        "count" => whole(1.0).map(count),
        "percent" => Some(percent(value)),
        "share" => Some(share(value)),
        "hz" => Some(per_second(value)),
        "ppm" => Some(percent(value / 10_000.0)),
        _ => None,
    };
    let stem = if unit == "samples" { format!("{stem}_samples") } else { stem };
    match written {
        Some(text) => (stem.replace('_', " "), text),
        None => (name.replace('_', " "), number(value)),
    }
}

/// A count as a number to calculate with.
pub(crate) fn as_f64(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a place in a picture or a rounded figure")]
    {
        count as f64
    }
}

/// A time in microseconds with a fraction, as [`time_us`] writes it; below 100 with one decimal.
pub(crate) fn mean_us(us: f64) -> String {
    if us > 0.0 && us < 100.0 { format!("{us:.1} µs") } else { time_us(to_u64(us.max(0.0))) }
}

/// Rounds to the nearest whole number; the caller has ruled out what is negative or no number.
pub(crate) fn to_u64(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative; beyond u64 it saturates, which is far past any figure shown"
    )]
    {
        value.round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_never_a_fourth_by_rounding() {
        for (us, text) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1_000, "1.00 ms"),
            (1_234, "1.23 ms"),
            (1_235, "1.24 ms"),
            (9_994, "9.99 ms"),
            (9_995, "10.0 ms"),
            (99_949, "99.9 ms"),
            (99_950, "100 ms"),
            (999_499, "999 ms"),
            (999_500, "1.00 s"),
            (1_234_499, "1.23 s"),
            (12_345_000, "12.3 s"),
            (3_600_000_000, "3600 s"),
        ] {
            assert_eq!(time_us(us), text, "{us} µs");
        }
        assert_eq!(time_ns(10), "10 ns");
        assert_eq!(time_ns(50_000_000), "50.0 ms");
        for (ns, text) in [(500.0, "500 ns"), (1_999.999_9, "2 µs"), (5e9, "5 s")] {
            assert_eq!(time_short_ns(ns), text);
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_to_all() {
        for (part, whole, text) in [
            (0, 0, "—"),
            (0, 7, "0 %"),
            (1, 1_000_000, "< 0.01 %"),
            (3, 15_000, "0.02 %"),
            (1, 3, "33.33 %"),
            (999_999, 1_000_000, "> 99.99 %"),
            (7, 7, "100 %"),
        ] {
            assert_eq!(percent_of(part, whole), text, "{part} of {whole}");
        }
        assert_eq!(share(f64::NAN), "—");
    }

    #[test]
    fn counts_rates_sizes_and_durations_read_well() {
        assert_eq!(count(9_999), "9999");
        assert_eq!(count(12_345_678), "12\u{a0}345\u{a0}678");
        assert_eq!(per_second(500.0), "500/s");
        assert_eq!(per_second(0.25), "0.25/s");
        assert_eq!(per_second(123_456.7), "123\u{a0}457/s");
        assert_eq!(number(f64::INFINITY), "—");
        assert_eq!(bytes(512), "512 B");
        assert_eq!(bytes(8 << 30), "8.0 GiB");
        for (value, text) in [
            (0.0, "$0"),
            (1971.0, "$1971"),
            (12.5, "$12.5"),
            (0.28, "$0.28"),
            (0.01234, "$0.0123"),
            (0.000_006_25, "$0.00000625"),
            (f64::NAN, "$—"),
        ] {
            assert_eq!(usd(value), text);
        }
        assert_eq!(duration_ns(40_000_000_000), "40 s");
        assert_eq!(duration_ns(750_000_000_000), "12 min 30 s");
        assert_eq!(duration_ns(7_500_000_000_000), "2 h 5 min");
        assert_eq!(moment(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(moment(1_795_343_465_000_000_000), "2026-11-22 10:31:05 UTC");
    }

    #[test]
    fn figures_are_written_by_the_unit_in_their_name() {
        for (name, value, expected) in [
            ("lateness_p99_us", 4_200.0, ("lateness p99", "4.20 ms")),
            ("clock_step_us_max", 25_000.0, ("max clock step", "25.0 ms")),
            ("over_count", 12_345.0, ("over", "12\u{a0}345")),
            ("over_percent", 2.5, ("over", "2.50 %")),
            ("allowed_percent", 1.0, ("allowed", "1 %")),
            ("tail_samples", 19.89, ("tail samples", "19.89")),
            ("cpu_share", 0.91, ("cpu", "91 %")),
            ("rhythm_hz", 4.0, ("rhythm", "4/s")),
            ("gap_variation_ratio", 9.25, ("gap variation", "9.25")),
            ("minutes_left", 2.5, ("minutes left", "2.5")),
            ("limit_us", f64::NAN, ("limit us", "—")),
        ] {
            let (name, value) = figure(name, value);
            assert_eq!((name.as_str(), value.as_str()), expected);
        }
    }
}
