//! The limits of the service that a client can meet, in one place, each with its reason.

/// The longest message, in bytes of UTF-8. JSON may escape a character to at most three times its
/// bytes (`\uXXXX` for two bytes), so that any legal text fits the 16 KiB body limit of the API.
pub const TEXT_BYTES_MAX: usize = 4096;

/// Messages in a page when the client asks for no number: about what a screen and its scroll-back show.
pub const PAGE_DEFAULT: usize = 50;

/// The most messages in a page: bounds the time that one request can hold a read transaction.
pub const PAGE_MAX: usize = 100;

/// The most messages whose reactions one range request returns; a longer range is answered up to
/// here, with the id to go on from.
pub const RANGE_MAX: usize = 100;
