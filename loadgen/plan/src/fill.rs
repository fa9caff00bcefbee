//! From an arrival to what it sends: the row and the words it draws, put into the templates of its journey.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::arrival::Arrival;
use crate::draw::{Draws, ElementKey, RowPicker};
use crate::plan::{Body, JsonTemplate, Piece, Plan, Template};
use crate::table::Rows;

mod fitness;

pub use fitness::Unfit;

/// What stands for itself in a path or query: the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Fills the templates of a plan; shared by all users of a run.
#[derive(Debug)]
pub struct Filler {
    plan: Arc<Plan>,
    tables: Vec<(Rows, RowPicker)>,
    streams: Vec<StreamDraws>,
}

/// A request ready to be sent. `Debug` shows sizes only, for tokens may be anywhere in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Filled {
    /// Path and query, to be put after the base URL as it is.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The token of `authorization: Bearer`.
    pub bearer: Option<String>,
    /// What is in the body.
    pub body: Option<FilledBody>,
}

/// A body ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub enum FilledBody {
    /// JSON text.
    Json(String),
    /// Any text.
    Text(String),
}

impl Filler {
    /// `tables` in the order of `Plan::tables`.
    ///
    /// Every row is looked at, so that filling cannot fail later, when an arrival is due.
    pub fn new(plan: Arc<Plan>, tables: Vec<Rows>) -> Result<Self, Unfit> {
        fitness::check(&plan, &tables)?;
        let pickers = tables.iter().zip(&plan.tables);
        let pickers: Vec<_> =
            pickers.map(|(rows, table)| RowPicker::new(&table.pick, rows.len())).collect();
        let tables = tables.into_iter().zip(pickers).collect();
        let streams = (0..plan.streams.len()).map(|stream| StreamDraws::of(&plan, stream));
        Ok(Self { streams: streams.collect(), plan, tables })
    }

    /// The request of a step (an index into its journey's steps) of an arrival.
    ///
    /// # Panics
    /// If arrival and step are not of this plan.
    pub fn fill(&self, arrival: &Arrival, step: usize) -> Filled {
        let journey = &self.plan.journeys[usize::from(arrival.journey)];
        let request = &journey.steps[step].request;
        let drawn = self.draw(arrival, journey.table);
        let headers = request.headers.iter();
        Filled {
            path: drawn.text(&request.path, encoded),
            headers: headers
                .map(|header| (header.name.clone(), drawn.text(&header.value, plain)))
                .collect(),
            bearer: request.bearer.as_ref().map(|bearer| drawn.text(bearer, plain)),
            body: request.body.as_ref().map(|body| drawn.body(body)),
        }
    }

    fn draw(&self, arrival: &Arrival, table: Option<u16>) -> Drawn<'_> {
        let stream = &self.streams[usize::from(arrival.stream)];
        let row = table.map(|table| {
            let (rows, picker) = &self.tables[usize::from(table)];
            (rows, stream.draws.row(arrival.n, picker))
        });
        Drawn { n: arrival.n, stream, row }
    }
}

/// The draws of a stream, with the keys of the list columns its journeys use.
#[derive(Debug)]
struct StreamDraws {
    draws: Draws,
    elements: BTreeMap<String, ElementKey>,
}

impl StreamDraws {
    fn of(plan: &Plan, stream: usize) -> Self {
        let draws = Draws::new(plan, stream);
        let mut elements = BTreeMap::new();
        for part in &plan.streams[stream].mix {
            for (piece, _) in fitness::pieces(&plan.journeys[usize::from(part.journey)]) {
                if let Piece::Element(column) = piece {
                    elements.insert(column.clone(), draws.element_key(column));
                }
            }
        }
        Self { draws, elements }
    }
}

/// What one arrival has drawn.
struct Drawn<'f> {
    n: u64,
    stream: &'f StreamDraws,
    row: Option<(&'f Rows, usize)>,
}

/// A piece of a template with its value.
enum Chosen<'f> {
    Text(&'f str),
    Value(&'f Value),
}

impl<'f> Chosen<'f> {
    fn of(value: &'f Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            other => Self::Value(other),
        }
    }
}

impl<'f> Drawn<'f> {
    fn choose(&self, piece: &'f Piece) -> Chosen<'f> {
        const FIT: &str = "the rows were checked against the plan";
        match piece {
            Piece::Text(text) => Chosen::Text(text),
            Piece::Pick { words, slot } => {
                Chosen::Text(&words[self.stream.draws.pick(self.n, *slot, words.len())])
            }
            Piece::Column(column) => Chosen::of(self.value(column)),
            Piece::Element(column) => {
                let list = self.value(column).as_array().expect(FIT);
                let key = self.stream.elements.get(column).expect(FIT);
                Chosen::of(&list[self.stream.draws.element(self.n, key, list.len())])
            }
        }
    }

    fn value(&self, column: &str) -> &'f Value {
        let (rows, row) = self.row.expect("a journey with columns has a table");
        let column = rows.position(column).expect("the columns were checked against the plan");
        rows.value(row, column)
    }

    fn text(&self, Template(pieces): &'f Template, put: fn(&mut String, &str)) -> String {
        let mut out = String::new();
        for piece in pieces {
            match (piece, self.choose(piece)) {
                // What the file says stands as it says it.
                (Piece::Text(text), _) => out.push_str(text),
                (_, Chosen::Text(text)) => put(&mut out, text),
                (_, Chosen::Value(value)) => put(&mut out, &value.to_string()),
            }
        }
        out
    }

    fn body(&self, body: &'f Body) -> FilledBody {
        match body {
            Body::Text(text) => FilledBody::Text(self.text(text, plain)),
            Body::Json(json) => {
                let mut out = String::new();
                self.json(json, &mut out).expect("writing to a string does not fail");
                FilledBody::Json(out)
            }
        }
    }

    fn json(&self, json: &'f JsonTemplate, out: &mut String) -> fmt::Result {
        match json {
            JsonTemplate::Literal(literal) => out.write_str(literal),
            JsonTemplate::Text(template) => match template.0.as_slice() {
                // Alone it keeps its own type.
                [piece] => match self.choose(piece) {
                    Chosen::Text(text) => quoted(text, out),
                    Chosen::Value(value) => write!(out, "{value}"),
                },
                _ => quoted(&self.text(template, plain), out),
            },
            JsonTemplate::List(list) => {
                out.push('[');
                for (index, item) in list.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.json(item, out)?;
                }
                out.write_char(']')
            }
            JsonTemplate::Object(fields) => {
                out.push('{');
                for (index, (key, value)) in fields.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    quoted(key, out)?;
                    out.push(':');
                    self.json(value, out)?;
                }
                out.write_char('}')
            }
        }
    }
}

fn plain(out: &mut String, text: &str) {
    out.push_str(text);
}

fn encoded(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, ENCODED));
}

fn quoted(text: &str, out: &mut String) -> fmt::Result {
    write!(out, "{}", serde_json::json!(text))
}

impl fmt::Debug for Filled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        let mut shown = out.debug_struct("Filled");
        shown.field("path", &self.path).field("headers", &names);
        shown.field("bearer", &self.bearer.is_some()).field("body", &self.body).finish()
    }
}

impl fmt::Debug for FilledBody {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::Json(text) => ("json", text),
            Self::Text(text) => ("text", text),
        };
        write!(out, "{kind}, {} bytes", text.len())
    }
}
