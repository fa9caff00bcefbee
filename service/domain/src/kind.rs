//! The kinds of reaction: an allow-list of short names, so that a reaction is never free text.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Names match `[a-z0-9_-]{1,32}`; a name's position is what stores hold. Append only: moving or
/// removing a name would change what was stored. Roger, bow and clap are what people at work use most.
const NAMES: [&str; 12] = [
    "roger",
    "bow",
    "clap",
    "heart",
    "smile",
    "sad",
    "thumbsup",
    "thumbsdown",
    "eyes",
    "party",
    "pray",
    "surprised",
];

/// What a reaction says; one of the names of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(u8);

/// Not in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown reaction; known are roger, bow, clap, heart, smile, sad, thumbsup, thumbsdown, eyes, party, pray, surprised"
)]
pub struct UnknownKind;

impl Kind {
    /// How many there are.
    pub const COUNT: usize = NAMES.len();

    /// Every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..).take(Self::COUNT).map(Self)
    }

    /// From what a store holds.
    pub fn from_code(code: u8) -> Result<Self, UnknownKind> {
        if usize::from(code) < Self::COUNT { Ok(Self(code)) } else { Err(UnknownKind) }
    }

    /// What a store holds.
    pub const fn code(self) -> u8 {
        self.0
    }

    /// As clients name it.
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::all().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_short_unique_and_come_back() {
        let names: BTreeSet<_> = Kind::all().map(Kind::name).collect();
        assert_eq!(names.len(), Kind::COUNT);
        for kind in Kind::all() {
            let name = kind.name();
            assert!((1..=32).contains(&name.len()));
            assert!(name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')));
            assert_eq!(name.parse(), Ok(kind));
            assert_eq!(Kind::from_code(kind.code()), Ok(kind));
            assert!(UnknownKind.to_string().contains(name), "the error names every kind");
        }
    }

    #[test]
    fn codes_are_what_stores_hold_and_never_move() {
        assert_eq!("roger".parse::<Kind>().unwrap().code(), 0);
        assert_eq!("thumbsup".parse::<Kind>().unwrap().code(), 6);
        assert_eq!("surprised".parse::<Kind>().unwrap().code(), 11);
    }

    #[test]
    fn anything_else_is_unknown() {
        for name in ["", "Roger", "roger ", "👍", "roger\0", "clap\u{200b}", "x"] {
            assert_eq!(name.parse::<Kind>(), Err(UnknownKind), "{name:?}");
        }
        assert_eq!(Kind::from_code(12), Err(UnknownKind));
    }
}
