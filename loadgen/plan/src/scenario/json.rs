//! A JSON body, written as a TOML value.

use toml::de::{DeTable, DeValue};

use super::problem::{Complaint, Report};
use super::section::{Value, found};
use super::template::{self, Blanks, Use};
use crate::plan::JsonTemplate;

/// Deepest nesting of a body: reading it is recursive, and no request is nested like this.
const MAX_DEPTH: usize = 32;

/// Reads a value; what JSON does not have is reported.
pub(crate) fn read(
    value: &Value<'_>,
    blanks: &mut Blanks<'_>,
    report: &mut Report,
) -> JsonTemplate {
    at_depth(value, MAX_DEPTH, blanks, report)
}

fn at_depth(
    value: &Value<'_>,
    depth: usize,
    blanks: &mut Blanks<'_>,
    report: &mut Report,
) -> JsonTemplate {
    if depth == 0 {
        let complaint = Complaint::new("`json`: nested too deeply");
        report.at(value.span(), complaint.expecting(format!("at most {MAX_DEPTH} levels")));
        return JsonTemplate::Literal("null".into());
    }
    match value.get_ref() {
        DeValue::String(text) => {
            JsonTemplate::Text(template::read(text, &value.span(), Use::Json, blanks, report))
        }
        DeValue::Array(list) => JsonTemplate::List(
            list.iter().map(|value| at_depth(value, depth - 1, blanks, report)).collect(),
        ),
        DeValue::Table(table) => JsonTemplate::Object(
            in_order(table)
                .into_iter()
                .map(|(key, value)| (key.to_owned(), at_depth(value, depth - 1, blanks, report)))
                .collect(),
        ),
        other => JsonTemplate::Literal(literal(other).unwrap_or_else(|complaint| {
            report.at(value.span(), complaint.of("json"));
            "null".into()
        })),
    }
}

/// Keys in the order of the file.
fn in_order<'a>(table: &'a DeTable<'a>) -> Vec<(&'a str, &'a Value<'a>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries.into_iter().map(|(key, value)| (key.get_ref().as_ref(), value)).collect()
}

/// Numbers keep their digits, so that none is rounded on its way through a double.
fn literal(value: &DeValue<'_>) -> Result<String, Complaint> {
    match value {
        DeValue::Boolean(truth) => Ok(truth.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .map_err(|_| Complaint::new("a number beyond 64 bits").expecting("it as a string")),
        DeValue::Float(number) => {
            let digits = number.as_str().trim_start_matches('+');
            let finite = !digits.contains("inf") && !digits.contains("nan");
            finite.then(|| digits.to_owned()).ok_or_else(|| {
                Complaint::new(format!("JSON has no `{digits}`")).expecting("a finite number")
            })
        }
        other => Err(found(other).expecting("it as a string, for JSON has no such value")),
    }
}
