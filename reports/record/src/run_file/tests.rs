//! The file holds every binding name, comes back as it was, and errors say where.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::run::State;

mod sample;

use sample::run;

/// The names that scripts may rely on, whatever else is in the file. `[]` steps into a list.
const BINDING: &[&str] = &[
    "schema",
    "state",
    "started_unix_ns",
    "verdict",
    "findings[].code",
    "findings[].severity",
    "counts.planned",
    "counts.completed",
    "counts.failed",
    "counts.timed_out",
    "counts.dropped",
    "counts.abandoned",
    "counts.unreleased",
    "counts.lost",
    "achieved",
    "seed",
    "schedule_version",
    "schedule_sha256",
    "plan_sha256",
    "streams[].name",
    "streams[].counts.planned",
    "streams[].audit.class",
    "steps[].stream",
    "steps[].step",
    "steps[].count",
    "steps[].not_completed",
    "phases[].stream",
    "phases[].step",
    "phases[].phase",
    "phases[].asked_per_s",
    "phases[].count",
    "phases[].not_completed",
    "instances[].stream",
    "instances[].step",
    "instances[].instance",
    "instances[].count",
    "instances[].not_completed",
    "streams[].places[].from",
    "streams[].places[].to",
    "streams[].places[].count",
    "journeys[].journey",
    "environment.hanno",
    "environment.commit",
    "environment.rustc",
    "environment.kernel",
    "environment.cpu_model",
    "environment.cores",
    "environment.cores_given",
    "environment.memory",
    "environment.limits",
    "environment.target",
    "environment.store",
    "environment.dataset_sha256",
];

/// Where a distribution is found; each has all of `SPREAD`.
const SPREADS: &[&str] = &[
    "steps[].response_us",
    "steps[].service_us",
    "steps[].server_us",
    "steps[].delivery_us",
    "phases[].response_us",
    "phases[].service_us",
    "phases[].server_us",
    "instances[].response_us",
    "instances[].server_us",
    "streams[].places[].response_us",
    "lateness_us",
    "wait_us",
    "runtime_lag_us",
    "timer_probe_us",
];

const SPREAD: &[&str] = &["count", "min", "mean", "p50", "p90", "p95", "p99", "p999", "max"];

fn binding() -> impl Iterator<Item = String> {
    let spreads =
        SPREADS.iter().flat_map(|at| SPREAD.iter().map(move |name| format!("{at}.{name}")));
    BINDING.iter().map(|name| (*name).to_owned()).chain(spreads)
}

fn written(run: &Run) -> String {
    let mut bytes = Vec::new();
    write(run, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Every value at a dotted path; none at all if one is missing.
fn at<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    path.split('.').fold(vec![value], |found, name| {
        let (name, list) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
        found
            .into_iter()
            .filter_map(|value| value.get(name))
            .flat_map(
                |value| if list { value.as_array().unwrap().iter().collect() } else { vec![value] },
            )
            .collect()
    })
}

/// The sub-schema at a dotted path, through references, lists and `null` alternatives.
fn schema_at<'a>(root: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(root, |schema, name| {
        let schema = inner(root, schema);
        inner(root, schema).get("properties")?.get(name.trim_end_matches("[]"))
    })
}

fn inner<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return inner(root, root.pointer(reference.trim_start_matches('#')).unwrap());
    }
    if let Some(items) = schema.get("items") {
        return inner(root, items);
    }
    let not_null = |any: &&Value| any.get("type").and_then(Value::as_str) != Some("null");
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(any) => inner(root, any.iter().find(not_null).unwrap()),
        None => schema,
    }
}

#[test]
fn every_binding_name_is_written_and_in_the_schema() {
    let value: Value = serde_json::from_str(&written(&run())).unwrap();
    let schema = schema_json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for path in binding() {
        let found = at(&value, &path);
        assert!(!found.is_empty() && found.iter().all(|value| !value.is_null()), "no {path}");
        assert!(schema_at(&schema, &path).is_some(), "no {path} in the schema");
    }
    assert!(at(&value, "steps[].nothing").is_empty());
    assert!(schema_at(&schema, "steps[].nothing").is_none());
}

#[test]
fn the_schema_requires_what_is_always_written_and_forbids_the_rest() {
    let schema = schema_json();
    let value: Value = serde_json::from_str(&written(&run())).unwrap();
    let required: Vec<_> = schema["required"].as_array().unwrap().iter().collect();
    for name in value.as_object().unwrap().keys() {
        let optional = name == "unreachable";
        assert_eq!(required.iter().any(|known| *known == name), !optional, "{name}");
    }
    assert_eq!(schema["additionalProperties"], false);
    let stream = inner(&schema, schema_at(&schema, "streams").unwrap());
    assert!(!stream["required"].as_array().unwrap().iter().any(|name| name == "audit"));
}

