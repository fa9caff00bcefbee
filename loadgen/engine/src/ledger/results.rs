//! What the ledger knows, in the form of the record.

use load_plan::plan::Stream;
use run_record::breakdown::PhaseResult;
use run_record::latency::Kind;
use run_record::run::{Connections, Counts, JourneyResult, Run, StepResult, StreamResult};
use run_record::spread::Spread;

use super::{ConnectionTotals, JourneyTotals, Ledger};
use crate::phase_totals::PhaseTotals;
use crate::steps::StepKey;
use crate::tally::add;

impl Ledger {
    /// Writes what is known into the record's form.
    pub(crate) fn fill(&self, run: &mut Run, now_ns: u64, ended: bool) {
        run.streams = self.streams(ended);
        run.counts = run.streams.iter().map(|s| s.counts).fold(Counts::default(), add);
        let totals = self.totals.clone().with(&self.intervals);
        run.steps = self.step_results(&totals);
        run.phases = self.phase_results(&totals);
        run.instances = self.instances.results(|number| self.step_name(number));
        run.journeys = self.journey_results();
        run.objectives = self.objectives.results(ended);
        let keys = self.steps.keys();
        run.errors = self.errors.results(keys, |stream| self.stream_name(stream), ended);
        run.connections = self.connections.result();
        run.consumed = self.consumption.results();
        run.live = self.deliveries.result(now_ns, |number| self.step_name(number));
        run.lateness_us = Spread::of(&self.lateness);
        run.wait_us = Spread::of(&self.wait);
        run.timer_probe_us = Spread::of(&self.timer_probe);
        run.runtime_lag_us = Spread::of(&self.runtime_lag);
    }

    fn streams(&self, ended: bool) -> Vec<StreamResult> {
        let result = |(number, stream): (usize, &Stream)| {
            let (counts, measured) = self.tally.of(number, &self.planned, ended);
            StreamResult {
                name: stream.name.clone(),
                counts,
                measured,
                audit: None,
                places: Vec::new(),
            }
        };
        self.plan.streams.iter().enumerate().map(result).collect()
    }

    fn stream_name(&self, stream: u16) -> String {
        self.plan.streams[usize::from(stream)].name.clone()
    }

    fn step_name(&self, number: usize) -> (String, String) {
        let key = &self.steps.keys()[number];
        (self.stream_name(key.stream), key.name.clone())
    }

    /// Steps with their numbers. What readers open is no request due: it has no times, and its errors are told
    /// as such.
    fn arriving_steps(&self) -> impl Iterator<Item = (usize, &StepKey)> {
        let arrives = |stream: u16| self.plan.streams[usize::from(stream)].readers().is_none();
        self.steps.keys().iter().enumerate().filter(move |(_, key)| arrives(key.stream))
    }

    fn step_results(&self, totals: &PhaseTotals) -> Vec<StepResult> {
        let result = |(number, key): (usize, &StepKey)| {
            let response = totals.of_step(number, Kind::Response);
            let spread = |kind| Spread::of(&totals.of_step(number, kind));
            StepResult {
                stream: self.stream_name(key.stream),
                step: key.name.clone(),
                count: response.len(),
                not_completed: totals.not_completed_of_step(number),
                response_us: Spread::of(&response),
                service_us: spread(Kind::Service),
                server_us: spread(Kind::Server),
                store_us: Spread::of(&self.store[number]),
                delivery_us: spread(Kind::Delivery),
            }
        };
        self.arriving_steps().map(result).collect()
    }

    fn phase_results(&self, totals: &PhaseTotals) -> Vec<PhaseResult> {
        let result = |(number, key): (usize, &StepKey), index: usize| {
            let phase = &self.plan.streams[usize::from(key.stream)].phases[index];
            let spread = |kind| totals.in_phase(number, index, kind).and_then(Spread::of);
            let response_us = spread(Kind::Response);
            PhaseResult {
                stream: self.stream_name(key.stream),
                step: key.name.clone(),
                phase: phase.name.clone(),
                asked_per_s: phase.asked_per_s(),
                count: response_us.map_or(0, |response| response.count),
                not_completed: totals.not_completed_in_phase(number, index),
                response_us,
                service_us: spread(Kind::Service),
                server_us: spread(Kind::Server),
            }
        };
        let of_step = |step: (usize, &StepKey)| {
            totals.phases(step.0).map(|index| result(step, index)).collect::<Vec<_>>()
        };
        self.arriving_steps().flat_map(of_step).collect()
    }

    fn journey_results(&self) -> Vec<JourneyResult> {
        let result = |(&(stream, journey), totals): (&(u16, u16), &JourneyTotals)| JourneyResult {
            stream: self.stream_name(stream),
            journey: self.plan.journeys[usize::from(journey)].name.clone(),
            count: totals.response.len(),
            not_completed: totals.not_completed,
            response_us: Spread::of(&totals.response),
        };
        self.journeys.iter().map(result).collect()
    }
}

impl ConnectionTotals {
    fn result(&self) -> Connections {
        Connections {
            opened: self.opened,
            reused: self.reused,
            connect_us: Spread::of(&self.connect),
        }
    }
}
