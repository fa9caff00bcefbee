//! Server-sent events out of the bytes of a stream, however they are cut; pure.
//!
//! By the rules of the HTML standard, but bounded: a line or an event that does not end is an error, for
//! it would fill the memory of the generator's machine.

/// The largest event, and the longest line: far beyond what a notification holds.
pub(crate) const EVENT_BYTES_MAX: usize = 64 * 1024;

/// Marks text as UTF-8 where a program of some systems wrote it; it is no part of the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its type; empty for a plain message.
    pub(crate) name: Vec<u8>,
    /// Its data; several lines are joined by a line feed.
    pub(crate) data: Vec<u8>,
}

/// An event or a line beyond [`EVENT_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Takes bytes as they come and gives events as they end.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The last byte was a carriage return, so that a line feed now is part of the same end of line.
    after_return: bool,
    begun: bool,
}

impl Parser {
    /// The events that end within `bytes`.
    ///
    /// # Errors
    /// When one does not end in time; the stream cannot be read on.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLarge> {
        let mut events = Vec::new();
        for &byte in bytes {
            let second_half = byte == b'\n' && std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if second_half => {}
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    events.extend(self.end_line()?);
                }
                _ => {
                    self.after_return = false;
                    if self.line.len() == EVENT_BYTES_MAX {
                        return Err(TooLarge);
                    }
                    self.line.push(byte);
                }
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<Event>, TooLarge> {
        let line = std::mem::take(&mut self.line);
        let first = !std::mem::replace(&mut self.begun, true);
        let text = line.strip_prefix(BYTE_ORDER_MARK).filter(|_| first).unwrap_or(&line);
        let ended = text.is_empty().then(|| self.end_event()).flatten();
        if !text.is_empty() {
            self.field(text)?;
        }
        // Its memory serves the next line.
        self.line = line;
        self.line.clear();
        Ok(ended)
    }

    fn field(&mut self, line: &[u8]) -> Result<(), TooLarge> {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, rest) = line.split_at(colon);
        let value = rest.strip_prefix(b":").unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"event" => self.event.name = value.to_vec(),
            b"data" => {
                if self.event.data.len() + value.len() >= EVENT_BYTES_MAX {
                    return Err(TooLarge);
                }
                if self.has_data {
                    self.event.data.push(b'\n');
                }
                self.event.data.extend_from_slice(value);
                self.has_data = true;
            }
            // A comment, an id, a time to reconnect after, or what the standard does not know.
            _ => {}
        }
        Ok(())
    }

    /// An event without data is none.
    fn end_event(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(text: &[u8]) -> Vec<(String, String)> {
        let text_of = |bytes| String::from_utf8(bytes).unwrap();
        let events = Parser::default().feed(text).unwrap();
        events.into_iter().map(|event| (text_of(event.name), text_of(event.data))).collect()
    }

    #[test]
    fn events_are_those_of_the_standard() {
        type Case = (&'static [u8], &'static [(&'static str, &'static str)]);
        let cases: [Case; 10] = [
            (b"data: a\n\n", &[("", "a")]),
            (b"event: x\ndata: a\ndata: b\n\n", &[("x", "a\nb")]),
            (b"event: x\r\ndata:a\r\n\r\ndata:b\r\r", &[("x", "a"), ("", "b")]),
            (b": hello\n\nid: 7\nretry: 9\nother: 1\ndata:  two\n\n", &[("", " two")]),
            (b"\xef\xbb\xbfdata: a\n\n", &[("", "a")]),
            (b"data\n\n", &[("", "")]),
            (b"data\ndata\n\n", &[("", "\n")]),
            (b"event: lonely\n\ndata: a\n\n", &[("", "a")]),
            (b"data: unfinished\n", &[]),
            (b"\0\xff garbage\n\n<html>\n\n{\"data\": 1}\n\n", &[]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(events(text), expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn what_does_not_end_is_refused() {
        let mut parser = Parser::default();
        let line = vec![b'x'; EVENT_BYTES_MAX];
        assert_eq!(parser.feed(&line), Ok(vec![]));
        assert_eq!(parser.feed(b"x"), Err(TooLarge));
        let mut parser = Parser::default();
        let lines = b"data: 0123456789\n".repeat(EVENT_BYTES_MAX / 10);
        assert_eq!(parser.feed(&lines), Err(TooLarge));
    }

    proptest! {
        /// Pieces that make events likely, cut anywhere, come to the same events as in one piece.
        #[test]
        fn chunks_do_not_matter(
            pieces in prop::collection::vec(
                prop::sample::select(&[
                    "data: a", "data:", "data", "event: x", ":", "\n", "\r", "\r\n", "\n\n", "é", "\0",
                ][..]),
                0..40,
            ),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        ) {
            let text = pieces.concat().into_bytes();
            let whole = Parser::default().feed(&text).unwrap();
            let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            ends.extend([0, text.len()]);
            ends.sort_unstable();
            let mut parser = Parser::default();
            let mut cut = Vec::new();
            for pair in ends.windows(2) {
                cut.extend(parser.feed(&text[pair[0]..pair[1]]).unwrap());
            }
            prop_assert_eq!(cut, whole);
        }

        #[test]
        fn any_bytes_are_bounded(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let mut parser = Parser::default();
            for chunk in bytes.chunks(7) {
                if parser.feed(chunk).is_err() {
                    break;
                }
            }
            prop_assert!(parser.line.len() + parser.event.data.len() <= 2 * EVENT_BYTES_MAX);
        }
    }
}
