//! What an arrival sends: its row and words put into paths, headers and bodies, and rows that cannot.

#![cfg(test)] // so that the makers of fillers may unwrap

use std::sync::Arc;

use load_plan::arrival::Arrival;
use load_plan::fill::{Filled, FilledBody, Filler, Unfit};
use load_plan::plan::Plan;
use load_plan::scenario::{Column, Context, ProvidedTable, parse};
use load_plan::table::{MAX_LINE_BYTES, Rows, RowsError, columns_of_line};

const ROWS: &str = r#"{"id": "a/b c", "n": 12345678901234567890, "big": 1.50, "tags": ["x", "y"], "more": ["p", "q"], "none": null, "key": "s3cret"}
"#;

fn plan(request: &str) -> Plan {
    let text = format!(
        "schema = 1\nname = \"s\"\ntarget = \"bundled\"\n\
         [[stream]]\nname = \"a\"\njourneys = {{ j = 1 }}\n\
         [[stream.phase]]\nrate = \"10/s\"\nduration = \"100s\"\n\
         [journey.j]\ndata = \"t\"\n[[journey.j.step]]\nname = \"one\"\nrequest = {request}\n"
    );
    let columns = columns_of_line(ROWS).unwrap();
    let provided = ProvidedTable { name: "t".into(), columns, secret: vec!["key".into()] };
    let context = Context { provided: vec![provided], ..Context::default() };
    parse("s.toml", &text, &context).unwrap_or_else(|problems| panic!("{problems}")).plan
}

fn filler(request: &str, rows: &str) -> Result<Filler, Unfit> {
    Filler::new(Arc::new(plan(request)), vec![Rows::from_json_lines(rows.as_bytes()).unwrap()])
}

fn arrival(n: u64) -> Arrival {
    Arrival { seq: n, n, due_ns: 0, stream: 0, phase: 0, journey: 0 }
}

fn fill(request: &str) -> Filled {
    filler(request, ROWS).unwrap().fill(&arrival(0), 0)
}

