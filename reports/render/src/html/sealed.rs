//! The style sheet and the only script of a page, with the hashes by which the browser knows that they are ours: what
//! else may have got into the page is neither run nor applied.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const STYLE: &str = concat!(
    include_str!("../../templates/colours.css"),
    include_str!("../../templates/report.css")
);

const SCRIPT: &str = include_str!("../../templates/report.js");

/// A text that is in the page as it is.
pub(crate) struct Sealed {
    pub(crate) text: &'static str,
    /// As a content security policy names it.
    pub(crate) hash: String,
}

impl Sealed {
    pub(crate) fn style() -> Self {
        Self::of(STYLE)
    }

    pub(crate) fn script() -> Self {
        Self::of(SCRIPT)
    }

    fn of(text: &'static str) -> Self {
        let hash = format!("sha256-{}", STANDARD.encode(Sha256::digest(text)));
        Self { text, hash }
    }
}
