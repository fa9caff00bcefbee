//! `[data.X]`: the tables that journeys draw rows from, of a file or provided by the target.

use std::ops::Range;

use toml::de::DeValue;

use super::problem::{Complaint, Report};
use super::section::{Entry, Section, found};
use super::template::Data;
use super::value;
use super::words::{self, quote};
use super::{BUNDLED, Column, Context, Warning};
use crate::exact::Decimal;
use crate::plan::{Pick, Table};

/// Tables a scenario may name.
const MAX_TABLES: usize = 64;
/// Largest exponent of a Zipf pick: with it one row takes 99.9 % of all draws.
const MAX_ZIPF_EXPONENT: u128 = 10;

/// The tables known, and those that journeys use.
#[derive(Debug)]
pub(crate) struct Tables {
    known: Vec<Known>,
    /// Indices into `known`, in order of first use: the tables of the plan.
    used: Vec<usize>,
    target: String,
}

#[derive(Debug)]
struct Known {
    table: Table,
    /// None if they could not be learnt, which is reported.
    columns: Option<Vec<Column>>,
    /// Where the file declares it.
    declared: Option<Range<usize>>,
}

impl Tables {
    pub(crate) fn read(
        root: &Section<'_>,
        target: &str,
        context: &Context,
        report: &mut Report,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let mut tables = Self { known: Vec::new(), used: Vec::new(), target: target.to_owned() };
        if target == BUNDLED {
            tables.known.extend(context.provided.iter().map(|provided| Known {
                table: Table {
                    name: provided.name.clone(),
                    file: None,
                    secret: provided.secret.clone(),
                    pick: Pick::Uniform {},
                },
                columns: Some(provided.columns.clone()),
                declared: None,
            }));
        }
        let section = root.value("data").and_then(|data| Section::open(data, report));
        let entries = section.map(|data| data.entries("tables", MAX_TABLES, report));
        for entry in entries.unwrap_or_default() {
            tables.declare(&entry, context, report, warnings);
        }
        tables
    }

    /// The index of a table in the plan, by the name a journey gives.
    pub(crate) fn join(&mut self, name: &str) -> Result<u16, Complaint> {
        let Some(at) = self.known.iter().position(|known| known.table.name == name) else {
            let known: Vec<_> = self.known.iter().map(|known| known.table.name.as_str()).collect();
            let complaint = words::unknown("table", name, &known);
            return Err(match (self.known.is_empty(), self.target == BUNDLED) {
                (true, false) => complaint.expecting(format!(
                    "a table of a file, `[data.NAME]` with `file = \"…\"`; only the target `{BUNDLED}` provides tables"
                )),
                _ => complaint,
            });
        };
        let used = self.used.iter().position(|used| *used == at).unwrap_or_else(|| {
            self.used.push(at);
            self.used.len() - 1
        });
        Ok(u16::try_from(used).expect("the number of tables is limited"))
    }

