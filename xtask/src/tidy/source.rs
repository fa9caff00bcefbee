//! Rules that every Rust file keeps.

use super::Violation;
use super::code::{Parts, has_word, parts, shipped};
use super::tree::Tree;

/// A file that is longer holds more than one concept.
const MAX_LINES: usize = 400;

/// All rules of this file.
pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (file, text) in tree.texts(".rs") {
        let Parts { code, comments } = parts(text);
        found.extend(purpose(file, text));
        found.extend(length(file, text));
        found.extend(unfinished(file, &code, &comments));
        found.extend(words(file, &code));
        found.extend(waiting(file, &code));
    }
    found
}

fn purpose(file: &str, text: &str) -> Option<Violation> {
    let first = text.lines().next().unwrap_or_default();
    let said = first.strip_prefix("//! ").is_some_and(|words| !words.trim().is_empty());
    let remedy = "say in the first line (`//! …`) what the file is responsible for and why";
    (!said).then(|| Violation::of(file, "a file says what it is for", remedy).at(0))
}

fn length(file: &str, text: &str) -> Option<Violation> {
    let lines = text.lines().count();
    let remedy = format!("{lines} lines, at most {MAX_LINES}: split it by concept");
    (lines > MAX_LINES).then(|| Violation::of(file, "a file holds one concept", remedy))
}

fn unfinished(file: &str, code: &str, comments: &str) -> Vec<Violation> {
    let said = ["TODO", "FIXME"];
    let done = ["dbg!", "todo!", "unimplemented!", "#[ignore"];
    let mut found = Vec::new();
    for (index, (code, comment)) in code.lines().zip(comments.lines()).enumerate() {
        let said = said.into_iter().find(|mark| has_word(comment, mark));
        if let Some(mark) = said.or(done.into_iter().find(|mark| code.contains(mark))) {
            let remedy = format!("finish it and drop {mark}");
            found.push(Violation::of(file, "nothing is left unfinished", remedy).at(index));
        }
    }
    found
}

fn words(file: &str, code: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for (index, line) in code.lines().enumerate() {
        if has_word(line, "unsafe") {
            let remedy = "use a safe wrapper (nix, rustix)";
            found.push(Violation::of(file, "there is no unsafe code", remedy).at(index));
        }
        if is_static(line) {
            let remedy = "pass the value to who needs it, or use a const";
            found.push(Violation::of(file, "there is no global state", remedy).at(index));
        }
        if line.trim_start().starts_with("#[allow(") || line.trim_start().starts_with("#![allow(") {
            let remedy =
                "use #[expect(…, reason = \"…\")]: it complains when it is no longer needed";
            found.push(Violation::of(file, "exceptions state their reason", remedy).at(index));
        }
    }
    found
}

/// An item, not the lifetime `'static`.
fn is_static(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    words.next() == Some("static")
        || line.contains("thread_local!")
        || line.contains("lazy_static!")
}

/// Tests wait for conditions, not for time; a test whose clock is paused waits for nothing.
fn waiting(file: &str, code: &str) -> Vec<Violation> {
    let in_tests = |index: usize| {
        file.starts_with("tests/")
            || file.contains("/tests/")
            || shipped(code).last().is_none_or(|(last, _)| index > last)
    };
    let sleeps = code.lines().enumerate().filter(|(index, line)| {
        let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
        let calls = line.match_indices("sleep").any(|(at, _)| {
            let starts = !line[..at].ends_with(part_of_word);
            starts && line[at..].trim_start_matches(part_of_word).starts_with('(')
        });
        calls && in_tests(*index) && !is_paused(code, *index)
    });
    let remedy = "await a condition, a channel or a join";
    let violation = |(index, _)| Violation::of(file, "tests do not sleep", remedy).at(index);
    sleeps.map(violation).collect()
}

/// Whether the test that the line belongs to runs on tokio's paused clock.
fn is_paused(code: &str, index: usize) -> bool {
    let before: Vec<&str> = code.lines().take(index).collect();
    let attribute =
        before.into_iter().rfind(|line| line.contains("test]") || line.contains("test("));
    attribute.is_some_and(|line| line.contains("start_paused = true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules that a file with this text, after a proper first line, breaks, with their lines.
    fn broken(file: &str, text: &str) -> Vec<(&'static str, usize)> {
        let tree = Tree::of(&[(file, &format!("//! Purpose.\n{text}"))]);
        check(&tree).into_iter().map(|violation| (violation.rule, violation.line)).collect()
    }

    #[test]
    fn a_first_line_is_required() {
        for text in ["", "// no\n", "//!\n", "use a;\n", "\n//! late\n"] {
            let found = check(&Tree::of(&[("a.rs", text)]));
            assert_eq!(found.len(), 1, "{text:?}");
            assert_eq!(found[0].rule, "a file says what it is for");
        }
        assert_eq!(check(&Tree::of(&[("a.rs", "//! why\n"), ("b.txt", "")])), []);
    }

    #[test]
    fn four_hundred_lines_are_allowed_and_no_more() {
        assert_eq!(broken("a.rs", &"x\n".repeat(399)), []);
        assert_eq!(broken("a.rs", &"x\n".repeat(400)), [("a file holds one concept", 0)]);
    }

    #[test]
    fn words_count_in_code_only() {
        let global = "there is no global state";
        for (text, rules) in [
            ("unsafe { x }", vec![("there is no unsafe code", 2)]),
            ("// unsafe\nlet a = \"unsafe\";", vec![]),
            ("#![forbid(unsafe_code)]", vec![]),
            ("static A: u8 = 1;", vec![(global, 2)]),
            ("pub(crate) static A: u8 = 1;", vec![(global, 2)]),
            ("fn f(x: &'static str) {}", vec![]),
            ("#[allow(dead_code)]", vec![("exceptions state their reason", 2)]),
        ] {
            assert_eq!(broken("src/a.rs", text), rules, "{text}");
        }
    }

    #[test]
    fn unfinished_work_is_seen_in_comments_and_code() {
        let rule = "nothing is left unfinished";
        for text in ["// TODO: later", "x(); // FIXME", "dbg!(x);", "#[ignore = \"slow\"]"] {
            assert_eq!(broken("a.rs", text), [(rule, 2)], "{text}");
        }
        assert_eq!(broken("a.rs", "let mark = \"TODO\";"), []);
    }

    #[test]
    fn tests_do_not_sleep_but_shells_may() {
        let rule = "tests do not sleep";
        assert_eq!(broken("src/a.rs", "thread::sleep(x);\n#[cfg(test)]\nmod tests {}"), []);
        assert_eq!(broken("src/a.rs", "#[cfg(test)]\nthread::sleep(x);"), [(rule, 3)]);
        assert_eq!(broken("tests/a.rs", "tokio::time::sleep_until(x)"), [(rule, 2)]);
        let paused = "#[tokio::test(start_paused = true)]\nasync fn a() { sleep(x).await }";
        assert_eq!(broken("tests/a.rs", paused), []);
        let next = format!("{paused}\n#[tokio::test]\nasync fn b() {{ sleep(x).await }}");
        assert_eq!(broken("tests/a.rs", &next), [(rule, 5)]);
        for text in ["let sleeping = 1; // sleep(1)", "fn nobody_may_sleep() {}"] {
            assert_eq!(broken("a/tests/b.rs", text), [], "{text}");
        }
    }
}
