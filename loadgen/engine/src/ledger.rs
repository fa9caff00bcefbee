//! All histograms and counters of a run in one place: rows in, numbers out.

use std::collections::BTreeMap;
use std::sync::Arc;

use hdrhistogram::Histogram;
use load_plan::plan::Plan;
use run_record::aborted::AbortedBy;
use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::histogram::{histogram, record_us};
use run_record::latency::Kind;
use run_record::run::{Connections, Counts, JourneyResult, Run, StepResult, StreamResult};
use run_record::spread::Spread;

use crate::abort::Abort;
use crate::consumption::Consumption;
use crate::deliveries::Deliveries;
use crate::errors::Errors;
use crate::event::{Event, Probe};
use crate::intervals::Intervals;
use crate::lateness::{is_first, lateness_ns, wait_ns};
use crate::objectives::{Objectives, Seen};
use crate::planned::Planned;
use crate::second::Second;
use crate::steps::Steps;
use crate::tally::{Tally, add};
use crate::window::Measured;

mod live;

const NS_PER_S: u64 = 1_000_000_000;
const NS_PER_US: u64 = 1_000;

/// What a run has shown so far.
#[derive(Debug)]
pub(crate) struct Ledger {
    plan: Arc<Plan>,
    planned: Arc<Planned>,
    pub(crate) steps: Steps,
    pub(crate) intervals: Intervals,
    tally: Tally,
    objectives: Objectives,
    abort: Option<Abort>,
    measured: Measured,
    totals: Vec<StepTotals>,
    journeys: BTreeMap<(u16, u16), JourneyTotals>,
    errors: Errors,
    deliveries: Deliveries,
    connections: ConnectionTotals,
    lateness: Histogram<u64>,
    wait: Histogram<u64>,
    timer_probe: Histogram<u64>,
    runtime_lag: Histogram<u64>,
    pub(crate) second: Second,
    pub(crate) consumption: Consumption,
}

#[derive(Debug)]
struct StepTotals {
    not_completed: u64,
    response: Histogram<u64>,
    service: Histogram<u64>,
    server: Histogram<u64>,
    store: Histogram<u64>,
    delivery: Histogram<u64>,
}

#[derive(Debug)]
struct ConnectionTotals {
    opened: u64,
    reused: u64,
    connect: Histogram<u64>,
}

#[derive(Debug)]
struct JourneyTotals {
    not_completed: u64,
    response: Histogram<u64>,
}

impl Ledger {
    pub(crate) fn new(plan: Arc<Plan>, planned: Arc<Planned>) -> Self {
        let steps = Steps::of(&plan);
        let totals = steps.keys().iter().map(|_| StepTotals::new()).collect();
        let arrives = |stream: u16| plan.streams[usize::from(stream)].readers().is_none();
        let journeys = steps
            .journeys()
            .filter(|(stream, _)| arrives(*stream))
            .map(|key| (key, JourneyTotals::new()))
            .collect();
        Self {
            tally: Tally::new(plan.streams.len()),
            objectives: Objectives::of(&plan.objectives, Seen::Measured),
            abort: Abort::of(&plan),
            measured: Measured::of(&plan),
            intervals: Intervals::default(),
            errors: Errors::default(),
            deliveries: Deliveries::of(&plan, |stream| steps.number_of_stream(&plan, stream)),
            connections: ConnectionTotals { opened: 0, reused: 0, connect: histogram() },
            lateness: histogram(),
            wait: histogram(),
            timer_probe: histogram(),
            runtime_lag: histogram(),
            second: Second::new(),
            consumption: Consumption::default(),
            plan,
            planned,
            steps,
            totals,
            journeys,
        }
    }

    /// Takes an event that became known at `now_ns`.
    pub(crate) fn on_event(&mut self, event: &Event, now_ns: u64) {
        match event {
            Event::Row { row, arrival_due_ns } => self.on_row(row, *arrival_due_ns, now_ns),
            Event::Heard { reader, at_ns, heard } => self.on_heard(*reader, *at_ns, *heard),
            Event::Scraped { at_ns, page } => {
                if let Ok(page) = &**page {
                    self.consumption.on_totals(*at_ns, &page.consumed);
                }
            }
            Event::Probe { probe, due_ns, late_ns } => {
                self.second.on_probe(*probe, *late_ns);
                if self.measured.covers(*due_ns) {
                    let histogram = match probe {
                        Probe::Timer => &mut self.timer_probe,
                        Probe::Runtime => &mut self.runtime_lag,
                    };
                    record_us(histogram, *late_ns);
                }
            }
        }
    }

    fn on_row(&mut self, row: &ArrivalRow, arrival_due_ns: u64, now_ns: u64) {
        let number = self.steps.number(row.stream, row.journey, row.step);
        let second = second_of(row.done_ns.unwrap_or(now_ns));
        self.tally.on_row(row);
        let step = &self.steps.keys()[number].name;
        self.objectives.on_row(row, step, second);
        if let Some(abort) = &mut self.abort {
            abort.on_row(row, step, second);
        }
        self.on_times(row, number, second);
        self.errors.on_row(row, number, second);
        self.on_connection(row);
        self.on_totals(row, number);
        self.on_journey(row, arrival_due_ns);
        if self.steps.may_change(row.journey, row.step) {
            self.deliveries.on_row(row, number);
            self.on_deliveries();
        }
    }

