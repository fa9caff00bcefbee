//! A summary for a pull request or a chat: the answer, why, and the figures that matter, in Markdown.
//!
//! Every foreign name stands in a code span, in which nothing is markup, a link or a mention.

use run_analysis::evidence::Missing;
use run_record::run::{ObjectiveStatus, Run};

use crate::cell::Cell;
use crate::tables::{self, Table};
use crate::{facts, live_facts, text, units, words};

/// Rows of a list or a table; the record has the rest.
const ROWS_MAX: usize = 20;

/// The run in short. `missing` is what of its record could not be used.
pub fn summary(run: &Run, missing: &[Missing]) -> String {
    let mut blocks = vec![
        format!("## {}: {}", facts::verdict_word(run), code(&run.plan.name)),
        reason(run),
        about(run),
    ];
    blocks.extend(objectives(run));
    blocks.extend(findings(run));
    blocks.extend(not_used(missing));
    blocks.extend(live(run));
    let several = [tables::steps(run), tables::rates(run), tables::errors(run)];
    blocks.extend(tables::breakdown::phases(run).as_ref().map(table));
    blocks.extend(several.iter().filter(|table| !table.rows.is_empty()).map(table));
    blocks.push(format!("Hanno {}, plan {}", code(&run.environment.hanno), code(&run.plan_sha256)));
    blocks.join("\n\n") + "\n"
}

/// The reason may quote an error of the target.
fn reason(run: &Run) -> String {
    if run.unreachable.is_some() {
        code(&facts::verdict_reason(run))
    } else {
        facts::verdict_reason(run)
    }
}

fn about(run: &Run) -> String {
    let length = run.ended_ns.map(|ns| format!(", {}", units::duration_ns(ns))).unwrap_or_default();
    let store = run.environment.store.as_ref().map(|store| format!(" on {}", code(store)));
    let target = code(&run.environment.target);
    let when = units::moment(run.started_unix_ns);
    format!("Against {target}{}, {when}{length}.", store.unwrap_or_default())
}

fn objectives(run: &Run) -> Option<String> {
    let objectives = facts::objectives(run);
    let row = |objective: &facts::Objective| {
        let status = match objective.status {
            Some(ObjectiveStatus::Held) => "✓ held",
            Some(ObjectiveStatus::Missed) => "✗ missed",
            Some(ObjectiveStatus::Undecided) => "? undecided",
            None => "? not judged",
        };
        let [step, limit] = [&objective.step, &objective.text].map(|words| in_table(&code(words)));
        format!("| {status} | {step} | {limit} | {} |", objective.figures)
    };
    let head = "| objective | step | limit | figures |\n|---|---|---|---|".to_owned();
    let rows = objectives.iter().take(ROWS_MAX).map(row);
    let lines: Vec<String> = std::iter::once(head).chain(rows).collect();
    (!objectives.is_empty()).then(|| lines.join("\n"))
}

fn findings(run: &Run) -> Option<String> {
    let mut lines = Vec::new();
    for group in facts::finding_groups(&run.findings) {
        let known = words::words(group.code);
        let title = known.map_or("not known to this version of Hanno", |words| words.title);
        let severity = words::severity(group.severity);
        lines.push(format!("- **{severity}** {} {title}", code(group.code)));
        lines.extend(group.cases.iter().filter_map(|case| {
            // Subjects, and names of figures, come from the record.
            let parts = [case.subject.clone().unwrap_or_default(), words::figures(case)];
            let parts: Vec<String> =
                parts.iter().filter(|part| !part.is_empty()).map(|part| code(part)).collect();
            (!parts.is_empty()).then(|| format!("  - {}", parts.join(": ")))
        }));
    }
    lines.truncate(ROWS_MAX);
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn not_used(missing: &[Missing]) -> Option<String> {
    let line = |part: &Missing| format!("- {}: {}", code(&part.what), code(&part.why));
    let lines: Vec<String> = missing.iter().take(ROWS_MAX).map(line).collect();
    (!lines.is_empty())
        .then(|| format!("Parts of the record could not be used:\n\n{}", lines.join("\n")))
}

fn live(run: &Run) -> Option<String> {
    let sentences = live_facts::sentences(run.live.as_ref()?);
    let lines: Vec<String> =
        sentences.iter().take(ROWS_MAX).map(|sentence| format!("- {}", code(sentence))).collect();
    Some(lines.join("\n"))
}

fn table(table: &Table) -> String {
    let mut groups =
        table.groups.iter().flat_map(|(name, columns)| std::iter::repeat_n(*name, *columns));
    let head =
        table.head.iter().map(|name| format!("{} {name}", groups.next().unwrap_or_default()));
    let head: Vec<String> = head.map(|name| name.trim().to_owned()).collect();
    let rule = (0..head.len()).map(|column| if column < table.words { "---" } else { "---:" });
    let rule: Vec<&str> = rule.collect();
    let cell = |cell: &Cell| match cell {
        Cell::Text(words) => in_table(&code(words)),
        other => other.shown(),
    };
    let row = |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join(" | ");
    let rows = table.rows.iter().take(ROWS_MAX).map(row);
    let lines = [head.join(" | "), rule.join(" | ")].into_iter().chain(rows);
    let lines: Vec<String> = lines.map(|line| format!("| {line} |")).collect();
    format!("**{}**\n\n{}", table.title, lines.join("\n"))
}

/// Foreign words in a code span, whose fence is longer than any run of backticks in them.
fn code(words: &str) -> String {
    let words = text::clean(words);
    if words.trim().is_empty() {
        return "—".to_owned();
    }
    let longest = words.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{words}{room}{fence}")
}

/// A bar would end the cell, in a code span too.
fn in_table(words: &str) -> String {
    words.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_cannot_leave_their_code_span() {
        for (words, span) in [
            ("GET room", "`GET room`"),
            ("`", "`` ` ``"),
            ("a ``b`` <i>", "```a ``b`` <i>```"),
            ("", "—"),
            ("a\n# b", "`a\\u{a}# b`"),
        ] {
            assert_eq!(code(words), span);
        }
        assert_eq!(in_table("`a|b`"), "`a\\|b`");
    }
}
