//! `measure store`: what a page of messages and a reaction cost on each store, in time and in units.
//!
//! The stores are asked by an example of chat-store, without the service and without Hanno. Units are held against
//! the arithmetic of the key design, worked out here from what lies in the tables.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::bench::{Page, build};
use super::show::table;
use crate::{say, services};

const STORES: [&str; 2] = ["redb", "dynamodb"];

/// What an operation must use up on DynamoDB, as ADR 0008 works it out.
struct Arithmetic {
    operation: &'static str,
    read_units: Range,
    write_units: Range,
    why: &'static str,
}

/// From and to, both allowed.
type Range = [f64; 2];

const ARITHMETIC: [Arithmetic; 2] = [
    Arithmetic {
        operation: "list_messages",
        read_units: [3.0, 3.0],
        write_units: [0.0, 0.0],
        why: "50 messages in two units of 4096 bytes, and the viewer's own reactions in one",
    },
    Arithmetic {
        operation: "put_reaction",
        read_units: [1.0, 1.0],
        write_units: [4.0, 4.0],
        why: "a read of the record, and a transaction of two small items, which costs double",
    },
];

/// One line of the example.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    operation: String,
    concurrency: u64,
    count: u64,
    p50_us: u64,
    p99_us: u64,
    read_units: f64,
    write_units: f64,
}

/// What one store said in one pair.
struct Said {
    store: &'static str,
    lines: Vec<Line>,
}

/// Measures and publishes the page.
pub(crate) fn run(page: &Page, pairs: u32) -> Result<()> {
    let which = ["--package", "chat-store", "--example", "store_units"];
    let program = build(&page.root, &which, "store_units")?;
    let dynamodb = services::dynamodb_for_us(&page.root)?;
    let mut said = Vec::new();
    for pair in 0..pairs {
        // Each store begins every other pair, so that what drifts hits both.
        for turn in 0..STORES.len() {
            let store = STORES[(pair as usize + turn) % STORES.len()];
            say::error(&format!("pair {} of {pairs}: {store}", pair + 1));
            said.push(Said { store, lines: ask(&program, store, &dynamodb.endpoint())? });
        }
    }
    let (body, broken) = report(&said, pairs)?;
    page.publish("Stores: a page of messages and a reaction", &body, &broken)
}

fn ask(program: &Path, store: &str, endpoint: &str) -> Result<Vec<Line>> {
    let mut command = Command::new(program);
    command.args(["--store", store]);
    if store == "dynamodb" {
        command.args(["--endpoint", endpoint]);
    }
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("cannot run {}", program.display()))?;
    if !output.status.success() {
        bail!("store_units on {store} ended with {}", output.status);
    }
    let text = String::from_utf8(output.stdout).context("store_units prints UTF-8")?;
    let lines: Result<Vec<Line>> = text.lines().map(line).collect();
    lines.with_context(|| format!("store_units on {store} printed something else"))
}

fn line(text: &str) -> Result<Line> {
    let value: Value = serde_json::from_str(text).with_context(|| format!("no JSON: {text}"))?;
    let number = |name: &str| {
        value[name]
            .as_f64()
            .filter(|number| *number >= 0.0)
            .with_context(|| format!("no {name}: {text}"))
    };
    let whole = |name: &str| {
        value[name].as_u64().with_context(|| format!("no whole number {name}: {text}"))
    };
    Ok(Line {
        operation: value["operation"].as_str().context("no operation")?.to_owned(),
        concurrency: whole("concurrency")?,
        count: whole("count")?,
        p50_us: whole("p50_us")?,
        p99_us: whole("p99_us")?,
        read_units: number("read_units_per_op")?,
        write_units: number("write_units_per_op")?,
    })
}

/// The page without its head, and the limits that are broken.
fn report(said: &[Said], pairs: u32) -> Result<(String, Vec<String>)> {
    let mut broken = Vec::new();
    let (mut times, mut units) = (Vec::new(), Vec::new());
    for arithmetic in &ARITHMETIC {
        for concurrency in [1, 32] {
            for store in STORES {
                let lines = of(said, store, arithmetic.operation, concurrency);
                if lines.len() != pairs as usize {
                    bail!(
                        "store_units measured {} at {concurrency} on {store} {} times, not {pairs}",
                        arithmetic.operation,
                        lines.len()
                    );
                }
                times.push(times_row(arithmetic.operation, concurrency, store, &lines));
                if store == "dynamodb" {
                    let name = format!("{} at {concurrency}", arithmetic.operation);
                    broken.extend(deviations(arithmetic, &name, &lines));
                    units.push(units_row(arithmetic, &name, &lines));
                }
            }
        }
    }
    let why = ARITHMETIC.iter().map(|it| format!("- `{}`: {}.", it.operation, it.why));
    let why: Vec<String> = why.collect();
    let body = format!(
        "`list_messages` is a page of 50 messages with their reactions, `put_reaction` a change of one's reaction; \
         asked of the store itself, without the service. {pairs} runs of each store in alternation; redb commits \
         durably, DynamoDB Local keeps all in memory and shares the cores with its client, so its times are those of \
         this engine and not of AWS. Times are in milliseconds: the median of the runs, and in brackets the least and \
         the greatest.\n\n{}\nUnits of one operation as DynamoDB Local reports them, and by arithmetic:\n\n{}\n{}\n",
        table(&["operation", "at once", "store", "count", "p50", "p99"], &times),
        table(&["operation", "read", "by arithmetic", "write", "by arithmetic"], &units),
        why.join("\n"),
    );
    Ok((body, broken))
}