    fn on_times(&mut self, row: &ArrivalRow, number: usize, second: u32) {
        let completed = row.outcome == Outcome::Completed;
        let of_completed = |ns: Option<u64>| ns.filter(|_| completed);
        for (kind, ns) in [
            (Kind::Response, of_completed(response_ns(row))),
            (Kind::Service, of_completed(service_ns(row))),
            (Kind::Server, of_completed(row.server_us.map(|us| us * NS_PER_US))),
            (Kind::Lateness, lateness_ns(row)),
            (Kind::Wait, wait_ns(row)),
        ] {
            if let Some(ns) = ns {
                self.intervals.record(second, (number, row.phase, kind), ns);
            }
        }
        if let (true, Some(late_ns)) = (is_first(row), lateness_ns(row)) {
            self.second.on_lateness(late_ns);
            if row.measured {
                record_us(&mut self.lateness, late_ns);
            }
        }
        if let (true, Some(waited_ns)) = (row.measured, wait_ns(row)) {
            record_us(&mut self.wait, waited_ns);
        }
    }

    fn on_connection(&mut self, row: &ArrivalRow) {
        let Some(reused) = row.reused else { return };
        self.second.on_connection(!reused);
        if row.measured {
            self.connections.opened += u64::from(!reused);
            self.connections.reused += u64::from(reused);
            if let Some(connect_us) = row.connect_us {
                record_us(&mut self.connections.connect, connect_us * NS_PER_US);
            }
        }
    }

    fn on_totals(&mut self, row: &ArrivalRow, number: usize) {
        if !row.measured {
            return;
        }
        let totals = &mut self.totals[number];
        if row.outcome != Outcome::Completed {
            totals.not_completed += 1;
            return;
        }
        for (histogram, ns) in [
            (&mut totals.response, response_ns(row)),
            (&mut totals.service, service_ns(row)),
            (&mut totals.server, row.server_us.map(|us| us * NS_PER_US)),
            (&mut totals.store, row.store_us.map(|us| us * NS_PER_US)),
        ] {
            if let Some(ns) = ns {
                record_us(histogram, ns);
            }
        }
    }

    fn on_journey(&mut self, row: &ArrivalRow, arrival_due_ns: u64) {
        if !(row.measured && row.last) {
            return;
        }
        let Some(totals) = self.journeys.get_mut(&(row.stream, row.journey)) else { return };
        match (row.outcome, row.done_ns) {
            (Outcome::Completed, Some(done_ns)) => {
                record_us(&mut totals.response, done_ns.saturating_sub(arrival_due_ns));
            }
            _ => totals.not_completed += 1,
        }
    }

    /// The limit at which the run is to stop, if the seconds before this one passed it.
    pub(crate) fn aborted_by(&self, second: u32) -> Option<AbortedBy> {
        self.abort.as_ref()?.passed(second)
    }

    /// Arrivals released or dropped, and arrivals whose outcome is known.
    pub(crate) fn ended(&self) -> u64 {
        self.tally.ended()
    }

    /// Writes what is known into the record's form.
    pub(crate) fn fill(&self, run: &mut Run, now_ns: u64, ended: bool) {
        run.streams = self.streams(ended);
        run.counts = run.streams.iter().map(|s| s.counts).fold(Counts::default(), add);
        run.steps = self.step_results();
        run.journeys = self.journey_results();
        run.objectives = self.objectives.results(ended);
        let keys = self.steps.keys();
        run.errors = self.errors.results(keys, |stream| self.stream_name(stream), ended);
        run.connections = self.connections.result();
        run.consumed = self.consumption.results();
        run.live = self.deliveries.result(now_ns, |number| {
            let key = &self.steps.keys()[number];
            (self.stream_name(key.stream), key.name.clone())
        });
        run.lateness_us = Spread::of(&self.lateness);
        run.wait_us = Spread::of(&self.wait);
        run.timer_probe_us = Spread::of(&self.timer_probe);
        run.runtime_lag_us = Spread::of(&self.runtime_lag);
    }

    fn streams(&self, ended: bool) -> Vec<StreamResult> {
        let result = |(number, stream): (usize, &load_plan::plan::Stream)| {
            let (counts, measured) = self.tally.of(number, &self.planned, ended);
            StreamResult { name: stream.name.clone(), counts, measured, audit: None }
        };
        self.plan.streams.iter().enumerate().map(result).collect()
    }

    fn stream_name(&self, stream: u16) -> String {
        self.plan.streams[usize::from(stream)].name.clone()
    }

    fn step_results(&self) -> Vec<StepResult> {
        let result = |(key, totals): (&crate::steps::StepKey, &StepTotals)| StepResult {
            stream: self.stream_name(key.stream),
            step: key.name.clone(),
            count: totals.response.len(),
            not_completed: totals.not_completed,
            response_us: Spread::of(&totals.response),
            service_us: Spread::of(&totals.service),
            server_us: Spread::of(&totals.server),
            store_us: Spread::of(&totals.store),
            delivery_us: Spread::of(&totals.delivery),
        };
        // What readers open is no request due: it has no times, and its errors are told as such.
        let arrives = |stream: u16| self.plan.streams[usize::from(stream)].readers().is_none();
        let all = self.steps.keys().iter().zip(&self.totals);
        all.filter(|(key, _)| arrives(key.stream)).map(result).collect()
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

impl StepTotals {
    fn new() -> Self {
        Self {
            not_completed: 0,
            response: histogram(),
            service: histogram(),
            server: histogram(),
            store: histogram(),
            delivery: histogram(),
        }
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

impl JourneyTotals {
    fn new() -> Self {
        Self { not_completed: 0, response: histogram() }
    }
}

pub(crate) fn second_of(ns: u64) -> u32 {
    u32::try_from(ns / NS_PER_S).unwrap_or(u32::MAX)
}

fn response_ns(row: &ArrivalRow) -> Option<u64> {
    Some(row.done_ns?.saturating_sub(row.due_ns))
}

fn service_ns(row: &ArrivalRow) -> Option<u64> {
    Some(row.done_ns?.saturating_sub(row.sent_ns?))
}
