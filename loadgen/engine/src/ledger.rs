//! All histograms and counters of a run in one place: rows in, numbers out.

use std::collections::BTreeMap;
use std::sync::Arc;

use hdrhistogram::Histogram;
use load_plan::plan::Plan;
use run_record::aborted::AbortedBy;
use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::histogram::{histogram, record_us};
use run_record::latency::Kind;

use crate::abort::Abort;
use crate::consumption::Consumption;
use crate::deliveries::Deliveries;
use crate::errors::Errors;
use crate::event::{Event, Probe};
use crate::instances::Instances;
use crate::intervals::{Intervals, Slot};
use crate::lateness::{is_first, lateness_ns, wait_ns};
use crate::objectives::{Objectives, Seen};
use crate::phase_totals::PhaseTotals;
use crate::planned::Planned;
use crate::second::Second;
use crate::steps::Steps;
use crate::tally::Tally;
use crate::window::Measured;

mod live;
mod results;

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
    totals: PhaseTotals,
    /// By step number, of measured phases.
    store: Vec<Histogram<u64>>,
    instances: Instances,
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
            totals: PhaseTotals::of(&plan, &steps),
            store: steps.keys().iter().map(|_| histogram()).collect(),
            instances: Instances::default(),
            plan,
            planned,
            steps,
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

    /// What the histograms of a second do not hold.
    fn on_totals(&mut self, row: &ArrivalRow, number: usize) {
        if !row.measured {
            return;
        }
        self.instances.on_row(row, number);
        match (row.outcome, row.store_us) {
            (Outcome::Completed, Some(store_us)) => {
                record_us(&mut self.store[number], store_us * NS_PER_US);
            }
            (Outcome::Completed, None) => {}
            _ => self.totals.add_not_completed(number, row.phase),
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

    /// Takes back the histograms of a second that are written.
    pub(crate) fn written(&mut self, interval: BTreeMap<Slot, Histogram<u64>>) {
        for (slot, seen) in &interval {
            self.totals.add(*slot, seen);
        }
        self.intervals.reuse(interval);
    }

    /// The limit at which the run is to stop, if the seconds before this one passed it.
    pub(crate) fn aborted_by(&self, second: u32) -> Option<AbortedBy> {
        self.abort.as_ref()?.passed(second)
    }

    /// Arrivals that were released or dropped and whose outcome is known.
    pub(crate) fn ended(&self) -> u64 {
        self.tally.ended()
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
