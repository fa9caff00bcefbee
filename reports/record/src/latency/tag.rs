//! Tags as text: four parts between slashes, each percent-encoded, so that no name can break a line.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Kind, Tag};
use crate::error::RecordError;

/// All but letters, digits and the three marks that names of streams and phases may have or that every
/// reader takes as they are. Comma, slash, space and line ends would end the tag, a part or the line.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

impl Kind {
    /// In reading order.
    pub const ALL: [Self; 6] =
        [Self::Response, Self::Service, Self::Server, Self::Lateness, Self::Wait, Self::Delivery];

    /// As in a tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Service => "service",
            Self::Server => "server",
            Self::Lateness => "lateness",
            Self::Wait => "wait",
            Self::Delivery => "delivery",
        }
    }
}

impl Display for Tag {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        for part in [&self.stream, &self.phase, &self.step] {
            write!(to, "{}/", utf8_percent_encode(part, ENCODED))?;
        }
        to.write_str(self.kind.as_str())
    }
}

impl FromStr for Tag {
    type Err = RecordError;

    fn from_str(text: &str) -> Result<Self, RecordError> {
        let parts: Vec<&str> = text.split('/').collect();
        let wrong = || RecordError::Tag(text.to_owned());
        let [stream, phase, step, kind] = parts[..] else {
            return Err(wrong());
        };
        let name =
            |part| percent_decode_str(part).decode_utf8().map(Cow::into_owned).map_err(|_| wrong());
        Ok(Self {
            stream: name(stream)?,
            phase: name(phase)?,
            step: name(step)?,
            kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(wrong)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(stream: &str, phase: &str, step: &str, kind: Kind) -> Tag {
        Tag { stream: stream.to_owned(), phase: phase.to_owned(), step: step.to_owned(), kind }
    }

    #[test]
    fn plain_names_stay_readable() {
        let reads = tag("reads", "phase-1", "GET room_page.json", Kind::Response);
        assert_eq!(reads.to_string(), "reads/phase-1/GET%20room_page.json/response");
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for text in ["", "a/b/c", "a/b/c/response/d", "a/b/c/Response", "a/b/%ff/wait", "a/b/c/"] {
            assert!(matches!(text.parse::<Tag>(), Err(RecordError::Tag(found)) if found == text));
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back_and_none_breaks_a_line(
            stream in any::<String>(), phase in any::<String>(), step in any::<String>(), kind in 0..6usize,
        ) {
            let before = tag(&stream, &phase, &step, Kind::ALL[kind]);
            let text = before.to_string();
            prop_assert!(text.chars().all(|c| c.is_ascii_graphic() && c != ','), "{}", text);
            prop_assert_eq!(text.matches('/').count(), 3);
            prop_assert_eq!(text.parse::<Tag>().unwrap(), before);
        }
    }
}
