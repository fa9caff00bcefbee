//! What is written must lead somewhere: links, indexes, examples, and no path of anyone's machine.

use super::Violation;
use super::tree::Tree;

/// Starts of paths that exist on one machine only. Put together here, so that this file has none.
const MACHINE_PATHS: [[&str; 2]; 4] =
    [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["/Use", "rs/"]];

/// All rules of this file.
pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (file, text) in tree.texts(".md") {
        found.extend(links(tree, file, text));
    }
    for (file, text) in tree.texts("") {
        found.extend(machine_paths(file, text));
    }
    found.extend(decisions(tree));
    found.extend(scenarios(tree));
    found
}

/// Relative links of a document, outside its code blocks.
fn links(tree: &Tree, file: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        in_block ^= line.trim_start().starts_with("```");
        if in_block {
            continue;
        }
        for target in targets(line) {
            let path = target.split(['#', '?']).next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            let there =
                || resolve(file, path).is_some_and(|path| path.is_empty() || tree.has(&path));
            if !elsewhere && !there() {
                let remedy = format!("{target} is not in the repository");
                found.push(Violation::of(file, "links lead somewhere", remedy).at(index));
            }
        }
    }
    found
}

/// What stands in `](…)`, but not in `code`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let inside_code = |at: usize| line[..at].matches('`').count() % 2 == 1;
    line.match_indices("](").filter(move |(at, _)| !inside_code(*at)).filter_map(|(at, found)| {
        let rest = &line[at + found.len()..];
        let target = &rest[..rest.find(')')?];
        target.split_whitespace().next()
    })
}

/// A path from the folder of `file`, from the root; none if it leaves the root.
fn resolve(file: &str, path: &str) -> Option<String> {
    let mut folders: Vec<&str> = file.split('/').collect();
    folders.pop();
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                folders.pop()?;
            }
            name => folders.push(name),
        }
    }
    Some(folders.join("/"))
}

fn machine_paths(file: &str, text: &str) -> Vec<Violation> {
    let rule = "nothing depends on one machine";
    let lines = text.lines().enumerate().filter_map(|(index, line)| {
        let path = MACHINE_PATHS
            .map(|parts| parts.concat())
            .into_iter()
            .find(|path| starts_path(line, path))?;
        Some(Violation::of(file, rule, format!("drop the path {path}…")).at(index))
    });
    lines.collect()
}

/// Whether such a path starts in the line: `a/home/b` is a part of another one.
fn starts_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let goes_on =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | ']' | '>');
        !line[..at].ends_with(goes_on)
    })
}

/// Each decision is found from the index of decisions, and that from the index of documents.
fn decisions(tree: &Tree) -> Vec<Violation> {
    let index = "docs/adr/README.md";
    let listed = tree.text(index).unwrap_or_default();
    let mut found = Vec::new();
    for (file, _) in tree.texts(".md") {
        let Some(name) = file.strip_prefix("docs/adr/").filter(|name| *name != "README.md") else {
            continue;
        };
        if !listed.contains(&format!("]({name})")) {
            let remedy = format!("add a line for it to {index}");
            found.push(Violation::of(file, "decisions are listed", remedy));
        }
    }
    let above = tree.text("docs/README.md");
    if tree.has(index) && above.is_some_and(|text| !text.contains("](adr/")) {
        found.push(Violation::of(
            "docs/README.md",
            "decisions are listed",
            "link to adr/README.md",
        ));
    }
    found
}

/// An example nobody is told of helps nobody.
fn scenarios(tree: &Tree) -> Vec<Violation> {
    let told = |name: &str| {
        let mut documents = tree.texts(".md");
        documents.any(|(file, text)| {
            (file == "README.md" || file.starts_with("docs/") || file.starts_with("scenarios/"))
                && text.contains(name)
        })
    };
    let silent = tree.texts(".toml").filter(|(file, _)| {
        file.strip_prefix("scenarios/").is_some_and(|name| name != "targets.toml" && !told(name))
    });
    let remedy = "name it in README.md, docs/ or scenarios/README.md";
    silent.map(|(file, _)| Violation::of(file, "scenarios are told of", remedy)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(files: &[(&str, &str)]) -> Vec<(String, usize)> {
        check(&Tree::of(files)).into_iter().map(|found| (found.file, found.line)).collect()
    }

    #[test]
    fn relative_links_resolve() {
        let there = ("docs/guide.md", "");
        for (text, is_broken) in [
            ("[a](docs/guide.md) [b](docs/guide.md#part) [c](docs/) [d](#here)", false),
            ("[a](https://example.org/x) [b](mailto:a@example.org)", false),
            ("```\n[a](absent.md)\n```", false),
            ("`[a](absent.md)`", false),
            ("[a](absent.md)", true),
            ("[a](/docs/guide.md)", true),
            ("[a](../outside.md)", true),
            ("[a](docs/guide.md \"title\") [b](absent.md)", true),
        ] {
            let found = broken(&[("README.md", text), there]);
            assert_eq!(!found.is_empty(), is_broken, "{text}: {found:?}");
        }
        assert_eq!(
            broken(&[there, ("docs/a/b.md", "\n[up](../guide.md) [no](./guide.md)")]),
            [("docs/a/b.md".to_owned(), 2)]
        );
    }

    #[test]
    fn machine_paths_are_found_in_any_file() {
        for parts in MACHINE_PATHS {
            let path = parts.concat();
            assert_eq!(broken(&[("a.rs", &format!("x\n\"{path}x\""))]), [("a.rs".to_owned(), 2)]);
            assert_eq!(broken(&[("a.txt", &format!("docs{path}x"))]), []);
        }
    }

    #[test]
    fn decisions_are_indexed() {
        let index = ("docs/adr/README.md", "- [One](0001-one.md)");
        let one = ("docs/adr/0001-one.md", "");
        let two = ("docs/adr/0002-two.md", "");
        assert_eq!(broken(&[index, one]), []);
        assert_eq!(broken(&[index, one, two]), [("docs/adr/0002-two.md".to_owned(), 0)]);
        assert_eq!(broken(&[index, one, ("docs/README.md", "")]).len(), 1);
        assert_eq!(broken(&[index, one, ("docs/README.md", "[d](adr/README.md)")]), []);
    }

    #[test]
    fn scenarios_are_mentioned() {
        let scenario = ("scenarios/steady.toml", "");
        assert_eq!(broken(&[scenario]), [("scenarios/steady.toml".to_owned(), 0)]);
        assert_eq!(broken(&[scenario, ("README.md", "try scenarios/steady.toml")]), []);
    }
}
