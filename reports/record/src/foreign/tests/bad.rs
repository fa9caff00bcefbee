//! Logs that are cut, split, packed, of another version or of another tool, and those that are larger than memory.

use super::*;

const GATLING_3_13: &[u8] = include_bytes!("../../../tests/foreign/gatling-3.13.1/simulation.log");
const GATLING_3_15: &[u8] = include_bytes!("../../../tests/foreign/gatling-3.15.1/simulation.log");
const VEGETA_GOB: &[u8] = include_bytes!("../../../tests/foreign/vegeta-12.13.0/small.gob");
const JTL_XML: &[u8] = include_bytes!("../../../tests/foreign/jmeter-5.6.3/xml.jtl");
const JTL_BARE: &[u8] = include_bytes!("../../../tests/foreign/jmeter-5.6.3/bare.jtl");
const JTL_DATES: &[u8] = include_bytes!("../../../tests/foreign/jmeter-5.6.3/dates.jtl");
const JTL_NO_STAMPS: &[u8] = include_bytes!("../../../tests/foreign/jmeter-5.6.3/no-stamps.jtl");

const FORMATS: [&str; 6] = ["gatling", "k6-csv", "vegeta", "jtl", "csv:t,ms", "csv:1,ns"];

fn check(format: &str, log: &[u8], words: &[&str]) {
    let said = refusal(format, log);
    assert!(words.iter().all(|word| said.contains(word)), "{format}: {said}");
}

#[test]
fn what_the_tools_write_in_other_forms_is_refused_with_the_remedy() {
    check("gatling", GATLING_3_13, &["binary", "3.13.1", "3.12", "hanno sink"]);
    check("gatling", GATLING_3_15, &["binary", "3.15.1", "3.12", "hanno sink"]);
    check("vegeta", VEGETA_GOB, &["binary", "vegeta encode --to csv"]);
    check("jtl", JTL_XML, &["XML", "output_format=csv"]);
    check("jtl", JTL_BARE, &["line 1", "print_field_names=true", "1795520059990,45"]);
    check("jtl", JTL_DATES, &["line 2", "timestamp_format=ms", "2026/11/24 11:35:24.089"]);
    let semicolons = lines(JTL)[0].replace(',', ";") + "\n";
    check("jtl", semicolons.as_bytes(), &["delimiter", "default_delimiter=,"]);
    check("jtl", JTL_NO_STAMPS, &["timeStamp", "elapsed,", "timestamp_format=ms"]);
}

#[test]
fn a_log_that_was_split_lacks_its_beginning() {
    for (format, log, words) in [
        ("gatling", GATLING_3_12, ["line 1", "RUN", "first"]),
        ("k6-csv", K6, ["line 1", "metric_name", "header"]),
        ("jtl", JTL, ["line 1", "timeStamp", "header"]),
    ] {
        let rest = lines(log)[1..].join("\n") + "\n";
        check(format, rest.as_bytes(), &words);
    }
    let rest = lines(VEGETA_CSV)[700..].join("\n") + "\n";
    assert_eq!(read("vegeta", rest.as_bytes()).unwrap().starts.len(), 800, "vegeta has no header");
}

#[test]
fn logs_of_versions_that_are_not_known_are_refused() {
    let known = lines(GATLING_3_12)[0];
    for version in ["3.6.1", "3.13.0", "2.3.1", "4.0", ""] {
        let run = known.replace("3.12.0", version);
        check("gatling", format!("{run}\n").as_bytes(), &[version, "Gatling 3.7 to 3.12"]);
    }
}

#[test]
fn a_log_may_end_anywhere() {
    for (format, log) in READABLE {
        let whole = read(format, log).unwrap();
        // As far as the header goes, and some lines into the starts, which Gatling begins late.
        let header = log.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for end in (header..header + 800).chain(log.len() - 100..=log.len()) {
            let part = read(format, &log[..end]).unwrap();
            assert_eq!(part.starts, whole.starts[..part.starts.len()], "{format} to {end}");
            assert_eq!(part.cut, log[end - 1] != b'\n', "{format} to {end}");
        }
        let shorter = read(format, &log[..log.len() - 1]).unwrap();
        assert!(shorter.starts.len() >= whole.starts.len() - 1, "only the last line is left out");
    }
}

#[test]
fn an_empty_log_is_none() {
    for format in FORMATS {
        check(format, b"", &["empty"]);
    }
    for (format, log) in [("gatling", GATLING_3_12), ("k6-csv", K6), ("jtl", JTL)] {
        check(format, b"\n\n", &["empty"]);
        check(format, &log[..10], &["ends in its first line"]);
        let header = lines(log)[0].to_owned() + "\n";
        let log = read(format, header.as_bytes()).unwrap();
        assert_eq!(log, Log { starts: Vec::new(), resolution_ns: None, cut: false }, "{format}");
    }
}

#[test]
fn other_files_are_no_logs() {
    for format in FORMATS {
        check(format, b"\x1f\x8b\x08\x00rest", &["gzip", "unpack"]);
        check(format, b"<html>\n<body>\n</body>\n", &[]);
        check(format, "# Ünfug\nund noch mehr\n".as_bytes(), &[]);
        check(format, &[&[0xff; 4096][..], b"\n"].concat(), &[]);
    }
    check("k6-csv", JTL, &["line 1", "timeStamp", "--out csv"]);
    check("jtl", K6, &["line 1", "metric_name", "print_field_names"]);
    check("gatling", VEGETA_CSV, &["line 1", "RUN"]);
    check(
        "csv:sent_at,ms",
        SINK,
        &["sent_at", "arrived_ns,replied_ns,connection,arrival", "csv:1,ns"],
    );
}

