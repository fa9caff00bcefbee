//! Numbers and dates become nanoseconds exactly, or not at all; names of formats come back as they were.

use super::super::format::{Column, FormatError, Unit};
use super::super::stamp::{date_ns, decimal_ns};
use super::*;

#[test]
fn decimals_are_exact() {
    for (text, unit, ns) in [
        ("0", Unit::S, 0),
        ("1795519589.719801442", Unit::S, 1_795_519_589_719_801_442),
        ("1795519589.7", Unit::S, 1_795_519_589_700_000_000),
        ("1795519589719.801", Unit::Ms, 1_795_519_589_719_801_000),
        ("1795519589719801.4429", Unit::Us, 1_795_519_589_719_801_442),
        ("17.9", Unit::Ns, 17),
        (" 5 ", Unit::Us, 5000),
        ("18446744073709551615", Unit::Ns, u64::MAX),
        ("18446744073.709551615", Unit::S, u64::MAX),
    ] {
        assert_eq!(decimal_ns(text.as_bytes(), unit), Some(ns), "{text}");
    }
}

#[test]
fn what_is_no_decimal_is_no_time() {
    for text in [
        "",
        " ",
        ".",
        ".5",
        "-1",
        "+1",
        "1e9",
        "NaN",
        "inf",
        "0x1f",
        "1_000",
        "1,5",
        "1.-5",
        "1 2",
        "12a",
        "٣",
        "18446744073709551616",
    ] {
        assert_eq!(decimal_ns(text.as_bytes(), Unit::Ns), None, "{text}");
    }
    assert_eq!(decimal_ns(b"18446744073.709551616", Unit::S), None, "later than the year 2554");
}

#[test]
fn dates_need_their_zone() {
    assert_eq!(date_ns(b"2026-11-24T11:26:29.719801442Z"), Some(1_795_519_589_719_801_442));
    assert_eq!(date_ns(b"2026-11-24T12:26:29+01:00"), Some(1_795_519_589_000_000_000));
    for text in ["2026-11-24T11:26:29", "2026-11-24", "1969-12-31T23:59:59Z", "now", "\u{fffd}"] {
        assert_eq!(date_ns(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn the_resolution_is_the_finest_that_stamps_show() {
    for (rows, resolution_ns) in [
        ("", None),
        ("5\n", Some(1_000_000_000)),
        ("5\n5.5\n", Some(1_000_000)),
        ("5.000001\n6\n7.25\n", Some(1000)),
        ("5.000001\n6\n7.0000001\n", Some(1)),
    ] {
        let log = read("csv:t,s", format!("t\n{rows}").as_bytes()).unwrap();
        assert_eq!(log.resolution_ns, resolution_ns, "{rows}");
    }
}

#[test]
fn formats_come_back_as_they_were_written() {
    for text in [
        "gatling",
        "k6-csv",
        "vegeta",
        "jtl",
        "csv:sent_at,ms",
        "csv:1,ns",
        "csv:a, b,us",
        "csv:t,s",
    ] {
        assert_eq!(text.parse::<Format>().unwrap().to_string(), text);
    }
    let format = Format::Csv { column: Column::Number(3), unit: Unit::Us };
    assert_eq!("csv:3,us".parse(), Ok(format));
}

#[test]
fn a_format_that_is_none_is_told_what_there_is() {
    for (text, error) in [
        ("locust", FormatError::Unknown("locust".into())),
        ("", FormatError::Unknown(String::new())),
        ("k6", FormatError::Unknown("k6".into())),
        ("csv", FormatError::Csv("csv".into())),
        ("csv:t", FormatError::Csv("csv:t".into())),
        ("csv:,ms", FormatError::Csv("csv:,ms".into())),
        ("csv:t,min", FormatError::Unit("min".into())),
        ("csv:t,", FormatError::Unit(String::new())),
        ("csv:0,ns", FormatError::ColumnZero),
    ] {
        assert_eq!(text.parse::<Format>(), Err(error), "{text}");
    }
    let said = "locust".parse::<Format>().unwrap_err().to_string();
    assert!(said.contains("gatling, k6-csv, vegeta, jtl and csv:COLUMN,UNIT"), "{said}");
}

proptest! {
    #[test]
    fn any_time_is_read_as_it_was_written(ns: u64) {
        let text = format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000);
        prop_assert_eq!(decimal_ns(text.as_bytes(), Unit::S), Some(ns));
        prop_assert_eq!(decimal_ns(ns.to_string().as_bytes(), Unit::Ns), Some(ns));
    }
}
