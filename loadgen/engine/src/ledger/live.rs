//! The part of the ledger that is about live events: what readers say, and the deliveries found.

use run_record::latency::Kind;

use super::{Ledger, second_of};
use crate::audience::Heard;
use crate::deliveries::Delivery;

impl Ledger {
    pub(super) fn on_heard(&mut self, reader: u32, at_ns: u64, heard: Heard) {
        if let Some(trouble) = self.deliveries.audience.hear(reader, at_ns, heard) {
            let second = second_of(at_ns);
            self.errors.count(trouble.step, trouble.class, trouble.status, second);
        }
        if let Heard::Told(mark) = heard {
            self.deliveries.on_told(reader, at_ns, mark);
            self.on_deliveries();
        }
    }

    /// Gives up the deliveries that have been waited for long enough.
    pub(crate) fn settle(&mut self, now_ns: u64) {
        self.deliveries.settle(now_ns);
        self.on_deliveries();
    }

    /// Gives up all deliveries: nothing more will come.
    pub(crate) fn settle_all(&mut self) {
        self.deliveries.settle_all();
        self.on_deliveries();
    }

    pub(super) fn on_deliveries(&mut self) {
        for Delivery { request, took_ns, known_ns } in self.deliveries.take_found() {
            let (number, second) = (request.number, second_of(known_ns));
            if let Some(ns) = took_ns {
                self.intervals.record(second, (number, request.phase, Kind::Delivery), ns);
            }
            if request.measured {
                let step = &self.steps.keys()[number].name;
                self.objectives.on_delivery(took_ns, step, second);
                if let Some(abort) = &mut self.abort {
                    abort.on_delivery(took_ns, step, second);
                }
            }
        }
    }
}
