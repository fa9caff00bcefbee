//! `request = { … }`: what one step sends.

use std::ops::Range;

use toml::de::DeValue;

use super::json;
use super::problem::{Complaint, Report};
use super::section::{Section, Value};
use super::template::{self, Blanks, Use};
use super::value;
use super::words::{one_of, quote};
use crate::plan::{Body, Header, Piece, Request, Template};

/// Headers one request may have.
const MAX_HEADERS: usize = 64;
/// Methods that have a meaning for a service under load.
const METHODS: [(&str, &str); 7] = [
    ("GET", "GET"),
    ("HEAD", "HEAD"),
    ("POST", "POST"),
    ("PUT", "PUT"),
    ("PATCH", "PATCH"),
    ("DELETE", "DELETE"),
    ("OPTIONS", "OPTIONS"),
];
/// Set by the client or by Hanno itself; two of one would contradict each other.
const RESERVED: [&str; 7] =
    ["connection", "content-length", "hanno-arrival", "host", "te", "transfer-encoding", "upgrade"];

impl Request {
    /// Stands for a request that is reported as wrong.
    pub(crate) fn nothing() -> Self {
        Self {
            method: "GET".to_owned(),
            path: Template(Vec::new()),
            headers: Vec::new(),
            bearer: None,
            body: None,
        }
    }
}

/// Reads the request of a step.
pub(crate) fn read(
    value: &Value<'_>,
    blanks: &mut Blanks<'_>,
    report: &mut Report,
) -> Option<Request> {
    let section =
        Section::of(value, &["method", "path", "headers", "bearer", "json", "text"], report)?;
    let method = section.optional("method", report, value::word("method", &METHODS));
    let path = text_of(&section, "path", Use::Path, blanks, report);
    if section.value("path").is_none() {
        section.missing("path", report);
    }
    if let Some(Err(complaint)) = path.as_ref().map(check_path) {
        report.at(section.place("path"), complaint.of("path"));
    }
    let headers = headers(&section, blanks, report);
    let bearer = text_of(&section, "bearer", Use::Text, blanks, report);
    if let Some(Err(complaint)) = bearer.as_ref().map(check_header_value) {
        report.at(section.place("bearer"), complaint.of("bearer"));
    }
    let text = text_of(&section, "text", Use::Text, blanks, report).map(Body::Text);
    let json = section.value("json").map(|value| Body::Json(json::read(value, blanks, report)));
    if json.is_some() && text.is_some() {
        let complaint =
            Complaint::new("a request has one body").expecting("either `json` or `text`");
        report.at(section.place("text"), complaint);
    }
    Some(Request {
        method: method.unwrap_or("GET").to_owned(),
        path: path.unwrap_or(Template(Vec::new())),
        headers,
        bearer,
        body: json.or(text),
    })
}

fn text_of(
    section: &Section<'_>,
    key: &str,
    use_: Use,
    blanks: &mut Blanks<'_>,
    report: &mut Report,
) -> Option<Template> {
    let text = section.optional(key, report, value::any_text)?;
    Some(template::read(&text, &section.place(key), use_, blanks, report))
}

fn headers(section: &Section<'_>, blanks: &mut Blanks<'_>, report: &mut Report) -> Vec<Header> {
    let Some(fields) = section.value("headers") else { return Vec::new() };
    let Some(fields) = Section::open(fields, report) else { return Vec::new() };
    let bearer = section.value("bearer").is_some();
    let mut headers: Vec<Header> = Vec::new();
    for entry in fields.entries("headers", MAX_HEADERS, report) {
        let name = entry.key.to_ascii_lowercase();
        let twice = headers.iter().any(|header| header.name == name);
        if let Err(complaint) = check_header_name(&name, twice, bearer) {
            report.at(entry.span.clone(), complaint);
        }
        let span: Range<usize> = entry.value.span();
        let DeValue::String(text) = entry.value.get_ref() else {
            let complaint = super::section::found(entry.value.get_ref()).expecting("a text");
            report.at(span, complaint.of(entry.key));
            continue;
        };
        let value = template::read(text, &span, Use::Text, blanks, report);
        if let Err(complaint) = check_header_value(&value) {
            report.at(span, complaint.of(entry.key));
        }
        headers.push(Header { name, value });
    }
    headers
}

fn check_path(path: &Template) -> Result<(), Complaint> {
    // Two slashes would name another host, and load goes to the target only.
    let starts = |text: &str| text.starts_with('/') && !text.starts_with("//");
    if !matches!(path.0.first(), Some(Piece::Text(text)) if starts(text)) {
        return Err(Complaint::new("a path that does not start with one `/`").expecting(
            "a path such as \"/v1/rooms/{{room}}\"; the target's base URL is put before it",
        ));
    }
    let wrong =
        |c: &char| !c.is_ascii_graphic() || matches!(c, '#' | '"' | '<' | '>' | '\\' | '^' | '`');
    match texts(path).flat_map(str::chars).find(wrong) {
        None => Ok(()),
        Some(c) => Err(Complaint::new(format!("{} in a path", quote(&c.to_string())))
            .expecting("visible ASCII; other characters percent-encoded, and no `#`")),
    }
}

fn check_header_name(name: &str, twice: bool, bearer: bool) -> Result<(), Complaint> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(Complaint::new(format!("{} is no header name", quote(name)))
            .expecting("letters, digits and `-`"));
    }
    if twice {
        return Err(Complaint::new(format!("header {} stands twice", quote(name))));
    }
    if RESERVED.contains(&name) {
        return Err(Complaint::new(format!("header {} is set by the client", quote(name)))
            .expecting(format!("a header that is not {}", one_of(&RESERVED))));
    }
    if bearer && name == "authorization" {
        return Err(
            Complaint::new("header `authorization` beside `bearer`").expecting("one of them")
        );
    }
    Ok(())
}

fn check_header_value(value: &Template) -> Result<(), Complaint> {
    let picks = value.0.iter().flat_map(|piece| match piece {
        Piece::Pick { words, .. } => words.as_slice(),
        _ => &[],
    });
    let shown = texts(value).chain(picks.map(String::as_str));
    match shown.flat_map(str::chars).find(|c| !matches!(c, ' '..='~')) {
        None => Ok(()),
        Some(c) => Err(Complaint::new(format!("{} in a header", quote(&c.to_string())))
            .expecting("printable ASCII")),
    }
}

fn texts(template: &Template) -> impl Iterator<Item = &str> {
    template.0.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.as_str()),
        Piece::Column(_) | Piece::Element(_) | Piece::Pick { .. } => None,
    })
}
