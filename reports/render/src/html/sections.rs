//! The pictures of the page by section, with what is said where there is none.

use load_plan::plan::Record;
use run_record::run::Run;

use crate::figure::{Figure, Group};
use crate::figures::STEPS_MAX;

/// Pictures under one heading.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) figures: Vec<Figure>,
    /// What is said where there is no picture; if nothing, such a section is left out.
    pub(super) empty: &'static str,
    /// Steps for which there was no room.
    pub(super) left_out: usize,
}

/// All sections, in the order of the page.
pub(super) fn sections(run: &Run, figures: Vec<Figure>) -> Vec<Section> {
    let nothing = run.steps.iter().all(|step| step.count == 0);
    let no_times = if nothing {
        "No measured request completed, so there are no times to show."
    } else {
        "Times were not recorded."
    };
    let no_gaps = match run.plan.record {
        Record::All {} => {
            "No two first requests of a measured phase are in the rows of the record."
        }
        Record::OneIn { .. } | Record::None {} => {
            "The record does not keep the rows of all arrivals, so it does not say which of them were neighbours."
        }
    };
    let no_units = "The target does not say what its store consumes.";
    let mut sections = [
        (Group::Spectrum, "spectrum", "Time by percentile", no_times),
        (Group::Parts, "parts", "Where the time went", no_times),
        (Group::Comparison, "comparison", "By phase and by place in a cluster", ""),
        (Group::Timeline, "timeline", "Over time", "Nothing was planned."),
        (Group::Units, "units", "What a call cost the store", no_units),
        (Group::Heat, "heat", "All response times over time", no_times),
        (Group::Gaps, "gaps", "How arrivals were spread", no_gaps),
    ]
    .map(|(group, id, title, empty)| (group, Section::new(id, title, empty)));
    for figure in figures {
        if let Some((_, section)) = sections.iter_mut().find(|(group, _)| *group == figure.group) {
            section.figures.push(figure);
        }
    }
    let left_out = run.steps.len().saturating_sub(STEPS_MAX);
    let mut sections = sections.map(|(_, section)| section);
    sections[0].left_out = left_out;
    let said = |section: &Section| !(section.figures.is_empty() && section.empty.is_empty());
    sections.into_iter().filter(said).collect()
}

impl Section {
    fn new(id: &'static str, title: &'static str, empty: &'static str) -> Self {
        Self { id, title, figures: Vec::new(), empty, left_out: 0 }
    }
}
