//! Words of a scenario: names, lists of alternatives, and the nearest right word to a wrong one.

use super::problem::Complaint;

/// Longest name of a stream, phase, journey, table or column.
pub(crate) const MAX_NAME_BYTES: usize = 64;
/// Longest free text that names something (the scenario, a step).
pub(crate) const MAX_TITLE_BYTES: usize = 200;
/// How much of a wrong word a message repeats.
const MAX_QUOTED_CHARS: usize = 60;
/// How many alternatives a message lists.
const MAX_LISTED: usize = 20;

/// The word in backticks, shortened, with nothing in it that could move a cursor.
pub(crate) fn quote(word: &str) -> String {
    let shown: String = word.chars().take(MAX_QUOTED_CHARS).flat_map(char::escape_debug).collect();
    let rest = if word.chars().nth(MAX_QUOTED_CHARS).is_some() { "…" } else { "" };
    format!("`{}{rest}`", shown.replace("\\\"", "\"").replace("\\'", "'"))
}

/// Says that `word` is not a known `what`, which are known, and which is nearest.
pub(crate) fn unknown(what: &str, word: &str, known: &[&str]) -> Complaint {
    let complaint = Complaint::new(format!("unknown {what} {}", quote(word)));
    match known {
        [] => complaint,
        known => complaint.expecting(one_of(known)).nearest(nearest(word, known)),
    }
}

/// `one of a, b, c`.
pub(crate) fn one_of(words: &[&str]) -> String {
    if let [word] = words {
        return format!("`{word}`");
    }
    let shown: Vec<_> = words.iter().take(MAX_LISTED).map(|word| format!("`{word}`")).collect();
    let rest = if words.len() > MAX_LISTED { ", …" } else { "" };
    format!("one of {}{rest}", shown.join(", "))
}

/// The known word that most likely was meant: at most a third of its letters differ, a swap of
/// neighbours counting as one.
pub(crate) fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    if word.len() > MAX_TITLE_BYTES {
        return None;
    }
    let lower = word.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&lower, &known.to_lowercase());
    let near = known.iter().map(|known| (distance(known), *known));
    let (distance, known) = near.min_by_key(|(distance, _)| *distance)?;
    let longest = known.chars().count().max(lower.chars().count());
    (distance <= (longest / 3).max(1)).then_some(known)
}

/// A name as streams, phases, journeys and tables have it.
pub(crate) fn name(text: &str) -> Result<String, Complaint> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    if (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(Complaint::new(format!("{} is not a name", quote(text)))
        .expecting("1 to 64 characters of a-z, 0-9, `_` and `-`"))
}

/// Free text that names something: what a scenario and a step are called.
pub(crate) fn title(text: &str) -> Result<String, Complaint> {
    let blank = text.trim().is_empty() || text.chars().any(char::is_control);
    if blank || text.len() > MAX_TITLE_BYTES {
        return Err(Complaint::new(format!("{} cannot be shown in a table", quote(text)))
            .expecting("1 to 200 bytes of text on one line"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_word() {
        let known = ["rate", "spacing", "duration", "measure"];
        for (word, expected) in [
            ("spacng", Some("spacing")),
            ("raet", Some("rate")),
            ("Duration", Some("duration")),
            ("x", None),
            ("something else", None),
        ] {
            assert_eq!(nearest(word, &known), expected, "{word}");
        }
        assert_eq!(nearest("rate", &[]), None);
    }

    #[test]
    fn quotes_are_short_and_harmless() {
        assert_eq!(quote("a\"b"), "`a\"b`");
        assert_eq!(quote("\x1b[2J"), "`\\u{1b}[2J`");
        assert_eq!(quote(&"x".repeat(100)).chars().count(), 63);
    }
}
