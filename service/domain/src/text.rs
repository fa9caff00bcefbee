//! The text of a message: what may be posted.

use std::fmt;

use crate::limits::TEXT_BYTES_MAX;

/// Text that may not be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Longer than `limits::TEXT_BYTES_MAX`.
    #[error("the text has {bytes} bytes, at most {TEXT_BYTES_MAX} are allowed")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A control character other than a line feed or a tab.
    #[error("the text holds the control character U+{code:04X}")]
    Control {
        /// Its code point.
        code: u32,
    },
}

/// Text that was checked: not blank, bounded, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// Checks; the text is kept as it is, white space included.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = text.into();
        if text.len() > TEXT_BYTES_MAX {
            return Err(InvalidText::TooLong { bytes: text.len() });
        }
        let control = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        if let Some(control) = control {
            return Err(InvalidText::Control { code: u32::from(control) });
        }
        if text.trim().is_empty() { Err(InvalidText::Empty) } else { Ok(Self(text)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_at_the_limit_and_one_beyond() {
        assert!(MessageText::new("x".repeat(TEXT_BYTES_MAX)).is_ok());
        assert_eq!(
            MessageText::new("x".repeat(TEXT_BYTES_MAX + 1)),
            Err(InvalidText::TooLong { bytes: TEXT_BYTES_MAX + 1 })
        );
        // The limit is in bytes: 1366 three-byte characters are too many.
        assert!(MessageText::new("承".repeat(1365)).is_ok());
        assert_eq!(MessageText::new("承".repeat(1366)), Err(InvalidText::TooLong { bytes: 4098 }));
    }

    #[test]
    fn blank_and_control_characters_are_refused() {
        for blank in ["", " ", "\n\t ", "\u{3000}"] {
            assert_eq!(MessageText::new(blank), Err(InvalidText::Empty), "{blank:?}");
        }
        assert_eq!(MessageText::new("a\u{0}b"), Err(InvalidText::Control { code: 0 }));
        assert_eq!(MessageText::new("a\u{9b}b"), Err(InvalidText::Control { code: 0x9b }));
        assert_eq!(MessageText::new(" two\n\tlines ").unwrap().as_str(), " two\n\tlines ");
    }
}
