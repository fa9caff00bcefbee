//! Every bad input has its problem, at its place, with what was expected and the nearest right word.

use std::collections::BTreeMap;

mod kinds;
mod listening;
mod mutations;
mod references;
mod requests;
mod values;

use load_plan::scenario::{Column, Context, Overrides, Place, ProvidedTable, parse};
use load_plan::stamps::{Source, Stamps, Unit};

/// A scenario without problems; tests change one thing in it.
const RIGHT: &str = r#"schema = 1
name = "small"
target = "bundled"

[[stream]]
name = "reads"
journeys = { read = 1 }
[[stream.phase]]
name = "hold"
rate = "10/s"
duration = "1s"

[journey.read]
data = "rooms"
[[journey.read.step]]
name = "GET"
request = { path = "/rooms/{{room}}/{{message}}", bearer = "{{token}}" }

[objectives]
"GET" = ["p99 <= 50ms"]
"#;

fn context() -> Context {
    let column = |name: &str| Column { name: name.to_owned(), list: name == "messages" };
    let columns = ["account", "org", "room", "first", "last", "messages", "token"];
    let rows = Ok(vec![column("id"), column("key")]);
    Context {
        provided: vec![ProvidedTable {
            name: "rooms".to_owned(),
            columns: columns.map(column).to_vec(),
            secret: vec!["token".to_owned()],
        }],
        files: BTreeMap::from([
            ("users.jsonl".to_owned(), rows),
            ("gone.jsonl".to_owned(), Err("no such file".to_owned())),
        ]),
        replays: BTreeMap::from([
            (source("log.csv"), stamps(LOG)),
            (source("one.csv"), stamps(ONE)),
            (source("gone.csv"), Err("no such file".to_owned())),
        ]),
        overrides: Overrides::default(),
    }
}

/// Three requests in order within two seconds.
const LOG: &str = "t\n100.5\n101\n102.5\n";
/// Two requests at one moment.
const ONE: &str = "t\n100.5\n100.5\n";

fn stamps(text: &str) -> Result<Stamps, String> {
    Stamps::from_csv(text.as_bytes(), &source("")).map_err(|why| why.to_string())
}

fn source(file: &str) -> Source {
    Source { file: file.to_owned(), column: "t".to_owned(), unit: Unit::Seconds }
}

/// What is wrong with the text, without the file's name.
fn problems(text: &str, context: &Context) -> Vec<String> {
    match parse("s.toml", text, context) {
        Ok(_) => Vec::new(),
        Err(problems) => {
            let lines = problems.to_string();
            lines.lines().map(|line| line.replace("s.toml:", "")).collect()
        }
    }
}

/// Replaces `from` in the right scenario and compares the whole list of problems by their beginnings
/// and ends, `start … end`.
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(RIGHT.contains(from), "{from} is not in the scenario");
    let found = problems(&RIGHT.replacen(from, to, 1), &context());
    assert_eq!(found.len(), expected.len(), "{to}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        let (start, end) = expected.split_once(" … ").unwrap_or((expected, ""));
        assert!(found.starts_with(start) && found.ends_with(end), "{to}:\n{found}\n{expected}");
    }
}

#[test]
fn the_right_scenario_has_none() {
    assert_eq!(problems(RIGHT, &context()), Vec::<String>::new());
}

#[test]
fn keys() {
    check(
        "duration =",
        "duraton =",
        &[
            "8:1: missing key `duration`",
            "11:1: unknown key `duraton`; expected one of `name`, `kind`, `rate`, … did you mean `duration`?",
        ],
    );
    check(
        "target = \"bundled\"",
        "target = \"bundled\"\nthreads = 4",
        &["4:1: unknown key `threads`"],
    );
    check("name = \"small\"\n", "", &["1:1: missing key `name`"]);
    check("schema = 1\n", "", &["1:1: missing key `schema`"]);
    check("schema = 1", "schema = 2", &["1:10: `schema`: `2` is out of range; expected `1`"]);
    check("target = \"bundled\"\n", "", &["1:1: missing key `target`"]);
    check("path = \"/rooms/{{room}}/{{message}}\", ", "", &["17:11: missing key `path`"]);
    check(
        "request = {",
        "reqest = {",
        &["15:1: missing key `request`", "17:1: unknown key `reqest` … did you mean `request`?"],
    );
    check(
        "[[journey.read.step]]\nname = \"GET\"",
        "[[journey.read.step]]",
        &["15:1: missing key `name`", "19:1: unknown step `GET`"],
    );
}

#[test]
fn all_at_once_in_order_of_place() {
    let text = RIGHT
        .replace("\"10/s\"", "\"0/s\"")
        .replace("duration =", "duraton =")
        .replace("{{room}}", "{{rom}}")
        .replace("p99 <=", "p99 <");
    let overrides = Overrides { scale: Some("x".to_owned()), ..Overrides::default() };
    let places = |found: Vec<String>| -> Vec<String> {
        found.iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect()
    };
    let found = places(problems(&text, &Context { overrides, ..context() }));
    assert_eq!(found, ["8:1", "10:8", "11:1", "17:20", "20:10", "--scale"]);
}

#[test]
fn syntax_errors_have_places() {
    check("name = \"small\"", "name = \"small", &["2:14: not TOML: "]);
    check("schema = 1", "schema = 1\nschema = 1", &["2:1: not TOML: duplicate key"]);
    check("name = \"small\"", "name = = \"small\"", &["2:8: not TOML: "]);
}

#[test]
fn sizes_are_bounded() {
    let comment = format!("# {}\n", "x".repeat(1 << 20));
    let found = problems(&(RIGHT.to_owned() + &comment), &context());
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("1:1: ") && found[0].ends_with("bytes; expected at most 1048576"));

    let phase = "[[stream.phase]]\nrate = \"1/s\"\nduration = \"1s\"\n";
    let text =
        RIGHT.replacen("[journey.read]", &format!("{}\n[journey.read]", phase.repeat(1000)), 1);
    let found = problems(&text, &context());
    assert!(found[0].ends_with("`phase`: 1001 of them; expected at most 1000"), "{found:?}");

    let keys: Vec<_> = (0..300).map(|key| format!("k{key} = 1\n")).collect();
    let found = problems(&(keys.concat() + RIGHT), &context());
    assert_eq!(
        (found.len(), found[200].as_str()),
        (201, "s.toml: and 100 more".replace("s.toml:", "").as_str())
    );
}

#[test]
fn a_place_is_a_line_a_column_and_bytes() {
    let text = RIGHT.replacen("name = \"small\"", "name = \"größe\" # é\nnope = 1", 1);
    let problems = parse("s.toml", &text, &context()).unwrap_err();
    let Place::File { line, column, span } = problems.list[0].place.clone() else {
        panic!("a flag")
    };
    assert_eq!((line, column, &text[span]), (3, 1, "nope"));
    assert_eq!(problems.to_string().lines().count(), 1);
}
