//! Names that name nothing: journeys, tables, columns, steps, and what flags speak of.

use load_plan::scenario::{Context, Overrides};

use super::{RIGHT, check, context, problems};

#[test]
fn references() {
    check(
        "{ read = 1 }",
        "{ raed = 1 }",
        &[
            "7:14: unknown journey `raed`; expected `read`; did you mean `read`?",
            "13:10: journey `read` is not used; expected a stream with it in its `journeys`",
        ],
    );
    check(
        "data = \"rooms\"",
        "data = \"room\"",
        &["14:8: `data`: unknown table `room`; expected `rooms`; did you mean `rooms`?"],
    );
    check("{{room}}", "{{rom}}", &["17:20: unknown column `rom` … did you mean `room`?"]);
    check(
        "{{message}}",
        "{{messages}}",
        &["17:20: `{{messages}}` is a list; expected one element (`{{message}}`)"],
    );
    check("{{message}}", "{{token}}", &["17:20: `token` is secret, and paths are shown"]);
    check("{{message}}", "{{message", &["17:20: `{{message` is not closed"]);
    check("{{message}}", "{{pick:a,,b}}", &["17:20: a pick with an empty word"]);
    check(
        "data = \"rooms\"\n",
        "",
        &[
            "16:20: `{{room}}` needs a table; expected `data = \"…\"`",
            "16:20: `{{message}}` needs a table",
            "16:60: `{{token}}` needs a table",
        ],
    );
    check(
        "\"GET\" = [\"p99",
        "\"GTE\" = [\"p99",
        &["20:1: unknown step `GTE`; expected `GET`; did you mean `GET`?"],
    );
    check(
        "p99 <= 50ms",
        "p99 < 50ms",
        &[
            "20:10: `p99 < 50ms` is no objective; expected `[service|server|delivery] pNN <= DURATION`",
        ],
    );
    check(
        "\"p99 <= 50ms\"",
        "\"p99 <= 50ms\", \"p99 <= 50ms\"",
        &["20:25: `p99 <= 50ms` stands twice"],
    );
    check(
        "\"p99 <= 50ms\"",
        "\"severe p99 <= 50ms\"",
        &[
            "20:10: unknown time `severe`; expected one of `service`, `server`, `delivery`; did you mean `server`?",
        ],
    );
}

#[test]
fn tables() {
    let with = |table: &str| format!("[data.users]\n{table}\n[journey.read]\ndata = \"users\"");
    let from = "[journey.read]\ndata = \"rooms\"";
    let right = RIGHT
        .replace("/{{message}}", "")
        .replace("{{room}}", "{{id}}")
        .replace("{{token}}", "{{key}}");
    let check = |table: &str, expected: &[&str]| {
        let found = problems(&right.replacen(from, &with(table), 1), &context());
        assert_eq!(found.len(), expected.len(), "{table}: {found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}\n{expected}");
        }
    };
    check("file = \"users.jsonl\"\nsecret = [\"key\"]\npick = \"zipf 1.1\"", &[]);
    check(
        "file = \"users.jsonl\"\nsecret = [\"kye\"]",
        &[
            "15:10: `secret`: unknown column `kye`; expected one of `id`, `key`; did you mean `key`?",
        ],
    );
    check("pick = \"uniform\"", &["13:1: missing key `file`"]);
    check("file = \"gone.jsonl\"", &["14:8: `file`: cannot read `gone.jsonl`: no such file"]);
    check("file = \"never.jsonl\"", &["14:8: `file`: `never.jsonl` was not read"]);
    for path in ["/etc/passwd", "../x", "a/../b", "C:x", ""] {
        let expected = format!("14:8: `file`: `{path}` does not lie beside the scenario");
        check(&format!("file = \"{path}\""), &[&expected]);
    }
    for pick in ["zipf", "zipf 0", "zipf -1", "zipf 11", "zip 1", "random"] {
        let expected = format!("15:8: `pick`: `{pick}` is no way to draw a row");
        check(&format!("file = \"users.jsonl\"\npick = \"{pick}\""), &[&expected]);
    }
    let unused =
        RIGHT.replacen("[journey.read]", "[data.users]\nfile = \"users.jsonl\"\n[journey.read]", 1);
    assert_eq!(
        problems(&unused, &context()),
        ["13:7: table `users` is not used; expected a journey with it as its `data`"]
    );
}

#[test]
fn flags() {
    let check = |overrides: Overrides, expected: &[&str]| {
        let found = problems(RIGHT, &Context { overrides, ..context() });
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}\n{expected}");
        }
    };
    let set = |text: &str| Overrides { set: vec![text.to_owned()], ..Overrides::default() };
    let scale = |text: &str| Overrides { scale: Some(text.to_owned()), ..Overrides::default() };
    check(set("reads.hold.rate=200/s"), &[]);
    check(
        set("read.hold.rate=200/s"),
        &["--set: unknown stream `read`; expected `reads`; did you mean `reads`?"],
    );
    check(
        set("reads.hodl.rate=200/s"),
        &["--set: unknown phase `hodl`; expected `hold`; did you mean `hold`?"],
    );
    check(
        set("reads.hold.rates=200/s"),
        &["--set: unknown key `rates`; expected `rate`; did you mean `rate`?"],
    );
    check(set("reads.hold.rate=0/s"), &["--set: `0/s` is zero"]);
    check(
        set("reads.hold"),
        &["--set: `reads.hold` sets nothing; expected `STREAM.PHASE.rate=RATE`"],
    );
    check(scale("0"), &["--scale: `0` is zero"]);
    check(scale("-1"), &["--scale: `-1` is negative"]);
    check(scale("1000000"), &["--scale: the rate of `reads.hold` becomes too high or too fine"]);
    let target = Overrides { target: Some("staging".to_owned()), ..Overrides::default() };
    check(target, &["14:8: `data`: unknown table `rooms`; expected a table of a file"]);
    let twice = vec!["reads.hold.rate=1/s".to_owned(), "reads.hold.rate=2/s".to_owned()];
    check(
        Overrides { set: twice, ..Overrides::default() },
        &["--set: `reads.hold.rate` is set twice"],
    );
}
