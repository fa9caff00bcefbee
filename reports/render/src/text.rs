//! Foreign text made harmless and fitted to columns: step names are free text, and a terminal obeys what it is sent.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Shows control and direction-changing characters as `\u{…}`, so that a name can neither move a
/// cursor nor reorder the text around it.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            clean.extend(character.escape_unicode());
        } else {
            clean.push(character);
        }
    }
    clean
}

/// Controls, line and paragraph separators, and the marks, embeddings, overrides and isolates of
/// the bidirectional algorithm (Unicode Annex 9).
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Cleaned, and cut with an ellipsis where it is wider than `columns`.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let text = clean(text);
    if text.width() <= columns {
        return text;
    }
    let mut cut = String::new();
    let mut used = 1; // the ellipsis
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        cut.push(character);
    }
    cut.push('…');
    cut
}

/// What must stay on the line of the number before it.
const UNITS: [&str; 11] = ["ns", "µs", "ms", "s", "min", "h", "%", "B", "KiB", "MiB", "GiB"];

/// Lines of at most `columns`, broken at spaces but not between a number and its unit; a word that
/// is wider is cut. `start` columns of the first line are taken already, the others are indented.
pub(crate) fn wrap(text: &str, columns: usize, start: usize, indent: usize) -> String {
    let mut wrapped = String::new();
    let mut used = start;
    let mut gap = 0;
    for word in words(text) {
        let word = fit(&word, columns.saturating_sub(indent).max(1));
        if used + gap + word.width() > columns && used > indent {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if gap > 0 {
            wrapped.push(' ');
            used += gap;
        }
        wrapped.push_str(&word);
        used += word.width();
        gap = 1;
    }
    wrapped
}

/// Words, each with the unit that follows it.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let bare = word.trim_end_matches([',', ';', '.', ')', ':']);
        match words.last_mut() {
            Some(number) if UNITS.contains(&bare) => {
                number.push(' ');
                number.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// For text and attributes of HTML and SVG that no template escapes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_move_the_cursor_or_turn_the_text() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c\n"), "a\\u{1b}[2Jb\\u{202e}c\\u{a}");
        assert_eq!(clean("Größe <b> 表"), "Größe <b> 表");
    }

    #[test]
    fn fitting_counts_columns_not_characters() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdefg", 6), "abcde…");
        assert_eq!(fit("表表表", 5), "表表…");
        assert_eq!(fit("表表表", 4), "表…");
    }

    #[test]
    fn wrapped_lines_keep_their_width_and_every_word() {
        assert_eq!(
            wrap("a bb ccc dddd eeeee ff", 10, 4, 3),
            "a bb\n   ccc\n   dddd\n   eeeee\n   ff"
        );
        assert_eq!(wrap("limit 12 ms, p99 30 s (x)", 12, 0, 2), "limit 12 ms,\n  p99 30 s\n  (x)");
        assert_eq!(wrap("abcdefgh ij", 6, 0, 1), "abcd…\n ij");
        assert_eq!(wrap("abcdef", 8, 4, 2), "\n  abcdef");
    }
}
