//! Streams of users who wait for answers: what cannot stand beside them.
//!
//! Which arrival of a stream is the n-th decides what it draws. In a closed stream that depends on answers,
//! so what comes after it in the same stream would too: it has a stream of its own.

use super::problem::{Complaint, Report};
use super::section::Section;
use super::stream::Draft;
use crate::plan::PhaseKind;

/// Checks a stream with a closed phase.
pub(crate) fn check(section: &Section<'_>, draft: &Draft, report: &mut Report) {
    if section.value("offset").is_some() {
        let complaint = Complaint::new("`offset` in a stream of closed phases");
        let expected = "none: their arrivals are due when users have their answers";
        report.at(section.place("offset"), complaint.expecting(expected));
    }
    for (phase, span) in draft.stream.phases.iter().zip(&draft.phase_spans) {
        if phase.kind.arrives() && !matches!(phase.kind, PhaseKind::Closed(_)) {
            let complaint = Complaint::new("open arrivals in a stream of closed phases");
            report.at(span.clone(), complaint.expecting("another `[[stream]]` for them"));
        }
    }
}