    /// What the placeholders of a journey with this table can be.
    pub(crate) fn data(&self, index: u16) -> Data<'_> {
        let known = &self.known[self.used[usize::from(index)]];
        match &known.columns {
            Some(columns) => Data::Columns(columns, &known.table.secret),
            None => Data::Unknown,
        }
    }

    /// The tables of the plan; one that is declared and not used is reported.
    pub(crate) fn finish(self, report: &mut Report) -> Vec<Table> {
        for (at, known) in self.known.iter().enumerate() {
            if let (Some(span), false) = (&known.declared, self.used.contains(&at)) {
                let complaint =
                    Complaint::new(format!("table {} is not used", quote(&known.table.name)));
                report.at(span.clone(), complaint.expecting("a journey with it as its `data`"));
            }
        }
        self.used.iter().map(|at| self.known[*at].table.clone()).collect()
    }

    fn declare(
        &mut self,
        entry: &Entry<'_>,
        context: &Context,
        report: &mut Report,
        warnings: &mut Vec<Warning>,
    ) {
        if let Err(complaint) = words::name(entry.key) {
            report.at(entry.span.clone(), complaint);
        }
        let Some(section) = Section::of(entry.value, &["file", "secret", "pick"], report) else {
            return;
        };
        let pick = section.optional("pick", report, pick).unwrap_or(Pick::Uniform {});
        let file = section.optional("file", report, file);
        let secret = secret(&section, report);
        if let Some(known) = self.known.iter_mut().find(|known| known.table.name == entry.key) {
            // The target's own rows are the ones it knows; the file is for other targets.
            known.table.pick = pick;
            known.declared = Some(entry.span.clone());
            warnings.extend(file.map(|_| Warning::FileNotUsed { table: entry.key.to_owned() }));
            return;
        }
        if section.value("file").is_none() {
            section.missing("file", report);
        }
        let columns = file.as_ref().and_then(|file| {
            columns(file, context)
                .map_err(|why| report.at(section.place("file"), why.of("file")))
                .ok()
        });
        for column in columns.iter().flat_map(|columns| unknown_columns(columns, &secret)) {
            report.at(section.place("secret"), column.of("secret"));
        }
        let table = Table { name: entry.key.to_owned(), file, secret, pick };
        self.known.push(Known { table, columns, declared: Some(entry.span.clone()) });
    }
}

fn columns(file: &str, context: &Context) -> Result<Vec<Column>, Complaint> {
    match context.files.get(file) {
        Some(Ok(columns)) => Ok(columns.clone()),
        Some(Err(why)) => Err(Complaint::new(format!("cannot read {}: {why}", quote(file)))),
        None => Err(Complaint::new(format!("{} was not read", quote(file)))),
    }
}

fn unknown_columns(columns: &[Column], secret: &[String]) -> Vec<Complaint> {
    let known: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    let wrong = secret.iter().filter(|column| !known.contains(&column.as_str()));
    wrong.map(|column| words::unknown("column", column, &known)).collect()
}

/// A scenario names files beside it, never others: it is not trusted like a program.
pub(crate) fn file(value: &DeValue<'_>) -> Result<String, Complaint> {
    let path = value::any_text(value)?;
    let inside = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']);
    if path.split('/').all(inside) {
        return Ok(path);
    }
    Err(Complaint::new(format!("{} does not lie beside the scenario", quote(&path)))
        .expecting("a relative path without `..`"))
}

fn secret(section: &Section<'_>, report: &mut Report) -> Vec<String> {
    section
        .optional("secret", report, |value| {
            let expected = "a list of columns, such as [\"token\"]";
            let list = value.as_array().ok_or_else(|| found(value).expecting(expected))?;
            list.iter().map(|column| value::any_text(column.get_ref())).collect()
        })
        .unwrap_or_default()
}

fn pick(value: &DeValue<'_>) -> Result<Pick, Complaint> {
    const EXPECTED: &str =
        "`uniform`, or `zipf` and an exponent more than 0 and at most 10, such as `zipf 1.1`";
    let DeValue::String(text) = value else { return Err(found(value).expecting(EXPECTED)) };
    if text == "uniform" {
        return Ok(Pick::Uniform {});
    }
    let exponent = text.strip_prefix("zipf ").map(str::trim);
    let allowed = |exponent: &&str| {
        Decimal::parse(exponent).is_ok_and(|number| {
            (1..=MAX_ZIPF_EXPONENT * number.denominator).contains(&number.numerator)
        })
    };
    exponent
        .filter(allowed)
        .map(|exponent| Pick::Zipf { exponent: exponent.to_owned() })
        .ok_or_else(|| {
            let word = text.split_whitespace().next().unwrap_or_default();
            let nearest = words::nearest(word, &["uniform", "zipf"]).filter(|near| *near != word);
            Complaint::new(format!("{} is no way to draw a row", quote(text)))
                .expecting(EXPECTED)
                .nearest(nearest)
        })
}
