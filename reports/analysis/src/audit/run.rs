//! The audit of a run: one auditor for each stream, or for each phase where phases ask for different classes.

use load_plan::plan::{Phase, Plan, Stream};

use super::expected::Asked;
use super::order::{HELD_MAX, Order};
use super::places::Places;
use super::{Audited, Auditor, as_planned, expected};

/// Audits the first requests of measured phases, stream by stream.
#[derive(Debug, Default)]
pub struct RunAuditor {
    streams: Vec<StreamAuditor>,
}

/// The first request of an arrival of a measured phase was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// Index into `Plan::streams`.
    pub stream: u16,
    /// Index into the stream's phases.
    pub phase: u16,
    /// From the run's start.
    pub sent_ns: u64,
    /// From the due time to the end of the first step, if that completed.
    pub response_us: Option<u32>,
}

#[derive(Debug)]
struct StreamAuditor {
    /// For each phase, which part it belongs to.
    part_of: Vec<Option<usize>>,
    parts: Vec<Part>,
    places: Places,
    order: Order<(u16, Option<u32>)>,
}

/// Phases that are judged together.
#[derive(Debug)]
struct Part {
    /// Where phases are judged one by one.
    phase: Option<String>,
    asked: Asked,
    duration_ns: u64,
    auditor: Auditor,
}

impl RunAuditor {
    /// Ready for the arrivals of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self { streams: plan.streams.iter().map(StreamAuditor::of).collect() }
    }

    /// An arrival that started; arrivals may come in the order in which they ended.
    pub fn started(&mut self, started: Started) {
        if let Some(stream) = self.streams.get_mut(usize::from(started.stream))
            && let Some(earliest) =
                stream.order.push(started.sent_ns, (started.phase, started.response_us))
        {
            stream.take(earliest);
        }
    }

    /// The judgement of each stream, in the order of the plan; none where nothing arrives in measured phases.
    pub fn finish(self) -> Vec<Option<Audited>> {
        self.streams.into_iter().map(StreamAuditor::finish).collect()
    }
}

impl StreamAuditor {
    fn of(stream: &Stream) -> Self {
        let judged: Vec<(usize, &Phase, Asked)> = stream
            .phases
            .iter()
            .enumerate()
            .filter(|(_, phase)| phase.measured)
            .map(|(index, phase)| (index, phase, expected(&phase.kind)))
            .filter(|(_, _, asked)| *asked != Asked::Nothing)
            .collect();
        let alike = judged.windows(2).all(|two| two[0].2 == two[1].2);
        let mut part_of = vec![None; stream.phases.len()];
        let mut parts = Vec::new();
        let groups: Vec<&[_]> = if alike { vec![&judged[..]] } else { judged.chunks(1).collect() };
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            for (index, ..) in group {
                part_of[*index] = Some(parts.len());
            }
            let phases: Vec<&Phase> = group.iter().map(|(_, phase, _)| *phase).collect();
            parts.push(Part {
                phase: (!alike).then(|| phases[0].name.clone()),
                asked: group[0].2,
                duration_ns: phases.iter().map(|phase| phase.duration_ns).sum(),
                auditor: Auditor::of(&phases),
            });
        }
        let places = Places::of(stream);
        Self { part_of, parts, places, order: Order::new(HELD_MAX) }
    }

    fn take(&mut self, (at_ns, (phase, response_us)): (u64, (u16, Option<u32>))) {
        if let Some(Some(part)) = self.part_of.get(usize::from(phase)) {
            self.parts[*part].auditor.push(at_ns);
            self.places.push(at_ns, phase, response_us);
        }
    }

    /// The first part that is not as planned, else the longest.
    fn finish(mut self) -> Option<Audited> {
        while let Some(earliest) = self.order.pop() {
            self.take(earliest);
        }
        let judged: Vec<(u64, Audited)> =
            self.parts.into_iter().map(|part| (part.duration_ns, part.finish())).collect();
        let longest = judged.iter().map(|(duration_ns, _)| *duration_ns).max()?;
        let wrong = judged.iter().position(|(_, audited)| !as_planned(&audited.audit));
        let chosen = wrong.or_else(|| judged.iter().position(|(ns, _)| *ns == longest))?;
        let (_, audited) = judged.into_iter().nth(chosen)?;
        Some(Audited { places: self.places.results(), ..audited })
    }
}

impl Part {
    fn finish(self) -> Audited {
        let mut audited = self.auditor.finish();
        audited.audit.phase = self.phase;
        audited.audit.expected = self.asked.class().map(|class| class.as_str().to_owned());
        audited
    }
}
