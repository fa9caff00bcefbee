//! Timestamps of files: what is read exactly, what is refused with its line, and what is doubtful.

use std::io::{self, BufReader, Read};

use load_plan::stamps::{Gathered, MAX_STAMPS, Source, Stamps, StampsError, Unit};

fn source(column: &str, unit: Unit) -> Source {
    Source { file: "f.csv".to_owned(), column: column.to_owned(), unit }
}

fn read(text: &str, unit: Unit) -> Result<Stamps, StampsError> {
    Stamps::from_csv(text.as_bytes(), &source("t", unit))
}

#[track_caller]
fn check(text: &str, unit: Unit, expected: &[u64]) -> Stamps {
    let stamps = read(text, unit).expect("they are right");
    assert_eq!(stamps.offsets().loaded(), Some(expected), "{text}");
    stamps
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    assert_eq!(
        read(text, Unit::Milliseconds).map_err(|why| why.to_string()),
        Err(expected.to_owned())
    );
}

#[test]
fn times_are_read_exactly_in_every_unit() {
    check("t\n1563321600.000000001\n1563321600.25\n", Unit::Seconds, &[0, 249_999_999]);
    check("t\n1.5\n2.000001\n", Unit::Milliseconds, &[0, 500_001]);
    check("t\n7\n7.001\n", Unit::Microseconds, &[0, 1]);
    check("t\n18446744073709551614\n18446744073709551615\n", Unit::Nanoseconds, &[0, 1]);
    check("t\n5.000\n6.0\n", Unit::Nanoseconds, &[0, 1]);
}

#[test]
fn the_column_is_found_by_its_name_wherever_it_stands() {
    check("a,\"x,y\",t\n1,\"2,3\",4\n1,\"\"\"\",6\n", Unit::Nanoseconds, &[0, 2]);
    check("\u{feff}\"t\" ,b\r\n 4 ,x\r\n\r\n9,y", Unit::Nanoseconds, &[0, 5]);
}

#[test]
fn order_is_made_and_said() {
    let stamps = check("t\n5\n3\n9\n3\n", Unit::Nanoseconds, &[0, 0, 2, 6]);
    assert_eq!((stamps.unsorted, stamps.clump), (2, None));
    assert_eq!(check("t\n3\n3\n", Unit::Nanoseconds, &[0, 0]).unsorted, 0);
}

#[test]
fn whole_seconds_clump_and_finer_stamps_do_not() {
    let second = 1_000_000_000;
    let whole = "t\n10\n11\n11\n11\n12\n";
    let offsets = [0, second, second, second, 2 * second];
    assert_eq!(check(whole, Unit::Seconds, &offsets).clump, Some(3));
    let finer = "t\n10\n11\n11\n11\n12.5\n";
    let offsets = [0, second, second, second, 2 * second + second / 2];
    assert_eq!(check(finer, Unit::Seconds, &offsets).clump, None);
    assert_eq!(check("t\n10\n11\n", Unit::Seconds, &[0, second]).clump, None, "none is shared");
}

#[test]
fn what_is_no_timestamp_is_refused_with_its_line() {
    refused("", "no timestamps");
    refused("t\n", "no timestamps");
    refused("t\n\n \n", "no timestamps");
    refused("time,b\n1,2\n", "line 1: no column `t`, only `time`, `b`");
    refused("t\n1\n-5\n", "line 3: `-5` is negative");
    refused("t\n1\n-5.5\n", "line 3: `-5.5` is negative");
    refused("t\n1\n\n0.0000001\n", "line 4: `0.0000001` is finer than a nanosecond");
    refused("t\n18446744073710\n", "line 2: `18446744073710` is too large");
    refused("t\n99999999999999999999999\n", "line 2: `99999999999999999999999` is too large");
    refused("b,t\n1\n", "line 2: `1` has no such column");
    for garbage in
        ["x", "1e9", "NaN", "0x10", "1.", ".5", "-", "--1", "+1", "1 2", "1_000", "٣", "2019-07-17"]
    {
        refused(&format!("t\n{garbage}\n"), &format!("line 2: `{garbage}` is no number"));
    }
    refused("a,t\n1,\n", "line 2: `` is no number");
    let wide = format!("t\n{}\n", "1".repeat(2_000_000));
    refused(&wide, "line 2: more than 1048576 bytes");
}

#[test]
fn bytes_that_are_no_text_are_no_number() {
    let why = Stamps::from_csv(&b"t\n\xff\xfe\n"[..], &source("t", Unit::Seconds)).unwrap_err();
    assert!(why.to_string().starts_with("line 2: `"), "{why}");
}

#[test]
fn whole_numbers_of_other_formats_are_held_to_the_same() {
    let push = |stamp| Gathered::new(Unit::Seconds).push(7, stamp).map_err(|why| why.to_string());
    assert_eq!(push(5), Ok(()));
    assert_eq!(push(-1), Err("row 7: `-1` is negative".to_owned()));
    assert_eq!(push(i64::MAX), Err("row 7: `9223372036854775807` is too large".to_owned()));
}

#[test]
fn one_more_than_the_most_is_refused() {
    let mut gathered = Gathered::new(Unit::Nanoseconds);
    for row in 0..u64::try_from(MAX_STAMPS).unwrap() {
        gathered.push(row, 1).unwrap();
    }
    let why = gathered.push(9, 1).unwrap_err().to_string();
    assert_eq!(why, "row 9: more than 10000000 timestamps");
    assert_eq!(gathered.finish().unwrap().offsets().count, 10_000_000);
}

/// Lines without end, of which none is held.
struct Endless;

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        const LINES: [u8; 4096] = {
            let mut lines = [b'5'; 4096];
            let mut at = 1;
            while at < lines.len() {
                lines[at] = b'\n';
                at += 2;
            }
            lines
        };
        let size = into.len().min(LINES.len()) / 2 * 2;
        into[..size].copy_from_slice(&LINES[..size]);
        Ok(size)
    }
}

#[test]
fn a_file_without_end_is_refused_after_ten_million_lines() {
    let lines = BufReader::new(b"t\n".chain(Endless));
    let why = Stamps::from_csv(lines, &source("t", Unit::Nanoseconds)).unwrap_err().to_string();
    assert_eq!(why, "line 10000002: more than 10000000 timestamps");
}
