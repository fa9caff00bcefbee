//! The first bytes of a log, looked at before it is read in lines: a compressed or binary file would otherwise end in
//! an error about its "line 1" that helps nobody.

use std::io::{Chain, Cursor, Read};

use super::error::ForeignError;

/// Enough for the version in a binary log of Gatling and for the first words of anything.
const HEAD_BYTES: u64 = 512;

/// A log whose head has been looked at, from its beginning.
pub(super) type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// The head, and the log as if it had not been touched.
pub(super) fn read<R: Read>(mut from: R) -> Result<(Vec<u8>, Whole<R>), ForeignError> {
    let mut head = Vec::new();
    from.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(from)))
}

/// Refuses what is packed.
pub(super) fn not_compressed(head: &[u8]) -> Result<(), ForeignError> {
    let form = match head {
        [0x1f, 0x8b, ..] => "compressed with gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "compressed with zstd",
        _ => return Ok(()),
    };
    Err(ForeignError::Form { form: form.to_owned(), remedy: "unpack it first" })
}

/// Whether it holds bytes that no text has.
pub(super) fn is_binary(head: &[u8]) -> bool {
    head.iter().any(|byte| *byte < b' ' && !byte.is_ascii_whitespace())
}
