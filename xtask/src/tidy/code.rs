//! Rust source taken apart: a rule about code must not be misled by comments and strings, nor the other
//! way round. Lines and columns stay where they are.

/// A source, twice: what belongs to the other kinds is blanked out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Without comments and without the insides of strings.
    pub(crate) code: String,
    /// Nothing but comments.
    pub(crate) comments: String,
}

/// What the scanner is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    LineComment,
    BlockComment { depth: u32 },
    Text,
    RawText { hashes: usize },
}

/// What some bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// Takes a source apart.
pub(crate) fn parts(source: &str) -> Parts {
    let bytes = source.as_bytes();
    let (mut code, mut comments) = (Vec::new(), Vec::new());
    let mut inside = Inside::Code;
    let mut at = 0;
    while at < bytes.len() {
        let (next, length, kind) = step(inside, bytes, at);
        inside = next;
        let piece = &bytes[at..bytes.len().min(at + length)];
        let kept = |kept: bool| {
            piece.iter().map(move |byte| if kept || *byte == b'\n' { *byte } else { b' ' })
        };
        code.extend(kept(kind == Kind::Code));
        comments.extend(kept(kind == Kind::Comment));
        at += length;
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Parts { code: text(code), comments: text(comments) }
}

/// From what is inside and the next bytes: what comes after, how many bytes that takes, what they are.
fn step(inside: Inside, bytes: &[u8], at: usize) -> (Inside, usize, Kind) {
    let rest = &bytes[at..];
    match inside {
        Inside::Code => step_code(bytes, at),
        Inside::LineComment if rest[0] == b'\n' => (Inside::Code, 1, Kind::Code),
        Inside::BlockComment { depth } if rest.starts_with(b"/*") => {
            (Inside::BlockComment { depth: depth + 1 }, 2, Kind::Comment)
        }
        Inside::BlockComment { depth: 0 } if rest.starts_with(b"*/") => {
            (Inside::Code, 2, Kind::Comment)
        }
        Inside::BlockComment { depth } if rest.starts_with(b"*/") => {
            (Inside::BlockComment { depth: depth - 1 }, 2, Kind::Comment)
        }
        Inside::LineComment | Inside::BlockComment { .. } => (inside, 1, Kind::Comment),
        Inside::Text if rest[0] == b'\\' => (inside, 2, Kind::Text),
        Inside::Text if rest[0] == b'"' => (Inside::Code, 1, Kind::Code),
        Inside::RawText { hashes } if ends_raw(rest, hashes) => {
            (Inside::Code, 1 + hashes, Kind::Code)
        }
        Inside::Text | Inside::RawText { .. } => (inside, 1, Kind::Text),
    }
}

fn step_code(bytes: &[u8], at: usize) -> (Inside, usize, Kind) {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return (Inside::LineComment, 2, Kind::Comment);
    }
    if rest.starts_with(b"/*") {
        return (Inside::BlockComment { depth: 0 }, 2, Kind::Comment);
    }
    if let Some(hashes) = starts_raw(rest).filter(|_| !follows_word(bytes, at)) {
        return (Inside::RawText { hashes }, 2 + hashes, Kind::Code);
    }
    match rest[0] {
        b'"' => (Inside::Text, 1, Kind::Code),
        b'\'' => (Inside::Code, character_length(rest), Kind::Code),
        _ => (Inside::Code, 1, Kind::Code),
    }
}

/// `r"`, `r#"`, …: how many hashes. A byte string's `b` before it is code like any other letter.
fn starts_raw(rest: &[u8]) -> Option<usize> {
    let after = rest.strip_prefix(b"r")?;
    let hashes = after.iter().take_while(|byte| **byte == b'#').count();
    (after.get(hashes) == Some(&b'"')).then_some(hashes)
}

fn ends_raw(rest: &[u8], hashes: usize) -> bool {
    rest[0] == b'"' && rest.len() > hashes && rest[1..=hashes].iter().all(|byte| *byte == b'#')
}

/// Whether the byte before belongs to a word that is no string prefix.
fn follows_word(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|index| bytes[index]);
    before.is_some_and(|byte| byte != b'b' && (byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// A character literal as a whole, because it may hold a quote or a backslash; 1 for a lifetime.
fn character_length(rest: &[u8]) -> usize {
    let text = String::from_utf8_lossy(&rest[1..rest.len().min(16)]).into_owned();
    let mut characters = text.chars();
    match characters.next() {
        Some('\\') => rest.iter().skip(3).position(|byte| *byte == b'\'').map_or(1, |end| end + 4),
        Some(one) if characters.next() == Some('\'') => 2 + one.len_utf8(),
        _ => 1,
    }
}

/// The lines of code before the first `#[cfg(test)]`: what ships.
pub(crate) fn shipped(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
}

/// Whether the line has the word, with no letter, digit or underscore on either side.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(part_of_word) && !line[at + word.len()..].starts_with(part_of_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blanked() {
        for (source, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("unsafe \" x", y)"#, r#"f("           ", y)"#),
            ("r#\"a \" b\"# c", "r#\"     \"# c"),
            ("br\"\\\" c", "br\" \" c"),
            ("'\"' a \"b\"", "'\"' a \" \""),
            ("'\\'' a", "'\\'' a"),
            ("'\\u{1F600}' \"b\"", "'\\u{1F600}' \" \""),
            ("fn f<'a>(x: &'a str) \"b\"", "fn f<'a>(x: &'a str) \" \""),
            ("var\"b\"", "var\" \""),
            ("\"a\nb\" c", "\" \n \" c"),
            ("\"unfinished", "\"          "),
        ] {
            assert_eq!(parts(source).code, code, "{source}");
        }
    }

    #[test]
    fn comments_are_kept_apart() {
        let source = "a // \"b\"\n\"// c\" /* d */";
        let comments = "  // \"b\"\n       /* d */";
        assert_eq!(parts(source).comments, comments);
    }

    #[test]
    fn words_stand_alone() {
        assert!(has_word("unsafe {", "unsafe") && has_word("x(unsafe)", "unsafe"));
        assert!(!has_word("unsafe_code = 1", "unsafe") && !has_word("is_unsafe", "unsafe"));
        assert!(has_word("goose::x", "goose") && !has_word("mongoose::x", "goose"));
    }

    #[test]
    fn what_ships_ends_where_tests_begin() {
        let lines: Vec<_> = shipped("a\n  #[cfg(test)]\nb").collect();
        assert_eq!(lines, [(0, "a")]);
    }
}
