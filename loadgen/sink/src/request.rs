//! Reads the head of a request: only what decides where the request ends, how it is answered, and whose arrival it is.

use crate::config::{MAX_BODY_BYTES, MAX_HEAD_BYTES};

/// Longest `hanno-arrival` value kept: `run/seq/step` with room to spare.
const MAX_ARRIVAL_BYTES: usize = 64;

/// What matters of a head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) body_bytes: usize,
    pub(crate) keep_alive: bool,
    pub(crate) version_1_0: bool,
    pub(crate) bodiless: bool,
    pub(crate) arrival: ArrivalTag,
}

/// Why a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not HTTP/1.
    Malformed,
    /// A body whose length is not said in advance.
    Chunked,
    /// A longer body than is read.
    BodyTooLarge,
    /// A longer head than is read.
    HeadTooLarge,
}

/// The value of `hanno-arrival`, held inline so that a request costs no allocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArrivalTag {
    bytes: [u8; MAX_ARRIVAL_BYTES],
    length: u8,
}

impl ArrivalTag {
    const EMPTY: Self = Self { bytes: [0; MAX_ARRIVAL_BYTES], length: 0 };

    /// Empty unless every byte can stand in a CSV field as it is, and no spreadsheet would take
    /// the field for a formula: the log is opened by people.
    fn of(value: &[u8]) -> Self {
        let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b',' | b'"');
        let formula = matches!(value.first(), Some(b'=' | b'+' | b'-' | b'@'));
        if value.len() > MAX_ARRIVAL_BYTES || formula || !value.iter().all(plain) {
            return Self::EMPTY;
        }
        let mut tag = Self::EMPTY;
        tag.bytes[..value.len()].copy_from_slice(value);
        tag.length = u8::try_from(value.len()).expect("at most 64 bytes were let in");
        tag
    }

    /// The text; empty if there was no usable header.
    pub(crate) fn as_str(&self) -> &str {
        let bytes = &self.bytes[..usize::from(self.length)];
        std::str::from_utf8(bytes).expect("only ASCII was let in")
    }
}

/// The head at the start of `input` and its length, `None` if more bytes are needed. The first
/// `scanned` bytes are known to hold no end of a head, so that slow senders are not scanned again.
pub(crate) fn read_head(input: &[u8], scanned: usize) -> Result<Option<(Head, usize)>, Refusal> {
    let from = scanned.saturating_sub(3);
    let Some(end) = input[from..].windows(4).position(|four| four == b"\r\n\r\n") else {
        return if input.len() > MAX_HEAD_BYTES { Err(Refusal::HeadTooLarge) } else { Ok(None) };
    };
    let length = from + end + 4;
    if length > MAX_HEAD_BYTES {
        return Err(Refusal::HeadTooLarge);
    }
    parse(&input[..length - 2]).map(|head| Some((head, length)))
}

/// Reads complete lines: the request line, then fields.
fn parse(head: &[u8]) -> Result<Head, Refusal> {
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    let (bodiless, version_1_0) = request_line(text(lines.next())?)?;
    let mut fields = Fields::default();
    for line in lines {
        let line = text(Some(line))?;
        let colon = line.iter().position(|byte| *byte == b':').ok_or(Refusal::Malformed)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return Err(Refusal::Malformed);
        }
        fields.take(name, value)?;
    }
    Ok(Head {
        body_bytes: fields.body_bytes.unwrap_or(0),
        keep_alive: if version_1_0 { fields.keep_alive } else { !fields.close },
        version_1_0,
        bodiless,
        arrival: fields.arrival.unwrap_or(ArrivalTag::EMPTY),
    })
}

/// A line without its CRLF.
fn text(line: Option<&[u8]>) -> Result<&[u8], Refusal> {
    line.and_then(|line| line.strip_suffix(b"\r\n")).ok_or(Refusal::Malformed)
}

/// Whether the method is HEAD, and whether the version is 1.0.
fn request_line(line: &[u8]) -> Result<(bool, bool), Refusal> {
    let mut words = line.split(|byte| *byte == b' ');
    let (Some(method), Some(path), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Refusal::Malformed);
    };
    let version_1_0 = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        _ => return Err(Refusal::Malformed),
    };
    if method.is_empty() || path.is_empty() || !method.iter().all(u8::is_ascii_graphic) {
        return Err(Refusal::Malformed);
    }
    Ok((method == b"HEAD", version_1_0))
}

/// The fields that matter, as they are met.
#[derive(Default)]
struct Fields {
    body_bytes: Option<usize>,
    close: bool,
    keep_alive: bool,
    arrival: Option<ArrivalTag>,
}

