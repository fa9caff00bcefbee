//! The instants of one request, set where they happen, so that they survive when the request does not.

/// Nanoseconds from the run's start; what was not reached is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// The request was handed to the HTTP client, before connection check-out.
    pub(crate) sent_ns: Option<u64>,
    /// The response head was in hand.
    pub(crate) first_byte_ns: Option<u64>,
    /// The body was read.
    pub(crate) done_ns: Option<u64>,
}
