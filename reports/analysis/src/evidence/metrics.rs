//! What the target said of itself, by series: gauges as they were told, counters as what came to them a second.

use run_record::metric_row::{MetricRow, SERIES_MAX};

/// The most seconds of a series: 31 days, the longest run foreseen.
const SECONDS_MAX: usize = 31 * 24 * 60 * 60;

const NANOSECONDS: u64 = 1_000_000_000;

/// One series over time.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSeries {
    /// Name and labels.
    pub name: String,
    /// Whether it only grows, and `seconds` hold what came to it a second.
    pub counter: bool,
    /// Whole seconds from the run's start and their values; seconds without an answer are absent.
    pub seconds: Vec<(u32, f64)>,
}

/// The series so far.
#[derive(Default)]
pub(super) struct Told {
    open: Vec<Open>,
}

struct Open {
    series: MetricSeries,
    /// The last answer of an earlier second, from which a counter's growth is reckoned.
    before: Option<(u64, f64)>,
    /// The last answer of all.
    last: (u64, f64),
}

impl Told {
    /// Takes a row in order of time, or says why it cannot be used.
    pub(super) fn push(&mut self, row: MetricRow) -> Result<(), String> {
        let Some(open) = self.open.iter_mut().find(|open| open.series.name == row.series) else {
            if self.open.len() == SERIES_MAX {
                return Err(format!("there are more than {SERIES_MAX} series"));
            }
            let mut open = Open::of(row);
            open.show();
            self.open.push(open);
            return Ok(());
        };
        let (last_ns, _) = open.last;
        if row.at_ns < last_ns {
            return Err(format!("`{}` goes back in time", row.series));
        }
        if open.series.seconds.len() == SECONDS_MAX {
            return Err(format!("there are more than {SECONDS_MAX} seconds"));
        }
        // What was told before the run belongs to no second of it.
        if last_ns == 0 || row.at_ns / NANOSECONDS > last_ns / NANOSECONDS {
            open.before = Some(open.last);
        }
        open.last = (row.at_ns, row.value);
        open.show();
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<MetricSeries> {
        self.open.into_iter().map(|open| open.series).collect()
    }
}

impl Open {
    fn of(row: MetricRow) -> Self {
        let MetricRow { at_ns, series: name, counter, value } = row;
        let series = MetricSeries { name, counter, seconds: Vec::new() };
        Self { series, before: None, last: (at_ns, value) }
    }

    /// The last answer of a second stands for it.
    fn show(&mut self) {
        let (at_ns, value) = self.last;
        let second = u32::try_from(at_ns / NANOSECONDS).unwrap_or(u32::MAX);
        let value = if self.series.counter { self.growth() } else { Some(value) };
        let seconds = &mut self.series.seconds;
        if seconds.last().is_some_and(|(last, _)| *last == second) {
            seconds.pop();
        }
        seconds.extend(value.filter(|_| at_ns > 0).map(|value| (second, value)));
    }

    /// A second since the last answer before; none where the target was started anew, since what it counted until
    /// then is not known.
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds between two answers")]
    fn growth(&self) -> Option<f64> {
        let ((from_ns, from), (to_ns, to)) = (self.before?, self.last);
        let seconds = to_ns.saturating_sub(from_ns) as f64 / 1e9;
        Some((to - from) / seconds).filter(|growth| growth.is_finite() && *growth >= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers at tenths of a second.
    fn told(counter: bool, answers: &[(u64, f64)]) -> Vec<(u32, f64)> {
        let mut told = Told::default();
        for &(tenths, value) in answers {
            let at_ns = tenths * NANOSECONDS / 10;
            told.push(MetricRow { at_ns, series: "x".to_owned(), counter, value }).unwrap();
        }
        told.finish().remove(0).seconds
    }

    #[test]
    fn a_gauge_is_what_it_was_last_in_a_second() {
        let answers = [(0, 1.0), (8, 2.0), (18, 3.0), (38, 5.0), (39, -6.0)];
        assert_eq!(told(false, &answers), [(0, 2.0), (1, 3.0), (3, -6.0)]);
    }

    #[test]
    fn a_counter_is_what_came_to_it_a_second() {
        // Asked before the run, at 0.8 s, at 1.8 s, then not until 3.8 s, and once more at the end.
        let answers = [(0, 100.0), (8, 108.0), (18, 118.0), (38, 138.0), (39, 139.0)];
        assert_eq!(told(true, &answers), [(0, 10.0), (1, 10.0), (3, 10.0)]);
    }

    #[test]
    fn a_counter_that_begins_again_has_a_gap() {
        let answers = [(8, 100.0), (18, 110.0), (28, 4.0), (38, 6.0)];
        assert_eq!(told(true, &answers), [(1, 10.0), (3, 2.0)]);
        assert_eq!(told(true, &[(8, 1.0)]), []);
        assert_eq!(told(true, &[(8, -1e308), (18, 1e308)]), []);
    }

    #[test]
    fn a_record_that_is_none_is_bounded_and_said() {
        let row = |at_ns, n: usize| MetricRow {
            at_ns,
            series: n.to_string(),
            counter: false,
            value: 1.0,
        };
        let mut told = Told::default();
        for n in 0..SERIES_MAX {
            told.push(row(5, n)).unwrap();
        }
        assert!(told.push(row(5, SERIES_MAX)).is_err());
        assert!(told.push(row(4, 0)).is_err());
        assert_eq!(told.finish().len(), SERIES_MAX);
    }
}
