//! The axis of time that all timelines share: how long the run was, what was measured when, and how many seconds one
//! point stands for.

use load_plan::plan::{Phase, PhaseKind, Stream};
use run_analysis::evidence::Evidence;
use run_record::run::{Run, State};

use crate::figure::{Chart, Column, Figure, Group};
use crate::svg::{Colour, Horizontal, Limit, PhaseSpan, Phases, PlotError, Stop, Vertical};
use crate::units;

/// The longest axis, in seconds: 31 days, the longest run foreseen.
const SECONDS_MAX: f64 = 31.0 * 86_400.0;

/// Points of a line that are drawn one by one: finer than a screen shows.
const POINTS_MAX: u32 = 720;

/// Rows of phases; streams beyond have the same picture without theirs.
const ROWS_MAX: usize = 3;

/// Values over seconds, one list for each column; seconds rise.
#[derive(Clone, Debug, Default)]
pub(super) struct Seconds {
    /// Whole seconds from the run's start, at the beginning of each.
    pub(super) seconds: Vec<u32>,
    pub(super) columns: Vec<Column>,
}

/// The axis.
pub(super) struct Clock {
    /// Seconds from the run's start.
    pub(super) end: f64,
    /// Of all streams.
    pub(super) phases: Phases,
}

/// How one panel is drawn.
pub(super) struct Panel {
    pub(super) group: Group,
    pub(super) stem: String,
    pub(super) title: String,
    pub(super) caption: String,
    pub(super) vertical: Vertical,
    pub(super) height: i32,
    pub(super) limits: Vec<Limit>,
    pub(super) colours: &'static [Colour],
}

impl Clock {
    pub(super) fn of(evidence: &Evidence) -> Self {
        let streams = &evidence.run.plan.streams;
        let phases = streams.iter().flat_map(|stream| &stream.phases);
        let planned = phases.map(|phase| phase.start_ns.saturating_add(phase.duration_ns)).max();
        let end_ns = planned.unwrap_or(0).max(evidence.run.ended_ns.unwrap_or(0));
        let seen = evidence.latency.iter().filter_map(|series| series.seconds.last());
        let seen = seen.map(|point| point.second.saturating_add(1));
        let seen = seen.chain(evidence.resources.last().map(|row| row.second)).max().unwrap_or(0);
        let end = units::seconds(end_ns).max(f64::from(seen)).clamp(1.0, SECONDS_MAX);
        let stop =
            stop(&evidence.run, f64::from(seen)).filter(|stop| stop.at > 0.0 && stop.at < end);
        Self { end, phases: phases_of(streams, end, stop) }
    }

    /// Whole seconds of the axis.
    pub(super) fn seconds(&self) -> u32 {
        u32::try_from(units::to_u64(self.end.ceil())).unwrap_or(u32::MAX)
    }

    /// Of them, those before the run was stopped.
    pub(super) fn seconds_seen(&self) -> u32 {
        let stop = self.phases.stop.map(|stop| units::to_u64(stop.at.ceil()));
        stop.and_then(|stop| u32::try_from(stop).ok()).unwrap_or_else(|| self.seconds())
    }

    /// A picture of values over time; none if there is no value.
    pub(super) fn chart(
        &self,
        panel: Panel,
        seconds: Seconds,
        phases: &Phases,
    ) -> Result<Option<Figure>, PlotError> {
        let bucket = self.seconds().div_ceil(POINTS_MAX / 2);
        let (places, columns, reach, grain) = if self.seconds() <= POINTS_MAX {
            let places = seconds.seconds.iter().map(|second| f64::from(*second) + 0.5);
            (places.collect(), seconds.columns, 1.5, String::new())
        } else {
            let (places, columns) = thinned(&seconds, bucket);
            let grain =
                format!(" Each {bucket} seconds are shown by their least and greatest value.");
            (places, columns, 1.5 * f64::from(bucket), grain)
        };
        Chart {
            group: panel.group,
            stem: panel.stem,
            title: panel.title,
            caption: panel.caption + &grain,
            horizontal: Horizontal::Time { end: self.end },
            place_head: "time_s",
            places,
            reach,
            vertical: panel.vertical,
            height: panel.height,
            columns: panel.colours.iter().copied().zip(columns).collect(),
            limits: panel.limits,
            phases,
        }
        .figure()
    }
}

