//! Fields of one line of CSV: separated by commas, quoted where they hold one, quotes within doubled.

use std::borrow::Cow;

use super::StampsError;
use crate::scenario::quote;

/// The place of the column in the head.
pub(super) fn column(head: &str, column: &str) -> Result<usize, StampsError> {
    let names: Vec<_> = (0..).map_while(|at| field(head, at)).collect();
    names.iter().position(|name| name.trim() == column).ok_or_else(|| StampsError::NoColumn {
        column: column.to_owned(),
        known: names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", "),
    })
}

/// The field at this place of a line, without its quotes.
pub(super) fn field(line: &str, at: usize) -> Option<Cow<'_, str>> {
    let mut rest = Some(line);
    for passed in 0.. {
        let text = rest?;
        let (field, next) = match text.trim_start().strip_prefix('"') {
            Some(quoted) => {
                let end = closing_quote(quoted)?;
                let next = quoted[end + 1..].find(',').map(|comma| end + 1 + comma);
                (
                    Cow::Owned(quoted[..end].replace("\"\"", "\"")),
                    next.map(|comma| &quoted[comma + 1..]),
                )
            }
            None => match text.split_once(',') {
                Some((field, next)) => (Cow::Borrowed(field), Some(next)),
                None => (Cow::Borrowed(text), None),
            },
        };
        if passed == at {
            return Some(field);
        }
        rest = next;
    }
    None
}

/// The quote that ends a field: one that is not doubled.
fn closing_quote(quoted: &str) -> Option<usize> {
    let bytes = quoted.as_bytes();
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == b'"')?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_behind_quotes_and_commas() {
        let line = r#"a,"b,c", "d ""e"" f",,last"#;
        let expected = ["a", "b,c", "d \"e\" f", "", "last"];
        for (at, expected) in expected.into_iter().enumerate() {
            assert_eq!(field(line, at).as_deref(), Some(expected));
        }
        assert_eq!(field(line, 5), None);
        assert_eq!(field(r#""open, 5"#, 0), None, "a quote that does not end on its line");
        assert_eq!(field("", 0).as_deref(), Some(""));
    }

    #[test]
    fn a_column_that_is_not_there_is_told_with_those_that_are() {
        assert_eq!(column("a, \"b\" ,c", "b"), Ok(1));
        let why = column("a,b", "due").unwrap_err().to_string();
        assert_eq!(why, "line 1: no column `due`, only `a`, `b`");
    }
}
