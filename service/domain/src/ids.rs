//! Ids as types, so that a room is never taken for a message; decimal strings wherever they leave the process.
//!
//! JavaScript reads a JSON number as a double, which is exact only up to 2^53; an id has 63 bits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Ids have 63 bits, so that they fit the signed integers of other systems; 0 is no id.
const ID_MAX: u64 = i64::MAX as u64;

/// The text or number is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is a decimal number from 1 to 9223372036854775807, without sign or leading zero")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The smallest id.
            pub const MIN: Self = Self(1);
            /// The largest id.
            pub const MAX: Self = Self(ID_MAX);

            /// Refuses 0 and what needs 64 bits.
            pub const fn new(number: u64) -> Result<Self, InvalidId> {
                if number == 0 || number > ID_MAX { Err(InvalidId) } else { Ok(Self(number)) }
            }

            /// The number.
            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text).and_then(Self::new)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

id! {
    /// A room.
    RoomId
}
id! {
    /// A message: Snowflake-like, so that the order of ids is the order of posting.
    MessageId
}
id! {
    /// A person.
    AccountId
}
id! {
    /// An organisation, which accounts belong to.
    OrgId
}

/// One text per id: `007` and `+7` are refused, so that two clients cannot name one thing in two ways.
fn parse(text: &str) -> Result<u64, InvalidId> {
    if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidId);
    }
    text.parse().map_err(|_| InvalidId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_decimals_are_ids() {
        for good in ["1", "42", "9223372036854775807"] {
            assert_eq!(good.parse::<RoomId>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "0",
            "007",
            "+7",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "0x1",
            "١",
            "9223372036854775808",
            "18446744073709551616",
            "99999999999999999999999",
        ] {
            assert_eq!(bad.parse::<RoomId>(), Err(InvalidId), "{bad:?}");
        }
    }

    #[test]
    fn json_holds_a_string_and_refuses_a_number() {
        let id = MessageId::new(9_007_199_254_740_993).unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"9007199254740993\"");
        assert_eq!(serde_json::from_str::<MessageId>("\"9007199254740993\"").unwrap(), id);
        assert!(serde_json::from_str::<MessageId>("9007199254740993").is_err());
    }
}
