//! Errors by class over time: whether they came at once, all the time, or with something else on the page.

use std::collections::BTreeMap;

use run_record::run::Run;

use super::time::{Clock, Panel, Seconds};
use crate::figure::{Column, Figure, Group};
use crate::svg::{Colour, PlotError, Vertical};
use crate::{facts, text};

/// Classes with a line of their own; the rest are added up.
const CLASSES_MAX: usize = 4;

/// Errors of all steps in each second; none if there was no error, or where their seconds were not recorded.
pub(super) fn errors(run: &Run, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let mut classes: BTreeMap<String, BTreeMap<u32, u64>> = BTreeMap::new();
    for error in &run.errors {
        let seconds = classes.entry(text::clean(&facts::error(error))).or_default();
        for (second, count) in &error.seconds {
            *seconds.entry(*second).or_default() += u64::from(*count);
        }
    }
    let total = |seconds: &BTreeMap<u32, u64>| seconds.values().sum::<u64>();
    let mut classes: Vec<_> = classes.into_iter().filter(|class| !class.1.is_empty()).collect();
    if classes.is_empty() {
        return Ok(None);
    }
    classes.sort_by_key(|class| std::cmp::Reverse(total(&class.1)));
    if classes.len() > CLASSES_MAX + 1 {
        let mut rest = BTreeMap::new();
        for (second, count) in classes.drain(CLASSES_MAX..).flat_map(|class| class.1) {
            *rest.entry(second).or_default() += count;
        }
        classes.push(("all others".to_owned(), rest));
    }
    // After a stop there is nothing that could fail; what then still comes is of what was under way.
    let last = classes.iter().filter_map(|class| class.1.keys().next_back()).max();
    let end = clock.seconds_seen().max(last.map_or(0, |second| second.saturating_add(1)));
    let seconds: Vec<u32> = (0..end).collect();
    let column = |(name, counts): (String, BTreeMap<u32, u64>)| {
        let count = |second: &u32| counts.get(second).copied().unwrap_or(0);
        Column {
            head: format!("{}_per_s", name.replace(' ', "_")),
            values: seconds.iter().map(|s| Some(crate::units::as_f64(count(s)))).collect(),
            name,
        }
    };
    let columns = classes.into_iter().map(column).collect();
    let panel = Panel {
        group: Group::Timeline,
        stem: "timeline-errors".to_owned(),
        title: "Errors".to_owned(),
        caption: "Requests that failed or timed out, by class and by the second in which it was known. Which step \
                  they belong to is in the table of errors."
            .to_owned(),
        vertical: Vertical::PerSecond,
        height: 120,
        limits: Vec::new(),
        colours: &[Colour::Limit, Colour::Second, Colour::First, Colour::Fourth, Colour::Fifth],
    };
    clock.chart(panel, Seconds { seconds, columns }, &clock.phases)
}