impl Fields {
    fn take(&mut self, name: &[u8], value: &[u8]) -> Result<(), Refusal> {
        if name.eq_ignore_ascii_case(b"content-length") {
            let bytes = content_length(value)?;
            if self.body_bytes.is_some_and(|earlier| earlier != bytes) {
                return Err(Refusal::Malformed);
            }
            self.body_bytes = Some(bytes);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Err(Refusal::Chunked);
        } else if name.eq_ignore_ascii_case(b"connection") {
            for word in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                self.close |= word.eq_ignore_ascii_case(b"close");
                self.keep_alive |= word.eq_ignore_ascii_case(b"keep-alive");
            }
        } else if name.eq_ignore_ascii_case(b"hanno-arrival") {
            self.arrival = Some(ArrivalTag::of(value));
        }
        Ok(())
    }
}

fn content_length(value: &[u8]) -> Result<usize, Refusal> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(Refusal::Malformed);
    }
    let digits = std::str::from_utf8(value).expect("digits are ASCII");
    match digits.parse() {
        Ok(bytes) if bytes <= MAX_BODY_BYTES => Ok(bytes),
        _ => Err(Refusal::BodyTooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        let (head, length) = read_head(text.as_bytes(), 0).unwrap().unwrap();
        assert_eq!(length, text.len());
        head
    }

    #[test]
    fn what_matters_is_read() {
        let head = head(
            "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-LENGTH: 12 \r\nHanno-Arrival: r/7/0\r\n\r\n",
        );
        assert_eq!(
            (head.body_bytes, head.keep_alive, head.bodiless, head.arrival.as_str()),
            (12, true, false, "r/7/0")
        );
    }

    #[test]
    fn keep_alive_follows_version_and_connection_field() {
        for (text, keep_alive) in [
            ("GET / HTTP/1.1\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nconnection: Close\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nconnection: te, close\r\n\r\n", false),
            ("GET / HTTP/1.0\r\n\r\n", false),
            ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
        ] {
            assert_eq!(head(text).keep_alive, keep_alive, "{text}");
        }
    }

    #[test]
    fn bad_heads_are_refused() {
        let long_field = format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "x".repeat(MAX_HEAD_BYTES));
        for (text, refusal) in [
            ("GET /\r\n\r\n", Refusal::Malformed),
            ("GET / HTTP/2\r\n\r\n", Refusal::Malformed),
            ("GET / HTTP/1.1\r\nno colon\r\n\r\n", Refusal::Malformed),
            ("GET / HTTP/1.1\r\n folded: x\r\n\r\n", Refusal::Malformed),
            ("GET / HTTP/1.1\r\nbare: line\nfeed: x\r\n\r\n", Refusal::Malformed),
            ("GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", Refusal::Malformed),
            (
                "GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
                Refusal::Malformed,
            ),
            ("GET / HTTP/1.1\r\ncontent-length: 1048577\r\n\r\n", Refusal::BodyTooLarge),
            (
                "GET / HTTP/1.1\r\ncontent-length: 99999999999999999999999\r\n\r\n",
                Refusal::BodyTooLarge,
            ),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", Refusal::Chunked),
            (&long_field, Refusal::HeadTooLarge),
            (&long_field[..=MAX_HEAD_BYTES], Refusal::HeadTooLarge),
        ] {
            assert_eq!(read_head(text.as_bytes(), 0).unwrap_err(), refusal, "{text}");
        }
    }

    #[test]
    fn an_arrival_that_could_harm_the_log_is_dropped() {
        let longest = "a".repeat(MAX_ARRIVAL_BYTES);
        for (value, kept) in [
            ("witness/12/0", "witness/12/0"),
            (&*longest, &*longest),
            (&*format!("{longest}a"), ""),
            ("a,b", ""),
            ("a\"b", ""),
            ("a b", ""),
            ("=1+1", ""),
            ("@x", ""),
            ("\u{e9}", ""),
            ("", ""),
        ] {
            assert_eq!(ArrivalTag::of(value.as_bytes()).as_str(), kept, "{value}");
        }
    }

    #[test]
    fn a_head_is_found_wherever_its_bytes_were_cut() {
        let text = b"GET / HTTP/1.1\r\na: b\r\n\r\n";
        for cut in 0..text.len() {
            assert!(read_head(&text[..cut], 0).unwrap().is_none(), "cut at {cut}");
            assert!(read_head(text, cut).unwrap().is_some(), "cut at {cut}");
        }
    }
}
