//! `[[stream]]` and its phases: which journeys arrive when.

use std::ops::Range;

use super::journey::{MAX_JOURNEYS, Placed};
use super::problem::{Complaint, Report};
use super::section::{Section, Value};
use super::units::MAX_DURATION_NS;
use super::value;
use super::words::{self, quote};
use super::{Context, closed, listen, phase};
use crate::exact;
use crate::plan::{Fraction, Phase, PhaseKind, Stream, Weighted};

/// Streams of a scenario: the merge looks at the head of each.
pub(crate) const MAX_STREAMS: usize = 64;
/// Phases of a stream.
const MAX_PHASES: usize = 1000;
/// Users of a stream: each is a task with a connection of its own.
pub(crate) const MAX_USERS: u32 = 100_000;
/// Largest default for the users of a stream; more must be asked for by name.
const MAX_DEFAULT_USERS: u128 = 10_000;
/// Arrivals that may wait for a user.
const MAX_QUEUE: u32 = 10_000_000;
/// As many may wait as can be served at most: a queue longer than that only delays the news that the
/// target does not keep up.
const DEFAULT_QUEUE: u32 = 10_000;
/// Largest weight of a journey; a thousand of them still fit 32 bits.
const MAX_WEIGHT: u32 = 1_000_000;

/// A stream, and where its parts stand.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Its users and longest wait are settled by [`Draft::settle`], once all rates are known.
    pub(crate) stream: Stream,
    users: Option<u32>,
    max_wait_ns: Option<u64>,
    name_span: Range<usize>,
    /// Where the rate of each phase stands.
    pub(crate) phase_spans: Vec<Range<usize>>,
}

/// Reads all streams, in the order of the file.
pub(crate) fn read(
    root: &Section<'_>,
    journeys: &[Placed],
    context: &Context,
    report: &mut Report,
) -> Vec<Draft> {
    let list = root.list("stream", MAX_STREAMS, report);
    if list.is_empty() {
        root.missing("stream", report);
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let whole = (usual_offset(index), journeys, context);
        let Some(draft) = stream(value, whole, report) else { continue };
        let name = &draft.stream.name;
        if !name.is_empty() && drafts.iter().any(|other| other.stream.name == *name) {
            let complaint = Complaint::new(format!("two streams are called {}", quote(name)));
            report.at(draft.name_span.clone(), complaint.expecting("another name"));
        }
        drafts.push(draft);
    }
    drafts
}

impl Draft {
    /// Fills in what depends on rates and time-outs.
    pub(crate) fn settle(mut self, journeys: &[Placed]) -> Stream {
        let mix = self.stream.mix.iter().filter_map(|part| journeys.get(usize::from(part.journey)));
        let timeout_ns = mix.map(Placed::timeout_ns).max().unwrap_or(1);
        let phases = self.stream.phases.iter();
        let busy = phases.map(|phase| phase.most_at_once(timeout_ns)).max().unwrap_or(0);
        // The users of a closed phase are asked for by name.
        let most = if self.stream.is_closed() { MAX_USERS.into() } else { MAX_DEFAULT_USERS };
        let usual = busy.clamp(1, most);
        let usual = u32::try_from(usual).expect("clamped to 32 bits");
        let serves = self.stream.readers().is_none();
        self.stream.users = if serves { self.users.unwrap_or(usual) } else { 0 };
        self.stream.max_wait_ns = self.max_wait_ns.unwrap_or(timeout_ns);
        self.stream
    }
}

/// `frac(1/2 + 0.618034 k)`: multiples of the golden ratio lie as far from each other as any can, so
/// even streams of commensurate rates do not coincide; never 0 for the streams a scenario may have.
fn usual_offset(index: usize) -> Fraction {
    let k = u128::try_from(index).expect("an index fits 128 bits");
    exact::fraction((500_000 + 618_034 * k) % 1_000_000, 1_000_000)
        .expect("618034 k is half a million below a whole million first beyond the last stream")
}

