//! What is known of the second that runs: it becomes a row of `resources` when the second ends.

use hdrhistogram::Histogram;
use run_record::histogram::{histogram, record_us};
use run_record::resource_row::ResourceRow;
use run_record::spread::Spread;

use crate::event::Probe;

/// Gathered since the last second ended.
#[derive(Debug)]
pub(crate) struct Second {
    lateness: Histogram<u64>,
    timer_probe: Histogram<u64>,
    runtime_lag: Histogram<u64>,
    connections_opened: u64,
}

impl Second {
    pub(crate) fn new() -> Self {
        Self {
            lateness: histogram(),
            timer_probe: histogram(),
            runtime_lag: histogram(),
            connections_opened: 0,
        }
    }

    pub(crate) fn on_lateness(&mut self, late_ns: u64) {
        record_us(&mut self.lateness, late_ns);
    }

    pub(crate) fn on_probe(&mut self, probe: Probe, late_ns: u64) {
        let histogram = match probe {
            Probe::Timer => &mut self.timer_probe,
            Probe::Runtime => &mut self.runtime_lag,
        };
        record_us(histogram, late_ns);
    }

    pub(crate) fn on_connection(&mut self, opened: bool) {
        self.connections_opened += u64::from(opened);
    }

    /// Puts what was gathered into the row of the second that ends, and begins the next.
    pub(crate) fn end(&mut self, row: &mut ResourceRow) {
        row.lateness_p99_us = take_p99_us(&mut self.lateness);
        row.timer_probe_p99_us = take_p99_us(&mut self.timer_probe);
        row.runtime_lag_p99_us = take_p99_us(&mut self.runtime_lag);
        row.connections_opened = Some(std::mem::take(&mut self.connections_opened));
    }
}

fn take_p99_us(histogram: &mut Histogram<u64>) -> Option<u64> {
    let spread = Spread::of(histogram);
    histogram.reset();
    spread.map(|spread| spread.p99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_only_what_came_in_it() {
        let (mut second, mut row) = (Second::new(), ResourceRow::default());
        second.on_lateness(5_000_000);
        second.on_probe(Probe::Timer, 70_000);
        second.on_connection(true);
        second.on_connection(false);
        second.end(&mut row);
        assert_eq!((row.timer_probe_p99_us, row.runtime_lag_p99_us), (Some(70), None));
        assert!(row.lateness_p99_us.is_some_and(|us| us >= 5_000));
        assert_eq!(row.connections_opened, Some(1));
        second.end(&mut row);
        assert_eq!((row.lateness_p99_us, row.connections_opened), (None, Some(0)));
    }
}
