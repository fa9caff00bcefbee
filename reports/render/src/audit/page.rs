//! The audit as a page that needs nothing but itself: the answer, then each stream with its numbers and pictures.

use askama::Template;
use run_analysis::audit::as_planned;

use super::{Stream, figures, notes, numbers, planned, said};
use crate::figure::Figure;
use crate::html::RenderError;
use crate::html::sealed::Sealed;
use crate::text;

/// Planned against arrived, one by one.
#[derive(Clone, Debug)]
pub struct Against {
    /// Whether every planned arrival came, and came once.
    pub whole: bool,
    /// How many of which.
    pub said: String,
}

/// The whole page; `path` is what was audited.
pub fn page(
    path: &str,
    streams: &[Stream],
    against: Option<Against>,
    notes: &[String],
) -> Result<String, RenderError> {
    let whole = against.as_ref().is_none_or(|against| against.whole);
    let (class, word) = answer(streams, whole);
    let views: Result<Vec<_>, RenderError> = streams.iter().map(StreamView::of).collect();
    let page = Page {
        style: Sealed::style(),
        script: Sealed::script(),
        class,
        word: text::clean(&word),
        path: text::clean(path),
        streams: views?,
        against,
        notes: notes.iter().map(|note| text::clean(note)).collect(),
        hanno: env!("CARGO_PKG_VERSION"),
    };
    Ok(page.render()?)
}

/// Its tone, and a word or two.
fn answer(streams: &[Stream], whole: bool) -> (&'static str, String) {
    let audits = || streams.iter().map(|stream| &stream.audited.audit);
    let too_few = audits().filter(|audit| audit.missing.is_some()).count();
    let (tone, words) = match (streams, too_few) {
        _ if !whole || !audits().all(as_planned) => ("fail", "NOT AS PLANNED"),
        (_, few) if few == streams.len() => ("unsure", "NOT JUDGED"),
        (_, 1..) => ("unsure", "PARTLY JUDGED"),
        _ if audits().all(|audit| audit.expected.is_some()) => ("pass", "AS PLANNED"),
        ([one], _) => ("note", one.audited.audit.class.as_str()),
        _ => ("note", "JUDGED"),
    };
    (tone, words.to_owned())
}

/// One stream, in words and pictures.
struct StreamView {
    name: String,
    tone: &'static str,
    class: String,
    said: String,
    planned: Option<String>,
    notes: Vec<String>,
    numbers: Vec<Vec<String>>,
    figures: Vec<Figure>,
}

impl StreamView {
    fn of(stream: &Stream) -> Result<Self, RenderError> {
        let audit = &stream.audited.audit;
        Ok(Self {
            name: text::clean(&stream.name),
            tone: match (as_planned(audit), audit.missing, &audit.expected) {
                (false, ..) => "fail",
                (true, Some(_), _) => "unsure",
                (true, None, Some(_)) => "pass",
                (true, None, None) => "note",
            },
            class: text::clean(&audit.class),
            said: said(audit),
            planned: planned(audit),
            notes: notes(audit),
            numbers: numbers(stream),
            figures: figures(stream)?,
        })
    }
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    style: Sealed,
    script: Sealed,
    class: &'static str,
    word: String,
    path: String,
    streams: Vec<StreamView>,
    against: Option<Against>,
    notes: Vec<String>,
    hanno: &'static str,
}