fn stream(
    value: &Value<'_>,
    (offset, journeys, context): (Fraction, &[Placed], &Context),
    report: &mut Report,
) -> Option<Draft> {
    let keys = ["name", "journeys", "offset", "users", "queue", "max_wait", "phase"];
    let section = Section::of(value, &keys, report)?;
    let name = section.required("name", report, value::name);
    let mix = mix(&section, journeys, report);
    let offset = section.optional("offset", report, value::fraction).unwrap_or(offset);
    let users = section.optional("users", report, value::whole_32(1..=MAX_USERS));
    let queue = section.optional("queue", report, value::whole_32(0..=MAX_QUEUE));
    let max_wait_ns = section.optional("max_wait", report, value::duration);
    let (phases, phase_spans) = phases(&section, context, report);
    let queue = queue.unwrap_or(DEFAULT_QUEUE);
    // Without a right name the stream goes on, so that its journeys count as used.
    let name = name.unwrap_or_default();
    let draft = Draft {
        stream: Stream { name, offset, mix, phases, users: 1, queue, max_wait_ns: 1 },
        users,
        max_wait_ns,
        name_span: section.place("name"),
        phase_spans,
    };
    if draft.stream.readers().is_some() {
        listen::check(&section, &draft, journeys, report);
    } else if draft.stream.is_closed() {
        closed::check(&section, &draft, report);
    }
    Some(draft)
}

fn mix(stream: &Section<'_>, journeys: &[Placed], report: &mut Report) -> Vec<Weighted> {
    let Some(value) = stream.value("journeys") else {
        stream.missing("journeys", report);
        return Vec::new();
    };
    let Some(section) = Section::open(value, report) else { return Vec::new() };
    let entries = section.entries("journeys", MAX_JOURNEYS, report);
    if entries.is_empty() {
        let complaint = Complaint::new("`journeys` names none");
        report.at(
            section.span(),
            complaint.expecting("a journey and its weight, such as { react = 1 }"),
        );
    }
    let known: Vec<_> = journeys.iter().map(|placed| placed.journey.name.as_str()).collect();
    let mut mix = Vec::new();
    for entry in entries {
        let weight = section.optional(entry.key, report, value::whole_32(1..=MAX_WEIGHT));
        match known.iter().position(|known| *known == entry.key) {
            Some(at) => mix.push(Weighted {
                journey: u16::try_from(at).expect("the number of journeys is limited"),
                weight: weight.unwrap_or(1),
            }),
            None => report.at(entry.span, words::unknown("journey", entry.key, &known)),
        }
    }
    mix
}

fn phases(
    stream: &Section<'_>,
    context: &Context,
    report: &mut Report,
) -> (Vec<Phase>, Vec<Range<usize>>) {
    let list = stream.list("phase", MAX_PHASES, report);
    if stream.value("phase").is_none() {
        stream.missing("phase", report);
    }
    let (mut phases, mut spans): (Vec<Phase>, Vec<_>) = (Vec::new(), Vec::new());
    let mut start_ns = 0;
    for (index, value) in list.into_iter().enumerate() {
        let Some(read) = phase::read(value, (index, start_ns), context, report) else { continue };
        start_ns += read.phase.duration_ns;
        if start_ns > MAX_DURATION_NS {
            let complaint = Complaint::new("the phases of a stream last too long together");
            report.at(read.duration_span, complaint.expecting("at most 7 days"));
            break;
        }
        if phases.iter().any(|other| other.name == read.phase.name) {
            let complaint =
                Complaint::new(format!("two phases are called {}", quote(&read.phase.name)));
            report.at(read.name_span, complaint.expecting("another name"));
        }
        phases.push(read.phase);
        spans.push(read.rate_span);
    }
    if !phases.is_empty() && phases.iter().all(|phase| phase.kind == PhaseKind::Idle {}) {
        let complaint = Complaint::new("a stream without arrivals");
        report.at(stream.span(), complaint.expecting("a `[[stream.phase]]` with a `rate`"));
    }
    (phases, spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_offsets_are_those_of_the_golden_ratio() {
        let offset = |index| usual_offset(index);
        assert_eq!(offset(0), Fraction { numerator: 1, denominator: 2 });
        assert_eq!(offset(1), Fraction { numerator: 59_017, denominator: 500_000 });
        // Computing each of them is the proof that none is 0.
        let all: Vec<_> = (0..MAX_STREAMS).map(offset).collect();
        assert!((1..all.len()).all(|index| !all[..index].contains(&all[index])), "all differ");
    }
}
