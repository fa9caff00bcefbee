//! How far apart first requests were sent, and how far apart the plan would have them.

use hdrhistogram::Histogram;
use load_plan::plan::{Phase, PhaseKind, Spacing, Stream};
use run_record::arrivals::SentRow;

use crate::audit::Fold;

/// The most sent times that are kept: a quarter of a million gaps say what millions would.
pub const GAPS_ROWS_MAX: usize = 250_000;

/// A changing rate is taken as at least so many short phases of one rate.
const SLICES: u64 = 64;

/// The gaps between first requests of measured phases of a stream, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Gaps {
    /// Whose.
    pub stream: String,
    /// One value for each two neighbours.
    pub seen: Histogram<u64>,
    /// In which places of the second they were sent.
    pub fold: Fold,
    /// Whether the record holds more than were read.
    pub sampled: bool,
}

/// Sent times by stream, while they are read.
#[derive(Default)]
pub(super) struct SentTimes {
    streams: Vec<(String, Vec<u64>)>,
    kept: usize,
}

impl SentTimes {
    /// Takes a row; false when there is room for no more.
    pub(super) fn push(&mut self, row: SentRow) -> bool {
        if self.kept == GAPS_ROWS_MAX {
            return false;
        }
        self.kept += 1;
        match self.streams.iter_mut().find(|(name, _)| *name == row.stream) {
            Some((_, times)) => times.push(row.sent_ns),
            None => self.streams.push((row.stream, vec![row.sent_ns])),
        }
        true
    }

    /// The gaps of each stream; rows come in the order in which requests ended, so they are sorted first.
    pub(super) fn gaps(self, sampled: bool) -> Vec<Gaps> {
        let of_stream = |(stream, mut times): (String, Vec<u64>)| {
            times.sort_unstable();
            let mut seen = Histogram::new(3).expect("3 digits are within the 0 to 5 that exist");
            for pair in times.windows(2) {
                let gap = pair[1] - pair[0];
                seen.record(gap).expect("a histogram that grows by itself takes every value");
            }
            let fold = Fold::of_times(times);
            Gaps { stream, seen, fold, sampled }
        };
        let gaps = self.streams.into_iter().map(of_stream);
        gaps.filter(|gaps| !gaps.seen.is_empty()).collect()
    }
}

/// The share of gaps of at most so many seconds that the spacing of a stream's measured phases would give:
/// all at once at 1/rate where arrivals are even, exponential where they are random.
pub fn expected_share(stream: &Stream, gap_seconds: f64) -> Option<f64> {
    let (mut within, mut all) = (0.0, 0.0);
    for phase in stream.phases.iter().filter(|phase| phase.measured) {
        let Some(spacing) = phase.kind.spacing() else { continue };
        for (rate, seconds) in slices(phase) {
            let arrivals = rate * seconds;
            let share = match spacing {
                // A hair's breadth for the float in which a rate is turned into a gap.
                Spacing::Even if gap_seconds * rate >= 1.0 - 1e-9 => 1.0,
                Spacing::Even => 0.0,
                Spacing::Poisson | Spacing::Exactly => 1.0 - (-rate * gap_seconds).exp(),
            };
            within += arrivals * share;
            all += arrivals;
        }
    }
    (all > 0.0).then(|| within / all)
}

/// Rates in the order of time, each with the seconds for which it holds.
fn slices(phase: &Phase) -> impl Iterator<Item = (f64, f64)> {
    let (count, length_ns) = match &phase.kind {
        PhaseKind::Rate { from, to, .. } if from == to => (1, phase.duration_ns),
        PhaseKind::Steps { rates, .. } => {
            let steps = u64::try_from(rates.len()).unwrap_or(1).max(1);
            (SLICES.div_ceil(steps) * steps, phase.duration_ns)
        }
        // One period stands for all of them.
        PhaseKind::Sine { period_ns, .. } => (SLICES, phase.duration_ns.min(*period_ns)),
        _ => (SLICES, phase.duration_ns),
    };
    let times = seconds(phase.duration_ns) / seconds(length_ns);
    let asked = |within_ns| phase.asked(within_ns).unwrap_or(0.0);
    let at = move |index: u64| length_ns / count * index + length_ns % count * index / count;
    (0..count).filter(move |index| at(*index) < at(*index + 1)).map(move |index| {
        let seconds = seconds(at(index + 1) - at(index));
        ((asked(at(index + 1)) - asked(at(index))) / seconds, seconds * times)
    })
}

#[expect(clippy::cast_precision_loss, reason = "a figure to draw")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use load_plan::plan::Rate;

    use super::*;
    use crate::sample::{phase, stream};

    const SECOND: u64 = 1_000_000_000;

    fn sent(stream: &str, sent_ns: u64) -> SentRow {
        SentRow { stream: stream.to_owned(), phase: String::new(), due_ns: 0, sent_ns }
    }

    #[test]
    fn gaps_are_between_neighbours_in_time_and_not_between_streams() {
        let mut times = SentTimes::default();
        for (stream, at) in [("a", 30), ("b", 1_000), ("a", 10), ("a", 15), ("b", 3_000)] {
            assert!(times.push(sent(stream, at)));
        }
        let gaps = times.gaps(false);
        let seen: Vec<(&str, u64, u64, u64)> = gaps
            .iter()
            .map(|gaps| {
                let seen = &gaps.seen;
                (gaps.stream.as_str(), seen.len(), seen.min(), seen.max())
            })
            .collect();
        assert_eq!(seen, [("a", 2, 5, 15), ("b", 1, 2_000, 2_000)]);
    }

    #[test]
    fn one_request_has_no_gap_and_a_full_room_takes_no_more() {
        let mut times = SentTimes::default();
        assert!(times.push(sent("a", 1)));
        assert!(times.gaps(false).is_empty());
        let mut times = SentTimes { streams: Vec::new(), kept: GAPS_ROWS_MAX };
        assert!(!times.push(sent("a", 1)));
    }

    #[test]
    fn even_arrivals_have_one_gap_and_random_ones_an_exponential() {
        let even = stream("a", vec![phase("hold", (0, 30 * SECOND), 50, 50)]);
        assert_eq!(expected_share(&even, 0.0199), Some(0.0));
        assert_eq!(expected_share(&even, 0.02), Some(1.0));
        let mut random = even.clone();
        random.phases[0].kind = PhaseKind::Rate {
            from: Rate { arrivals: 50, seconds: 1 },
            to: Rate { arrivals: 50, seconds: 1 },
            spacing: Spacing::Poisson,
        };
        let median = expected_share(&random, 2_f64.ln() / 50.0).unwrap();
        assert!((median - 0.5).abs() < 1e-12, "{median}");
        let warm_up = stream("a", vec![phase("warm-up", (0, SECOND), 50, 50)]);
        assert_eq!(expected_share(&warm_up, 1.0), None);
    }

    #[test]
    fn a_ramp_is_a_mixture_of_its_rates() {
        // Rates from 0 to 100/s: half of the arrivals come above 70.7/s, the square root of a half.
        let ramp = stream("a", vec![phase("hold", (0, 10 * SECOND), 0, 100)]);
        let share = expected_share(&ramp, 1.0 / 70.71).unwrap();
        assert!((share - 0.5).abs() < 0.02, "{share}");
    }
}
