//! The words of findings: what a code means and what to do, in plain language, for every place that shows one.
//!
//! Codes, severities and figures belong to the analysis; here they only get their words. The
//! match is exhaustive, so a code without words does not compile.

mod texts;

use run_analysis::findings::Code;
use run_record::run::{Finding, Severity};

use crate::{text, units};

/// Width of what `hanno explain` prints.
const EXPLAIN_COLUMNS: usize = 80;

/// A code in plain language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// A few words, lower case, as a headline beside the code.
    pub title: &'static str,
    /// What was seen, and what follows from it.
    pub means: &'static str,
    /// What to do, most likely first.
    pub remedy: &'static str,
}

/// The words of a code as a record holds it; none for a code that this version does not know.
pub fn words(code: &str) -> Option<Words> {
    Some(texts::of(code.parse().ok()?))
}

/// What one code means, as text for the terminal; none for an unknown code.
pub fn explain(code: &str) -> Option<String> {
    let code: Code = code.parse().ok()?;
    let words = texts::of(code);
    let head = format!("{} ({}): {}", code.as_str(), severities(code), words.title);
    let paragraph = |body: &str| format!("  {}", text::wrap(body, EXPLAIN_COLUMNS, 2, 2));
    let mut lines = vec![text::wrap(&head, EXPLAIN_COLUMNS, 0, 2)];
    for (heading, body) in [("What it means", words.means), ("What to do", words.remedy)] {
        lines.extend([String::new(), heading.to_owned(), paragraph(body)]);
    }
    if !code.numbers().is_empty() {
        lines.extend([String::new(), "Figures".to_owned()]);
    }
    lines.extend(
        code.numbers().iter().map(|(name, meaning)| paragraph(&format!("{name}: {meaning}"))),
    );
    Some(lines.join("\n") + "\n")
}

/// The whole of `docs/FINDINGS.md`.
pub fn findings_md() -> String {
    let in_short = Code::ALL.map(|code| {
        let name = code.as_str();
        let (anchor, severities) = (name.to_lowercase(), severities(code));
        format!("| [{name}](#{anchor}) | {severities} | {} |\n", texts::of(code).title)
    });
    let sections = Code::ALL.map(section);
    format!("{INTRODUCTION}{}{}", in_short.concat(), sections.concat())
}

/// What stands before the codes.
const INTRODUCTION: &str = "\
# Findings

Generated from the code by `hanno explain --all`; a test compares the two. A finding is a judged fact: a code,
a severity, its figures and what to do.

Severities: **invalid** (the run says nothing about the target), **fail** (the target missed an objective),
**warning** (doubtful, but judged), **note** (good to know). The verdict is INVALID if any finding is invalid,
else FAIL if any is fail, else INCONCLUSIVE if something could not be decided, else PASS.

| code | severity | in short |
|---|---|---|
";

fn section(code: Code) -> String {
    let words = texts::of(code);
    let (name, severities) = (code.as_str(), severities(code));
    let figures: Vec<String> = code
        .numbers()
        .iter()
        .map(|(name, meaning)| format!("| `{name}` | {meaning} |\n"))
        .collect();
    let head = if figures.is_empty() { "" } else { "\n| figure | meaning |\n|---|---|\n" };
    format!(
        "\n## {name}\n\n*{severities}*: {}.\n\n{}\n\n**What to do.** {}\n{head}{}",
        words.title,
        words.means,
        words.remedy,
        figures.concat()
    )
}

/// How grave a code can be, as people read it.
fn severities(code: Code) -> String {
    let gravest = severity(code.severity());
    let milder = code.milder().map(|milder| format!(" or {}", severity(milder)));
    gravest.to_owned() + &milder.unwrap_or_default()
}

/// A severity as people read it.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Invalid => "invalid",
        Severity::Fail => "fail",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The figures of a finding in a line, in the order of the code: `lateness p99 4.20 ms, limit 1.00 ms`.
pub(crate) fn figures(finding: &Finding) -> String {
    let known = finding.code.parse::<Code>().map(Code::numbers).unwrap_or_default();
    let place =
        |name: &str| known.iter().position(|(other, _)| *other == name).unwrap_or(usize::MAX);
    let mut numbers: Vec<_> = finding.numbers.iter().collect();
    numbers.sort_by_key(|(name, _)| place(name));
    let figures = numbers.into_iter().map(|(name, value)| units::figure(name, *value));
    figures.map(|(name, value)| format!("{name}\u{a0}{value}")).collect::<Vec<_>>().join(", ")
}