/// The phases of some streams; those that are alike are shown once.
pub(super) fn phases_of(streams: &[Stream], end: f64, stop: Option<Stop>) -> Phases {
    let mut kinds: Vec<(&Stream, bool)> = Vec::new();
    for stream in streams.iter().filter(|stream| !stream.phases.is_empty()) {
        let alike = |other: &&mut (&Stream, bool)| {
            let pairs = || other.0.phases.iter().zip(&stream.phases);
            other.0.phases.len() == stream.phases.len()
                && pairs().all(|(one, two)| {
                    (one.start_ns, one.duration_ns, one.measured, &one.name)
                        == (two.start_ns, two.duration_ns, two.measured, &two.name)
                })
        };
        match kinds.iter_mut().find(alike) {
            Some(kind) => kind.1 = true,
            None => kinds.push((stream, false)),
        }
    }
    let several = kinds.len() > 1;
    let rows = kinds.iter().take(ROWS_MAX).map(|(stream, shared)| {
        let spans = stream.phases.iter().map(|phase| PhaseSpan {
            from: units::seconds(phase.start_ns),
            to: units::seconds(phase.start_ns.saturating_add(phase.duration_ns)),
            name: if several && !shared {
                format!("{}: {}", stream.name, phase.name)
            } else {
                phase.name.clone()
            },
            measured: phase.measured && !matches!(phase.kind, PhaseKind::Idle {}),
        });
        spans.collect()
    });
    let unmeasured = unmeasured(streams, end);
    let after = stop.map(|stop| (stop.at, end));
    let unmeasured = unmeasured.into_iter().chain(after).collect();
    Phases { rows: rows.collect(), unmeasured, stop }
}

/// Where a run that did not come to its end stopped; one that was killed, where it was `seen` last.
fn stop(run: &Run, seen: f64) -> Option<Stop> {
    let ended = run.ended_ns.map_or(seen, units::seconds);
    match (run.state, &run.aborted_by) {
        (State::Finished, _) => None,
        (State::Interrupted, _) => Some(Stop { at: ended, words: "interrupted" }),
        (State::Aborted, Some(by)) => Some(Stop { at: by.second.into(), words: "aborted" }),
        (State::Aborted, None) => Some(Stop { at: ended, words: "aborted" }),
        (State::Running, _) => Some(Stop { at: seen, words: "seen up to here" }),
    }
}

/// Whether arrivals of the phase count.
fn is_judged(phase: &Phase) -> bool {
    phase.measured && phase.kind.arrives()
}

/// Stretches in which no stream is measured.
fn unmeasured(streams: &[Stream], end: f64) -> Vec<(f64, f64)> {
    let phases = streams.iter().flat_map(|stream| &stream.phases);
    let mut measured: Vec<(u64, u64)> = phases
        .filter(|phase| is_judged(phase))
        .map(|phase| (phase.start_ns, phase.start_ns.saturating_add(phase.duration_ns)))
        .collect();
    measured.sort_unstable();
    let (mut unmeasured, mut covered) = (Vec::new(), 0.0);
    for (from, to) in measured {
        let (from, to) = (units::seconds(from), units::seconds(to));
        if from > covered {
            unmeasured.push((covered, from));
        }
        covered = to.max(covered);
    }
    if covered < end {
        unmeasured.push((covered, end));
    }
    unmeasured
}

/// Two points for each bucket of seconds: the least and the greatest value of each column, the earlier first.
fn thinned(seconds: &Seconds, bucket: u32) -> (Vec<f64>, Vec<Column>) {
    let starts: Vec<usize> = (0..seconds.seconds.len())
        .filter(|index| {
            let number = |index: usize| seconds.seconds[index] / bucket;
            *index == 0 || number(*index) != number(index - 1)
        })
        .collect();
    let ends = starts.iter().skip(1).copied().chain([seconds.seconds.len()]);
    let buckets: Vec<(usize, usize)> = starts.iter().copied().zip(ends).collect();
    let places = buckets.iter().flat_map(|(start, _)| {
        let begin = f64::from(seconds.seconds[*start] / bucket * bucket);
        [0.25, 0.75].map(|part| begin + part * f64::from(bucket))
    });
    let column = |column: &Column| {
        let values = buckets.iter().flat_map(|(start, end)| ends_of(&column.values[*start..*end]));
        Column { values: values.collect(), ..column.clone() }
    };
    (places.collect(), seconds.columns.iter().map(column).collect())
}

/// Least and greatest in the order of time.
fn ends_of(values: &[Option<f64>]) -> [Option<f64>; 2] {
    let known = || values.iter().copied().enumerate().filter_map(|(at, value)| Some((at, value?)));
    let least = known().min_by(|one, two| one.1.total_cmp(&two.1));
    let greatest = known().max_by(|one, two| one.1.total_cmp(&two.1));
    match (least, greatest) {
        (Some(least), Some(greatest)) if least.0 <= greatest.0 => [Some(least.1), Some(greatest.1)],
        (least, greatest) => [greatest, least].map(|end| end.map(|end| end.1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: Vec<Option<f64>>) -> Column {
        Column { name: String::new(), head: String::new(), values }
    }

    #[test]
    fn thinning_keeps_every_peak_and_valley_in_order() {
        let values = vec![5.0, 1.0, 9.0, 4.0, 4.0, 7.0, 2.0];
        let seconds = Seconds {
            seconds: vec![0, 1, 2, 3, 8, 9, 10],
            columns: vec![column(values.into_iter().map(Some).collect()), column(vec![None; 7])],
        };
        let (places, columns) = thinned(&seconds, 4);
        assert_eq!(places, [1.0, 3.0, 9.0, 11.0]);
        assert_eq!(columns[0].values, [Some(1.0), Some(9.0), Some(7.0), Some(2.0)]);
        assert_eq!(columns[1].values, [None; 4]);
    }
}