fn json(json: &str) -> String {
    match fill(&format!("{{ path = \"/\", json = {json} }}")).body {
        Some(FilledBody::Json(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn paths_are_encoded_where_they_are_filled() {
    assert_eq!(
        fill("{ path = \"/v1/{{id}}?n={{n}}&é=%20{{big}}\" }".replace('é', "e").as_str()).path,
        "/v1/a%2Fb%20c?n=12345678901234567890&e=%201.5"
    );
    assert_eq!(fill("{ path = \"/{{pick:a b}}\" }").path, "/a%20b");
}

#[test]
fn headers_and_tokens_are_plain() {
    let filled = fill("{ path = \"/\", bearer = \"{{key}}\", headers = { X-Id = \"<{{id}}>\" } }");
    assert_eq!(filled.bearer.as_deref(), Some("s3cret"));
    assert_eq!(filled.headers, [("x-id".to_owned(), "<a/b c>".to_owned())]);
    assert!(!format!("{filled:?}").contains("s3cret"), "{filled:?}");
}

#[test]
fn json_keeps_types_of_what_stands_alone() {
    assert_eq!(
        json("{ a = \"{{n}}\", b = \"n={{n}}\" }"),
        r#"{"a":12345678901234567890,"b":"n=12345678901234567890"}"#
    );
    assert_eq!(
        json("[ \"{{tags}}\", \"{{none}}\", \"{{id}}\", 1e5, \"\" ]"),
        r#"[["x","y"],null,"a/b c",1e5,""]"#
    );
    assert_eq!(json("{ \"k\\\"\" = \"\\n\\u0007{{pick:\\\"}}\" }"), r#"{"k\"":"\n\u0007\""}"#);
    let parsed: serde_json::Value =
        serde_json::from_str(&json("{ a = [{ b = { c = \"{{tag}}\" } }] }")).unwrap();
    assert!(["x", "y"].contains(&parsed["a"][0]["b"]["c"].as_str().unwrap()));
}

#[test]
fn one_arrival_draws_once() {
    let row = |row: usize| {
        let (id, key) = (format!("\"{row}\""), format!("k{row}"));
        ROWS.replace("\"a/b c\"", &id).replace("s3cret", &key)
    };
    let rows: String = (0..100).map(row).collect();
    let request =
        "{ path = \"/{{id}}/{{tag}}\", bearer = \"{{key}}\", text = \"{{id}} {{tag}} {{more}}\" }"
            .replace("{{more}}", "{{pick:p,q}}");
    let made = filler(&request, &rows).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..400 {
        let filled = made.fill(&arrival(n), 0);
        assert_eq!(filled, made.fill(&arrival(n), 0));
        let (id, tag) = filled.path[1..].split_once('/').unwrap();
        assert_eq!(filled.bearer.as_deref(), Some(format!("k{id}").as_str()));
        let Some(FilledBody::Text(text)) = &filled.body else { panic!("no text") };
        assert!(text.starts_with(&format!("{id} {tag} ")), "{text}");
        seen.insert((tag.to_owned(), text.ends_with('q')));
    }
    assert_eq!(seen.len(), 4, "element and pick are independent");
}

#[test]
fn rows_that_cannot_fill_are_refused_before_anything_is_due() {
    let second = |change: fn(&str) -> String| ROWS.to_owned() + &change(ROWS);
    let check = |request: &str, rows: &str, expected: &str| {
        let found = filler(request, rows).map(drop).unwrap_err().to_string();
        assert_eq!(found, format!("table `t`, row 2: column {expected}"));
    };
    let path = "{ path = \"/{{id}}/{{tag}}\", bearer = \"{{key}}\", text = \"{{n}}\" }";
    check(
        path,
        &second(|row| row.replace("\"a/b c\"", "\"\"")),
        "`id` is empty, and journey `j` puts it into a path",
    );
    check(
        path,
        &second(|row| row.replace("\"a/b c\"", "null")),
        "`id` is null, and journey `j` puts it into a path",
    );
    check(
        path,
        &second(|row| row.replace("[\"x\", \"y\"]", "[]")),
        "`tags` is an empty list, and journey `j` puts it into a path",
    );
    check(
        path,
        &second(|row| row.replace("[\"x\", \"y\"]", "[[]]")),
        "`tags` is a list, and journey `j` puts it into a path",
    );
    check(
        path,
        &second(|row| row.replace("s3cret", "s\\nx")),
        "`key` is not printable ASCII, and journey `j` puts it into a header",
    );
    check(
        path,
        &second(|row| row.replace("12345678901234567890", "{}")),
        "`n` is an object, and journey `j` puts it into a text",
    );

    let other = Rows::from_json_lines(&b"{\"id\": [1]}"[..]).unwrap();
    let found = Filler::new(Arc::new(plan("{ path = \"/{{id}}\" }")), vec![other]).map(drop);
    assert_eq!(
        found.unwrap_err().to_string(),
        "table `t` has no column `id` as journey `j` uses it"
    );
    let found = Filler::new(Arc::new(plan("{ path = \"/{{id}}\" }")), vec![]).map(drop);
    assert_eq!(found.unwrap_err(), Unfit::Tables { planned: 1, given: 0 });
}

#[test]
fn bad_rows_are_named_and_never_shown() {
    let read = |text: &str| Rows::from_json_lines(text.as_bytes()).map(|rows| rows.len());
    assert_eq!(read("{\"a\": 1}\n\n{\"a\": 2}"), Ok(2));
    for (text, expected) in [
        ("", "no rows"),
        ("{}", "no rows"),
        ("{\"a\": 1}\n\"s3cret\"", "line 2, column 8: not a JSON object"),
        ("{\"a\": \"s3cret\" x", "line 1, column 16: not a JSON object"),
        ("{\"a\": 1}\n{\"b\": \"s3cret\"}", "line 2: column `a` is missing"),
        ("{\"a\": 1}\n{\"a\": 1, \"b\": \"s3cret\"}", "line 2: column `b` is not in the first row"),
        ("{\"a\": []}\n{\"a\": \"s3cret\"}", "line 2: column `a` is no list here"),
        ("{\"a\": 1}\n{\"a\": [\"s3cret\"]}", "line 2: column `a` is a list here"),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), expected, "{text}");
    }
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(MAX_LINE_BYTES));
    assert_eq!(
        read(&long),
        Err(RowsError::TooLarge { line: 1, limit: MAX_LINE_BYTES, what: "bytes" })
    );
    let wide: Vec<_> = (0..300).map(|k| format!("\"c{k}\": 1")).collect();
    assert_eq!(
        read(&format!("{{{}}}", wide.join(","))).unwrap_err().to_string(),
        "line 1: more than 256 columns"
    );

    let column = Column { name: "key".into(), list: false };
    let rows = Rows::new(vec![column.clone()], vec![vec!["s3cret".into()]]).unwrap();
    assert!(!format!("{rows:?}").contains("s3cret"), "{rows:?}");
    let short = Rows::new(vec![column], vec![vec![]]);
    assert_eq!(short.unwrap_err().to_string(), "line 1: column `key` is missing");
}