#[test]
fn errors_name_the_line_where_the_record_begins() {
    for (log, line) in [
        ("t,x\n1,\nhm,\n", "line 3: "),
        ("t,x\r\n1,\r\nhm,\r\n", "line 3: "),
        ("\n\nt,x\n\n1,\n\n\nhm,\n", "line 8: "),
        ("\u{feff}t,x\nhm,\n", "line 2: "),
        ("t,x\n1,\"two\nlines\"\nhm,\n", "line 4: "),
        ("t,x\n1,\n\"hm\n\",\n", "line 3: "),
    ] {
        check("csv:t,ms", log.as_bytes(), &[line, "hm", "in ms"]);
    }
}

#[test]
fn stamps_that_are_no_times_are_errors() {
    for stamp in ["", "NaN", "-5", "1e9", "1795519589719801442000"] {
        check("csv:1,ns", format!("1\n{stamp},\n").as_bytes(), &["line 2", "in ns", stamp]);
    }
    check("csv:1,s", b"1795519589719801442\n", &["line 1", "in s"]);
    check("csv:2,ns", b"1\n", &["line 1", "a row with that column"]);
    let known = lines(K6)[2];
    for (is, should) in
        [("1749852276,", "174985227612,"), ("220.336425", "-1"), ("220.336425", "99e9")]
    {
        let log = format!("{}\n{}\n", lines(K6)[0], known.replace(is, should));
        check("k6-csv", log.as_bytes(), &["line 2"]);
    }
    check("vegeta", b"{\"attack\":\"a\"}\n", &["line 1", "`timestamp`"]);
    check("vegeta", b"{\"timestamp\":\"noon\"}\n", &["line 1", "noon"]);
    check("vegeta", b"1,200,3\n", &["line 1", "12 fields"]);
}

#[test]
fn nothing_comes_after_an_error() {
    let mut starts = starts(&"csv:1,ns".parse().unwrap(), &b"1\nhm\n3\n"[..]).unwrap();
    assert!(starts.next().unwrap().is_ok());
    assert!(starts.next().unwrap().is_err());
    assert!(starts.next().is_none());
}

#[test]
fn a_record_has_a_limit() {
    let long = vec![b'7'; 2 << 20];
    check("csv:1,ns", &long, &["line 1", "1 MiB"]);
    check("csv:1,ns", &[b"1\n2,\"", &long[..], b"\n"].concat(), &["line 2", "1 MiB", "quote"]);
    check("csv:1,ns", ",".repeat(300).as_bytes(), &["line 1", "256 fields"]);
    // A body is part of vegeta's line; those of usual size fit.
    let body = "QUJD".repeat(50_000);
    let hit = lines(VEGETA_CSV)[0].replace("e30=", &body) + "\n";
    assert_eq!(read("vegeta", hit.as_bytes()).unwrap().starts.len(), 1);
}

/// Says a line again and again, a few bytes at a time, without holding more than one.
struct Again {
    line: &'static [u8],
    at: usize,
    left: u64,
}

impl Read for Again {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while self.left > 0 && written < into.len() {
            let part = &self.line[self.at..];
            let size = part.len().min(into.len() - written);
            into[written..written + size].copy_from_slice(&part[..size]);
            written += size;
            self.at += size;
            if self.at == self.line.len() {
                (self.at, self.left) = (0, self.left - 1);
            }
        }
        Ok(written)
    }
}

#[test]
fn ten_million_lines_are_read_in_the_memory_of_one() {
    let from = Again { line: b"1795519589,\n", at: 0, left: 10_000_000 };
    let starts = starts(&"csv:1,s".parse().unwrap(), from).unwrap();
    assert_eq!(starts.map(Result::unwrap).count(), 10_000_000);
}

/// A device that hands over single bytes and is interrupted before each.
struct Slow<'a> {
    log: &'a [u8],
    interrupted: bool,
}

impl Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = into.len().min(1);
        self.log.read(&mut into[..size])
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_arrive() {
    for (format, log) in READABLE {
        let slow = Slow { log, interrupted: false };
        assert_eq!(read(format, slow).unwrap(), read(format, log).unwrap(), "{format}");
    }
}

proptest! {
    #[test]
    fn a_spoilt_log_is_an_error_or_a_log(which in 0_usize..7, at in 0_usize..20_000, with: u8) {
        let (format, log) = READABLE[which];
        let mut spoilt = log[..log.len().min(20_000)].to_vec();
        let at = at % spoilt.len();
        spoilt[at] = with;
        let whole = read(format, log).unwrap();
        if let Ok(read) = read(format, &spoilt[..]) {
            prop_assert!(read.starts.len() <= whole.starts.len() + 1);
        }
    }

    #[test]
    fn any_bytes_come_to_an_end(bytes: Vec<u8>) {
        for format in FORMATS {
            let starts = read(format, &bytes[..]).map_or(0, |log| log.starts.len());
            prop_assert!(starts <= bytes.len());
        }
    }
}
