//! Whether rows can fill a plan's templates: asked of every row once, before anything is due.

use serde_json::Value;
use thiserror::Error;

use crate::plan::{Body, Journey, JsonTemplate, Piece, Plan, Template};
use crate::table::Rows;

/// Rows that do not fit a plan; names tables, columns and rows, never values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// Not one set of rows for each table of the plan.
    #[error("the plan has {planned} tables, {given} were given")]
    Tables {
        /// Of the plan.
        planned: usize,
        /// By the caller.
        given: usize,
    },
    /// A column that a journey uses is not there, or is a list where one value is needed, or the
    /// other way round.
    #[error("table `{table}` has no column `{column}` as journey `{journey}` uses it")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The journey.
        journey: String,
    },
    /// One value cannot stand where the journey puts it.
    #[error(
        "table `{table}`, row {row}: column `{column}` is {why}, and journey `{journey}` {place}"
    )]
    Value {
        /// The table.
        table: String,
        /// From 1.
        row: usize,
        /// The column.
        column: String,
        /// The journey.
        journey: String,
        /// What is wrong with it.
        why: &'static str,
        /// Where it is put.
        place: &'static str,
    },
}

/// Where a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Header,
    Text,
    /// Alone in a JSON string: any value may stand there.
    Alone,
}

/// All pieces of a journey with their places.
pub(super) fn pieces(journey: &Journey) -> Vec<(&Piece, Place)> {
    let mut found = Vec::new();
    for request in journey.steps.iter().map(|step| &step.request) {
        put(&request.path, Place::Path, &mut found);
        for header in &request.headers {
            put(&header.value, Place::Header, &mut found);
        }
        if let Some(bearer) = &request.bearer {
            put(bearer, Place::Header, &mut found);
        }
        match &request.body {
            None => {}
            Some(Body::Text(text)) => put(text, Place::Text, &mut found),
            Some(Body::Json(json)) => put_json(json, &mut found),
        }
    }
    found
}

/// Whether every row can stand wherever the plan puts it.
pub(super) fn check(plan: &Plan, tables: &[Rows]) -> Result<(), Unfit> {
    if plan.tables.len() != tables.len() {
        return Err(Unfit::Tables { planned: plan.tables.len(), given: tables.len() });
    }
    for journey in &plan.journeys {
        let Some(table) = journey.table.map(usize::from) else { continue };
        let fit = Fit { table: &plan.tables[table].name, rows: &tables[table], journey };
        let mut seen = Vec::new();
        for asked in pieces(journey) {
            if !seen.contains(&asked) {
                seen.push(asked);
                fit.piece(asked.0, asked.1)?;
            }
        }
    }
    Ok(())
}

struct Fit<'p> {
    table: &'p str,
    rows: &'p Rows,
    journey: &'p Journey,
}

impl Fit<'_> {
    fn piece(&self, piece: &Piece, place: Place) -> Result<(), Unfit> {
        let (name, element) = match piece {
            Piece::Text(_) | Piece::Pick { .. } => return Ok(()),
            Piece::Column(name) => (name, false),
            Piece::Element(name) => (name, true),
        };
        let unusable = || Unfit::Column {
            table: self.table.to_owned(),
            column: name.clone(),
            journey: self.journey.name.clone(),
        };
        let column = self.rows.position(name).ok_or_else(unusable)?;
        let list = self.rows.columns()[column].list;
        if element != list && (element || place != Place::Alone) {
            return Err(unusable());
        }
        for row in 0..self.rows.len() {
            let value = self.rows.value(row, column);
            let wrong = match value.as_array().filter(|_| element) {
                Some(list) if list.is_empty() => Some("an empty list"),
                Some(list) => list.iter().find_map(|value| wrong(value, place)),
                None => wrong(value, place),
            };
            if let Some(why) = wrong {
                return Err(self.value(row, name, why, place));
            }
        }
        Ok(())
    }

    fn value(&self, row: usize, column: &str, why: &'static str, place: Place) -> Unfit {
        Unfit::Value {
            table: self.table.to_owned(),
            row: row + 1,
            column: column.to_owned(),
            journey: self.journey.name.clone(),
            why,
            place: match place {
                Place::Path => "puts it into a path",
                Place::Header => "puts it into a header",
                Place::Text => "puts it into a text",
                Place::Alone => "puts it into a body",
            },
        }
    }
}

/// Why a value cannot stand in a place; `None` if it can.
fn wrong(value: &Value, place: Place) -> Option<&'static str> {
    match (value, place) {
        (_, Place::Alone)
        | (Value::Bool(_) | Value::Number(_), _)
        | (Value::String(_), Place::Text) => None,
        (Value::Null, _) => Some("null"),
        (Value::Array(_), _) => Some("a list"),
        (Value::Object(_), _) => Some("an object"),
        // An empty segment would make another path of it.
        (Value::String(text), Place::Path) => text.is_empty().then_some("empty"),
        // A line end would make another header of it.
        (Value::String(text), Place::Header) => {
            let printable = text.chars().all(|c| matches!(c, ' '..='~'));
            (!printable).then_some("not printable ASCII")
        }
    }
}

fn put<'p>(template: &'p Template, place: Place, found: &mut Vec<(&'p Piece, Place)>) {
    found.extend(template.0.iter().map(|piece| (piece, place)));
}

fn put_json<'p>(json: &'p JsonTemplate, found: &mut Vec<(&'p Piece, Place)>) {
    match json {
        JsonTemplate::Literal(_) => {}
        JsonTemplate::Text(text) if text.0.len() == 1 => put(text, Place::Alone, found),
        JsonTemplate::Text(text) => put(text, Place::Text, found),
        JsonTemplate::List(list) => list.iter().for_each(|item| put_json(item, found)),
        JsonTemplate::Object(fields) => fields.iter().for_each(|(_, value)| put_json(value, found)),
    }
}