fn of<'a>(said: &'a [Said], store: &str, operation: &str, concurrency: u64) -> Vec<&'a Line> {
    let lines = said.iter().filter(|said| said.store == store).flat_map(|said| &said.lines);
    lines.filter(|line| line.operation == operation && line.concurrency == concurrency).collect()
}

fn times_row(operation: &str, concurrency: u64, store: &str, lines: &[&Line]) -> Vec<String> {
    let spread = |of: fn(&Line) -> u64| {
        let mut values: Vec<u64> = lines.iter().map(|line| of(line)).collect();
        values.sort_unstable();
        let milliseconds = |us: u64| format!("{}.{:03}", us / 1000, us % 1000);
        let [least, middle, greatest] =
            [0, values.len() / 2, values.len() - 1].map(|index| milliseconds(values[index]));
        format!("{middle} ({least} .. {greatest})")
    };
    let count: u64 = lines.iter().map(|line| line.count).sum();
    vec![
        operation.to_owned(),
        concurrency.to_string(),
        store.to_owned(),
        count.to_string(),
        spread(|line| line.p50_us),
        spread(|line| line.p99_us),
    ]
}

/// The least and the greatest of the runs.
fn seen(lines: &[&Line], of: fn(&Line) -> f64) -> Range {
    lines.iter().map(|line| of(line)).fold([f64::INFINITY, 0.0], |[least, greatest], value| {
        [least.min(value), greatest.max(value)]
    })
}

fn show([from, to]: Range) -> String {
    if from.total_cmp(&to).is_eq() { format!("{from:.2}") } else { format!("{from:.2} .. {to:.2}") }
}

fn units_row(arithmetic: &Arithmetic, name: &str, lines: &[&Line]) -> Vec<String> {
    vec![
        name.to_owned(),
        show(seen(lines, |line| line.read_units)),
        show(arithmetic.read_units),
        show(seen(lines, |line| line.write_units)),
        show(arithmetic.write_units),
    ]
}

fn deviations(arithmetic: &Arithmetic, name: &str, lines: &[&Line]) -> Vec<String> {
    let pairs = [
        ("read", seen(lines, |line| line.read_units), arithmetic.read_units),
        ("write", seen(lines, |line| line.write_units), arithmetic.write_units),
    ];
    let outside = pairs
        .into_iter()
        .filter(|(_, [least, greatest], [from, to])| least < from || greatest > to);
    let told = |(kind, seen, expected)| {
        format!("{name} uses up {} {kind} units, by arithmetic {}", show(seen), show(expected))
    };
    outside.map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(put_write_units: f64) -> Vec<Line> {
        let text = |operation: &str, concurrency: u64, read: f64, write: f64| {
            format!(
                r#"{{"operation":"{operation}","concurrency":{concurrency},"count":100,"p50_us":1234,"p99_us":5678,"read_units_per_op":{read},"write_units_per_op":{write}}}"#
            )
        };
        let both = [1, 32].into_iter().flat_map(|at_once| {
            [
                text("list_messages", at_once, 3.0, 0.0),
                text("put_reaction", at_once, 1.0, put_write_units),
            ]
        });
        both.map(|text| line(&text).unwrap()).collect()
    }

    fn said(put_write_units: f64) -> [Said; 2] {
        STORES.map(|store| Said { store, lines: lines(put_write_units) })
    }

    #[test]
    fn units_by_arithmetic_break_no_limit() {
        let (body, broken) = report(&said(4.0), 1).unwrap();
        assert_eq!(broken, [""; 0]);
        assert!(body.contains("1.234 (1.234 .. 1.234)") && body.contains("5.678"), "{body}");
    }

    #[test]
    fn other_units_do() {
        let (_, broken) = report(&said(4.5), 1).unwrap();
        assert_eq!(broken.len(), 2);
        assert!(
            broken[0].contains("put_reaction at 1 uses up 4.50 write units, by arithmetic 4.00")
        );
    }

    #[test]
    fn what_is_missing_is_told() {
        assert!(report(&said(4.0), 2).is_err());
        for text in ["", "{}", r#"{"operation":"a","concurrency":1,"count":-1}"#] {
            assert!(line(text).is_err(), "{text}");
        }
    }
}
