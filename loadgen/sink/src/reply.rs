//! The replies, ready to be copied: their size is known and tiny, so that they cost nothing to make.

use crate::request::{Head, Refusal};

/// What is sent for one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    /// The whole response.
    pub(crate) bytes: &'static [u8],
    /// Whether it is the connection's last.
    pub(crate) last: bool,
}

macro_rules! ok {
    ($connection:literal, $body:literal) => {
        concat!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n",
            $connection,
            "\r\n",
            $body
        )
        .as_bytes()
    };
}

macro_rules! refused {
    ($status:literal) => {
        concat!("HTTP/1.1 ", $status, "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .as_bytes()
    };
}

impl Reply {
    /// `200` with the body `{}`; a HEAD request gets the same head alone.
    pub(crate) fn ok(head: &Head) -> Self {
        let bytes: &'static [u8] = match (head.keep_alive, head.version_1_0, head.bodiless) {
            (true, false, false) => ok!("", "{}"),
            (true, false, true) => ok!("", ""),
            (true, true, false) => ok!("connection: keep-alive\r\n", "{}"),
            (true, true, true) => ok!("connection: keep-alive\r\n", ""),
            (false, _, false) => ok!("connection: close\r\n", "{}"),
            (false, _, true) => ok!("connection: close\r\n", ""),
        };
        Self { bytes, last: !head.keep_alive }
    }

    /// The status that says why, and the end of the connection.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        let bytes: &'static [u8] = match refusal {
            Refusal::Malformed => refused!("400 Bad Request"),
            Refusal::Chunked => refused!("411 Length Required"),
            Refusal::BodyTooLarge => refused!("413 Content Too Large"),
            Refusal::HeadTooLarge => refused!("431 Request Header Fields Too Large"),
        };
        Self { bytes, last: true }
    }
}