#[test]
fn a_run_comes_back_as_it_was() {
    let full = run();
    assert_eq!(read(written(&full).as_bytes()).unwrap(), full);
    let mut early = run();
    early.state = State::Running;
    (early.ended_ns, early.verdict, early.achieved, early.unreachable) = (None, None, None, None);
    early.streams[0].audit = None;
    early.steps[0].response_us = None;
    let text = written(&early);
    assert!(!text.contains("audit") && !text.contains("unreachable"));
    assert_eq!(read(text.as_bytes()).unwrap(), early);
}

#[test]
fn a_record_from_before_there_were_parts_is_read() {
    let mut value = serde_json::to_value(run()).unwrap();
    let fields = value.as_object_mut().unwrap();
    fields.remove("phases").unwrap();
    fields.remove("instances").unwrap();
    fields["streams"][0].as_object_mut().unwrap().remove("places").unwrap();
    let mut older = run();
    (older.phases, older.instances) = (Vec::new(), Vec::new());
    older.streams[0].places = Vec::new();
    assert_eq!(read(value.to_string().as_bytes()).unwrap(), older);
}

#[test]
fn the_text_is_for_people_too() {
    let text = written(&run());
    assert!(text.starts_with("{\n  \"schema\": 1,\n  \"state\": \"finished\",\n"));
    assert!(text.ends_with("\n  }\n}\n"));
    assert!(
        text.contains("\"seconds\": [\n        [500, 3],\n        [501, 0]\n      ]\n"),
        "{text}"
    );
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value, serde_json::to_value(run()).unwrap());
}

#[test]
fn lists_in_lists_are_flat_whatever_they_hold() {
    let value =
        serde_json::json!([[], [[1, {"a": [2], "b": {}}], "x"], {"c": [[3, 4], 5], "d": []}]);
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, RunFormatter::new())).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let expected = "[\n  [],\n  [[1, {\"a\": [2], \"b\": {}}], \"x\"],\n  {\n    \"c\": [\n      [3, 4],\n      5\n    ],\n    \"d\": []\n  }\n]";
    assert_eq!(text, expected);
}

#[test]
fn a_figure_that_json_cannot_hold_is_refused_wherever_it_is() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let spoil: [fn(&mut Run, f64); 5] = [
            |run, bad| run.achieved = Some(bad),
            |run, bad| run.watch.cpu_share = bad,
            |run, bad| run.findings[0].numbers = BTreeMap::from([("x".to_owned(), bad)]),
            |run, bad| run.steps[0].response_us.as_mut().unwrap().mean = bad,
            |run, bad| run.environment.cores_given = bad,
        ];
        for spoil in spoil {
            let mut run = run();
            spoil(&mut run, bad);
            let mut bytes = Vec::new();
            let error = write(&run, &mut bytes).unwrap_err();
            assert!(matches!(error, RecordError::NotFinite { .. }), "{error}");
            assert!(bytes.is_empty());
        }
    }
}

#[test]
fn errors_say_what_and_where() {
    let error = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    let text = written(&run());
    let newer = "the record has schema 2, this version reads up to 1: use a newer hanno";
    assert_eq!(error(&text.replacen("\"schema\": 1", "\"schema\": 2", 1)), newer);
    assert_eq!(error("{ \"schema\": 2, \"unheard\": [] }"), newer);
    assert_eq!(error(""), "run.json: EOF while parsing a value at line 1 column 0");
    assert!(error(&text[..text.len() / 2]).contains(" at line "), "{}", error(&text[..9]));
    let unknown = error(&text.replacen("\"state\"", "\"stat\"", 1));
    assert!(unknown.starts_with("run.json: unknown field `stat`"), "{unknown}");
    assert!(unknown.ends_with("at line 3 column 8"), "{unknown}");
    let typed = error(&text.replacen("\"seed\": 18446744073709551615", "\"seed\": -1", 1));
    assert!(
        typed.contains("invalid value: integer `-1`") && typed.contains(" at line "),
        "{typed}"
    );
}

#[test]
fn a_full_disk_is_told_apart_from_a_wrong_file() {
    let mut short = [0; 16];
    let error = write(&run(), &mut short[..]).unwrap_err();
    assert!(matches!(error, RecordError::Io(_)), "{error}");
}
