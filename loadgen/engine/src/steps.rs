//! Which measurements belong together: a step is its stream and its name, in whichever journey it stands.

use std::collections::{BTreeMap, BTreeSet};

use load_plan::plan::Plan;
use run_record::latency::{Kind, Tag};

/// Methods by which nothing is changed, as HTTP defines them: no event is due to them.
const SAFE_METHODS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// The steps of a plan, numbered.
#[derive(Debug)]
pub(crate) struct Steps {
    keys: Vec<StepKey>,
    /// By stream, journey and step index.
    numbers: BTreeMap<(u16, u16, u16), usize>,
    /// Journey and step index of those whose method may change something.
    changing: BTreeSet<(u16, u16)>,
}

/// A step of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepKey {
    pub(crate) stream: u16,
    pub(crate) name: String,
}

impl Steps {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut steps =
            Self { keys: Vec::new(), numbers: BTreeMap::new(), changing: BTreeSet::new() };
        for (stream, journey) in (0u16..).zip(&plan.streams).flat_map(|(number, stream)| {
            stream.mix.iter().map(move |weighted| (number, weighted.journey))
        }) {
            for (index, step) in (0u16..).zip(&plan.journeys[usize::from(journey)].steps) {
                let number = steps.number_of(StepKey { stream, name: step.name.clone() });
                steps.numbers.insert((stream, journey, index), number);
                if !SAFE_METHODS.contains(&step.request.method.as_str()) {
                    steps.changing.insert((journey, index));
                }
            }
        }
        steps
    }

    fn number_of(&mut self, key: StepKey) -> usize {
        self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }

    pub(crate) fn keys(&self) -> &[StepKey] {
        &self.keys
    }

    /// The number of a step; the first step's for an arrival that started none, since that is what it owes.
    pub(crate) fn number(&self, stream: u16, journey: u16, step: Option<u16>) -> usize {
        self.numbers[&(stream, journey, step.unwrap_or(0))]
    }

    /// The number of the only step of a stream of readers.
    pub(crate) fn number_of_stream(&self, plan: &Plan, stream: u16) -> usize {
        self.number(stream, plan.streams[usize::from(stream)].mix[0].journey, None)
    }

    /// Whether a step may change something that readers are told of.
    pub(crate) fn may_change(&self, journey: u16, step: Option<u16>) -> bool {
        step.is_some_and(|step| self.changing.contains(&(journey, step)))
    }

    /// Every stream and journey that occur together.
    pub(crate) fn journeys(&self) -> impl Iterator<Item = (u16, u16)> {
        let pairs: BTreeSet<_> =
            self.numbers.keys().map(|&(stream, journey, _)| (stream, journey)).collect();
        pairs.into_iter()
    }

    /// The tag of an interval histogram.
    pub(crate) fn tag(&self, plan: &Plan, number: usize, phase: u16, kind: Kind) -> Tag {
        let key = &self.keys[number];
        let stream = &plan.streams[usize::from(key.stream)];
        Tag {
            stream: stream.name.clone(),
            phase: stream.phases[usize::from(phase)].name.clone(),
            step: key.name.clone(),
            kind,
        }
    }
}
