//! Which words may stand where: each boundary of the tree as a name that must not leave its place.

use super::Violation;
use super::code::{has_word, parts, shipped};
use super::tree::Tree;

/// A name and where it may stand.
struct Boundary {
    rule: &'static str,
    /// Any of these in shipped code is the name.
    found: fn(&str) -> bool,
    /// Whether a file may hold it.
    allowed: fn(&str) -> bool,
    remedy: &'static str,
}

const BOUNDARIES: [Boundary; 6] = [
    Boundary {
        rule: "Goose is only the runtime of users",
        found: |line| names_crate(line, "goose"),
        allowed: |file| file == "loadgen/engine/src/users.rs" || file.starts_with("benches/"),
        remedy: "keep it behind loadgen/engine/src/users.rs",
    },
    Boundary {
        rule: "axum stays in the service's front",
        found: |line| names_crate(line, "axum"),
        allowed: |file| file.starts_with("service/api/"),
        remedy: "keep it in service/api",
    },
    Boundary {
        rule: "plotters stays where pictures are made",
        found: |line| names_crate(line, "plotters"),
        allowed: |file| file.starts_with("reports/render/"),
        remedy: "keep it in reports/render",
    },
    Boundary {
        rule: "the AWS SDK stays behind its adapters",
        found: |line| {
            ["aws_config", "aws_sdk", "aws_smithy"].iter().any(|name| line.contains(name))
        },
        allowed: |file| {
            let name = file.rsplit('/').next().unwrap_or(file);
            let adapters = ["dynamo", "sqs", "credentials"];
            let inside = |adapter: &&str| {
                name.starts_with(*adapter) || file.contains(&format!("/{adapter}/"))
            };
            adapters.iter().any(inside)
        },
        remedy: "keep it in files called dynamo*, sqs* or credentials*",
    },
    Boundary {
        rule: "a shell asks for the time in its clock.rs",
        found: |line| {
            ["Instant::now", "SystemTime::now", "clock_gettime"]
                .iter()
                .any(|now| line.contains(now))
        },
        // xtask is no part of the product: it measures from outside, with a clock of its own.
        allowed: |file| file.ends_with("/clock.rs") || file.starts_with("xtask/") || is_test(file),
        remedy: "take the time from the caller, or from the shell's clock.rs",
    },
    Boundary {
        rule: "the record's form knows no path and no file system",
        found: |line| ["std::path", "std::fs", "PathBuf"].iter().any(|name| line.contains(name)),
        allowed: |file| !file.starts_with("reports/record/src/"),
        remedy: "read and write through Read and Write; load-engine and src/ know the paths",
    },
];

/// All rules of this file.
pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (file, text) in tree.texts(".rs") {
        let code = parts(text).code;
        for boundary in BOUNDARIES.iter().filter(|boundary| !(boundary.allowed)(file)) {
            let lines = shipped(&code).filter(|(_, line)| (boundary.found)(line));
            let violation =
                |(index, _)| Violation::of(file, boundary.rule, boundary.remedy).at(index);
            found.extend(lines.map(violation));
        }
    }
    found
}

/// A path into the crate, or an import of it: a word in prose or a field of that name is neither.
fn names_crate(line: &str, name: &str) -> bool {
    let words = line.trim_start();
    let imported = words.strip_prefix("use ").or_else(|| words.strip_prefix("pub use "));
    imported.is_some_and(|path| has_word(path, name) && path.starts_with(name))
        || line.match_indices(&format!("{name}::")).any(|(at, _)| {
            !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
        })
}

/// Tests and benches stand outside what they check, so they have a clock of their own.
fn is_test(file: &str) -> bool {
    ["tests/", "benches/"]
        .iter()
        .any(|folder| file.starts_with(folder) || file.contains(&format!("/{folder}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_places() {
        let uses = "use goose::prelude::*;";
        for (file, text, broken) in [
            ("loadgen/engine/src/users.rs", uses, false),
            ("loadgen/engine/src/http.rs", uses, true),
            ("loadgen/engine/src/http.rs", "let x: goose::Goose;", true),
            (
                "loadgen/engine/src/http.rs",
                "// goose::x\nlet goose = mongoose::x(\"goose::\");",
                false,
            ),
            ("loadgen/engine/src/http.rs", "use crate::goose::x;", false),
            ("loadgen/engine/src/http.rs", "#[cfg(test)]\nuse goose::x;", false),
            ("service/api/src/a.rs", "use axum::Router;", false),
            ("service/store/src/a.rs", "use axum::Router;", true),
            ("reports/analysis/src/a.rs", "plotters::x()", true),
            ("service/store/src/dynamo.rs", "use aws_sdk_dynamodb::X;", false),
            ("service/store/src/dynamo/keys.rs", "use aws_sdk_dynamodb::X;", false),
            ("service/store/src/redb.rs", "use aws_sdk_dynamodb::X;", true),
            ("loadgen/engine/src/clock.rs", "Instant::now()", false),
            ("loadgen/engine/src/pacer.rs", "tokio::time::Instant::now()", true),
            ("tests/gate.rs", "Instant::now()", false),
            ("loadgen/sink/tests/sink/a.rs", "SystemTime::now()", false),
            ("reports/record/src/a.rs", "use std::path::Path;", true),
            ("reports/analysis/src/a.rs", "use std::path::Path;", false),
        ] {
            let found = check(&Tree::of(&[(file, text)]));
            assert_eq!(!found.is_empty(), broken, "{file}: {text}: {found:?}");
        }
    }
}
