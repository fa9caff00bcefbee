//! Texts with placeholders: `{{column}}`, one element of a list column, `{{pick:a,b}}`; cut once, checked here.

use std::ops::Range;

use super::Column;
use super::problem::{Complaint, Report};
use super::words::{self, quote};
use crate::draw::MAX_PICKS;
use crate::plan::{Piece, Template};

/// Where a template is used, which decides what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Reports and errors show paths, so nothing secret may stand in one.
    Path,
    /// A header, a token, a text body, or a JSON string with more than one placeholder in it.
    Text,
    /// A JSON string: if it is one placeholder alone, lists are allowed.
    Json,
}

/// What the placeholders of a journey can be.
#[derive(Debug)]
pub(crate) struct Blanks<'t> {
    pub(crate) data: Data<'t>,
    /// Picks seen so far in the journey.
    pub(crate) picks: u16,
}

/// The table of a journey.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Data<'t> {
    /// The journey names none.
    None,
    /// It names one that is reported already, so its columns are not known.
    Unknown,
    /// Its columns, and which of them are secret.
    Columns(&'t [Column], &'t [String]),
}

/// Cuts `text`, whose value stands at `span`, into pieces; reports every wrong placeholder.
pub(crate) fn read(
    text: &str,
    span: &Range<usize>,
    use_: Use,
    blanks: &mut Blanks<'_>,
    report: &mut Report,
) -> Template {
    let mut pieces = Vec::new();
    let mut rest = text;
    let alone = use_ == Use::Json && is_alone(text);
    while let Some(start) = rest.find("{{") {
        if start > 0 {
            pieces.push(Piece::Text(rest[..start].to_owned()));
        }
        let inside = &rest[start + 2..];
        let Some(end) = inside.find("}}") else {
            let complaint = Complaint::new(format!("{} is not closed", quote(&rest[start..])));
            report.at(span.clone(), complaint.expecting("`}}` after the placeholder"));
            return Template(pieces);
        };
        match blanks.piece(inside[..end].trim(), use_, alone) {
            Ok(piece) => pieces.push(piece),
            Err(complaint) => report.at(span.clone(), complaint),
        }
        rest = &inside[end + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Template(pieces)
}

/// Whether the text is one placeholder and nothing else.
fn is_alone(text: &str) -> bool {
    let inside = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inside.is_some_and(|inside| !inside.contains("}}") && !inside.contains("{{"))
}

impl Blanks<'_> {
    fn piece(&mut self, word: &str, use_: Use, alone: bool) -> Result<Piece, Complaint> {
        match word.strip_prefix("pick:") {
            Some(words) => self.pick(words),
            None => self.column(word, use_, alone),
        }
    }

    fn pick(&mut self, words: &str) -> Result<Piece, Complaint> {
        let words: Vec<_> = words.split(',').map(|word| word.trim().to_owned()).collect();
        if words.iter().any(String::is_empty) {
            return Err(Complaint::new("a pick with an empty word")
                .expecting("words between commas, such as `{{pick:a,b,c}}`"));
        }
        if usize::from(self.picks) >= MAX_PICKS {
            return Err(Complaint::new("too many picks in one journey")
                .expecting(format!("at most {MAX_PICKS}")));
        }
        let slot = self.picks;
        self.picks += 1;
        Ok(Piece::Pick { words, slot })
    }

    fn column(&self, word: &str, use_: Use, alone: bool) -> Result<Piece, Complaint> {
        let (columns, secret) = match self.data {
            Data::Columns(columns, secret) => (columns, secret),
            Data::Unknown => return Ok(Piece::Column(word.to_owned())),
            Data::None => {
                return Err(Complaint::new(format!("{} needs a table", quote(&braces(word))))
                    .expecting("`data = \"…\"` in the journey, or `{{pick:a,b}}`"));
            }
        };
        let plural = format!("{word}s");
        let find = |name: &str| columns.iter().find(|column| column.name == name);
        let (column, piece) = match (find(word), find(&plural).filter(|column| column.list)) {
            (Some(column), _) => (column, Piece::Column(word.to_owned())),
            (None, Some(list)) => (list, Piece::Element(plural)),
            (None, None) => return Err(unknown(word, columns)),
        };
        if column.list && matches!(piece, Piece::Column(_)) && !alone {
            let one = braces(word.strip_suffix('s').unwrap_or(word));
            return Err(Complaint::new(format!("{} is a list", quote(&braces(word)))).expecting(
                format!("one element ({}), or the list alone in a JSON string", quote(&one)),
            ));
        }
        if use_ == Use::Path && secret.contains(&column.name) {
            return Err(Complaint::new(format!("{} is secret, and paths are shown", quote(word)))
                .expecting("a secret column in `bearer`, `headers` or the body"));
        }
        Ok(piece)
    }
}

fn unknown(word: &str, columns: &[Column]) -> Complaint {
    let elements = columns.iter().filter(|column| column.list);
    let elements = elements.filter_map(|column| column.name.strip_suffix('s'));
    let known: Vec<_> = columns.iter().map(|column| column.name.as_str()).chain(elements).collect();
    words::unknown("column", word, &known)
}

fn braces(word: &str) -> String {
    format!("{{{{{word}}}}}")
}
