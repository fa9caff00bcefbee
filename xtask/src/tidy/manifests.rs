//! What every package's `Cargo.toml` and `clippy.toml` must say.

use toml::Table;

use super::Violation;
use super::tree::Tree;

/// Folders of crates that decide and never touch the world.
const PURE: [&str; 4] = ["loadgen/plan", "reports/analysis", "reports/render", "service/domain"];

/// What every `clippy.toml` repeats, because the file of a crate replaces the workspace's.
const THRESHOLDS: [(&str, i64); 2] =
    [("too-many-lines-threshold", 70), ("too-many-arguments-threshold", 5)];

/// What a pure crate bans at least; anything else that reaches the world starts from one of these.
const BANNED: [&str; 6] = [
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "std::env::var",
    "std::fs::read",
    "std::fs::File::open",
    "std::net::TcpStream::connect",
];

/// One argument parser, one histogram, one table renderer: these would be the second.
const SECONDS: [&str; 19] = [
    "structopt",
    "argh",
    "pico-args",
    "lexopt",
    "gumdrop",
    "bpaf",
    "docopt",
    "getopts",
    "xflags",
    "histogram",
    "hdrsample",
    "tdigest",
    "sketches-ddsketch",
    "metrics-util",
    "comfy-table",
    "prettytable-rs",
    "tabled",
    "cli-table",
    "term-table",
];

/// All rules of this file.
pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (file, text) in tree.texts("Cargo.toml").filter(|(file, _)| is_named(file, "Cargo.toml")) {
        found.extend(parsed(file, text, manifest));
    }
    for (file, text) in tree.texts("clippy.toml").filter(|(file, _)| is_named(file, "clippy.toml"))
    {
        found.extend(parsed(file, text, thresholds));
    }
    for folder in PURE.into_iter().filter(|folder| tree.has(folder)) {
        let file = format!("{folder}/clippy.toml");
        found.extend(parsed(&file, tree.text(&file).unwrap_or_default(), bans));
    }
    found
}

fn is_named(file: &str, name: &str) -> bool {
    file == name || file.ends_with(&format!("/{name}"))
}

fn parsed(file: &str, text: &str, rule: fn(&str, &Table) -> Vec<Violation>) -> Vec<Violation> {
    match text.parse::<Table>() {
        Ok(table) => rule(file, &table),
        Err(error) => vec![Violation::of(file, "TOML files parse", error.message())],
    }
}

fn manifest(file: &str, manifest: &Table) -> Vec<Violation> {
    let mut found = Vec::new();
    let shared = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    if shared.and_then(toml::Value::as_bool) != Some(true) {
        let rule = "every package has the workspace's lints";
        found.push(Violation::of(file, rule, "add `[lints]` with `workspace = true`"));
    }
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.into_iter().filter_map(|kind| manifest.get(kind)?.as_table());
    for (name, value) in tables.flatten() {
        if SECONDS.contains(&name.as_str()) {
            let rule = "one library for one purpose";
            let remedy = format!("use clap, hdrhistogram or run-render instead of {name}");
            found.push(Violation::of(file, rule, remedy));
        }
        if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
            let rule = "one version of a dependency for all";
            let remedy = format!("put {name} into [workspace.dependencies] and inherit it");
            found.push(Violation::of(file, rule, remedy));
        }
    }
    found
}

fn thresholds(file: &str, clippy: &Table) -> Vec<Violation> {
    let missing = THRESHOLDS.into_iter().filter(|(key, most)| {
        clippy.get(*key).and_then(toml::Value::as_integer).is_none_or(|value| value > *most)
    });
    let rule = "functions are short everywhere";
    missing.map(|(key, most)| Violation::of(file, rule, format!("say `{key} = {most}`"))).collect()
}

fn bans(file: &str, clippy: &Table) -> Vec<Violation> {
    let list = clippy.get("disallowed-methods").and_then(toml::Value::as_array);
    let path = |entry: &toml::Value| {
        let path = entry.as_str().or_else(|| entry.get("path")?.as_str());
        path.map(str::to_owned)
    };
    let banned: Vec<String> = list.into_iter().flatten().filter_map(path).collect();
    let missing = BANNED.into_iter().filter(|method| !banned.iter().any(|found| found == method));
    let rule = "a pure crate cannot reach the world";
    let violation =
        |method| Violation::of(file, rule, format!("add {method} to disallowed-methods"));
    missing.map(violation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).into_iter().map(|found| found.remedy).collect()
    }

    const GOOD: &str = "too-many-lines-threshold = 70\ntoo-many-arguments-threshold = 5\n";

    #[test]
    fn packages_share_lints_and_versions() {
        let lints = "[lints]\nworkspace = true\n";
        let good = format!("{lints}[dependencies]\nclap.workspace = true\n");
        assert_eq!(rules(&[("a/Cargo.toml", &good)]), [""; 0]);
        assert_eq!(rules(&[("a/Cargo.toml", "")]).len(), 1);
        let own = format!("{lints}[dev-dependencies]\nserde = \"1\"\n");
        assert_eq!(rules(&[("a/Cargo.toml", &own)]).len(), 1);
        let second = format!("{lints}[dependencies]\nargh.workspace = true\n");
        let said = rules(&[("a/Cargo.toml", &second)]);
        assert!(said.len() == 1 && said[0].contains("argh"), "{said:?}");
        assert_eq!(rules(&[("a/Cargo.toml", "[")]).len(), 1);
    }

    #[test]
    fn thresholds_are_repeated() {
        assert_eq!(rules(&[("clippy.toml", GOOD)]), [""; 0]);
        assert_eq!(rules(&[("clippy.toml", "")]).len(), 2);
        let loose = GOOD.replace("70", "71");
        assert_eq!(rules(&[("a/clippy.toml", &loose)]).len(), 1);
    }

    #[test]
    fn pure_crates_ban_the_world() {
        let list =
            BANNED.map(|path| format!("{{ path = \"{path}\", reason = \"pure\" }}")).join(", ");
        let all = format!("{GOOD}disallowed-methods = [{list}]");
        let source = ("loadgen/plan/src/lib.rs", "");
        assert_eq!(rules(&[source, ("loadgen/plan/clippy.toml", &all)]), [""; 0]);
        assert_eq!(rules(&[source, ("loadgen/plan/clippy.toml", GOOD)]).len(), BANNED.len());
        assert_eq!(rules(&[source]).len(), BANNED.len());
    }
}
