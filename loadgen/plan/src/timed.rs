//! Due times that follow no rate: bursts, and the times of a file.

use std::sync::Arc;

use crate::plan::{Burst, Phase, Replay, Speed};

/// The due times of bursts: `size` at the start of the phase, and after each `every`.
#[derive(Debug)]
pub(crate) struct Bursts {
    burst: Burst,
    due_ns: u64,
    end_ns: u64,
    /// Of this burst, how many are passed.
    passed: u32,
}

impl Bursts {
    pub(crate) fn of(burst: Burst, phase: &Phase) -> Self {
        let due_ns = phase.start_ns;
        Self { burst, due_ns, end_ns: due_ns + phase.duration_ns, passed: 0 }
    }

    pub(crate) fn next(&mut self) -> Option<u64> {
        if self.passed == self.burst.size {
            (self.due_ns, self.passed) =
                (self.due_ns.saturating_add(self.burst.every_ns.max(1)), 0);
        }
        self.passed += 1;
        (self.due_ns < self.end_ns).then_some(self.due_ns)
    }
}

/// The due times of a file at a speed, again and again if it repeats.
#[derive(Debug)]
pub(crate) struct Replayed {
    offsets_ns: Arc<Vec<u64>>,
    speed: Speed,
    repeat_ns: Option<u64>,
    start_ns: u64,
    duration_ns: u64,
    next: usize,
    /// When this round began, in the file's own time.
    round_ns: u64,
}

impl Replayed {
    pub(crate) fn of(replay: &Replay, phase: &Phase) -> Self {
        Self {
            offsets_ns: replay.offsets.shared(),
            speed: replay.speed,
            repeat_ns: replay.repeat_ns,
            start_ns: phase.start_ns,
            duration_ns: phase.duration_ns,
            next: 0,
            round_ns: 0,
        }
    }

    pub(crate) fn next(&mut self) -> Option<u64> {
        if self.next == self.offsets_ns.len() {
            self.round_ns = self.round_ns.checked_add(self.repeat_ns?)?;
            self.next = 0;
        }
        let offset_ns = self.offsets_ns.get(self.next)?;
        let due_ns = self.speed.due_ns(self.round_ns.checked_add(*offset_ns)?)?;
        self.next += 1;
        (due_ns < self.duration_ns).then(|| self.start_ns + due_ns)
    }
}

impl Burst {
    /// Arrivals that are due within so long from the start of the phase.
    pub fn count(&self, within_ns: u64) -> u64 {
        u64::from(self.size) * within_ns.div_ceil(self.every_ns.max(1))
    }

    /// The most that are due in any stretch of this length.
    pub(crate) fn most(&self, within_ns: u64) -> u64 {
        self.count(within_ns.max(1))
    }
}

impl Replay {
    /// Arrivals that are due within so long from the start of the phase; none known without the times.
    pub fn count(&self, within_ns: u64) -> Option<u64> {
        let offsets_ns = self.offsets.loaded()?;
        // ceil(x / speed) < t is the same as x <= floor((t - 1) speed).
        let Some(last_ns) = within_ns.checked_sub(1) else { return Some(0) };
        let last_ns = self.speed.file_ns(last_ns);
        let (rounds, rest_ns) = match self.repeat_ns {
            Some(repeat_ns) => (last_ns / repeat_ns.max(1), last_ns % repeat_ns.max(1)),
            None => (0, last_ns),
        };
        let rest = offsets_ns.partition_point(|offset_ns| *offset_ns <= rest_ns);
        let rest = u64::try_from(rest).expect("a length fits 64 bits");
        Some(rounds.saturating_mul(self.offsets.count).saturating_add(rest))
    }

    /// The most that are due in any stretch of this length, about: where the file begins again, what ends
    /// and what begins is not added up.
    pub(crate) fn most(&self, within_ns: u64) -> Option<u64> {
        let offsets_ns = self.offsets.loaded()?;
        let window_ns = self.speed.file_ns(within_ns).max(1);
        let repeat_ns = self.repeat_ns.unwrap_or(u64::MAX).max(1);
        let (rounds, rest_ns) = (window_ns / repeat_ns, window_ns % repeat_ns);
        let (mut most, mut from) = (0, 0);
        for (to, offset_ns) in offsets_ns.iter().enumerate() {
            while offset_ns - offsets_ns[from] >= rest_ns.max(1) {
                from += 1;
            }
            most = most.max(to + 1 - from);
        }
        let most = u64::try_from(most).expect("a length fits 64 bits");
        Some(rounds.saturating_mul(self.offsets.count).saturating_add(most))
    }
}

impl Speed {
    /// When a time of the file is due, both from the start: `ceil(offset / speed)`; `None` beyond 64 bits.
    pub fn due_ns(self, offset_ns: u64) -> Option<u64> {
        let due = u128::from(offset_ns) * u128::from(self.denominator);
        due.div_ceil(u128::from(self.numerator).max(1)).try_into().ok()
    }

    /// How much of the file's own time passes in so long, rounded down.
    fn file_ns(self, time_ns: u64) -> u64 {
        let passed = u128::from(time_ns) * u128::from(self.numerator);
        u64::try_from(passed / u128::from(self.denominator).max(1)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Offsets, PhaseKind};

    fn phase(start_ns: u64, duration_ns: u64) -> Phase {
        let kind = PhaseKind::Idle {};
        Phase { name: "p".into(), start_ns, duration_ns, measured: true, kind }
    }

    fn replay(offsets_ns: &[u64], speed: (u64, u64), repeat_ns: Option<u64>) -> Replay {
        Replay {
            file: "f".into(),
            offsets: Offsets::of(offsets_ns.to_vec()),
            speed: Speed { numerator: speed.0, denominator: speed.1 },
            repeat_ns,
        }
    }

    fn dues(next: impl FnMut() -> Option<u64>) -> Vec<u64> {
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn a_burst_is_at_the_start_and_after_each_period_before_the_end() {
        let burst = Burst { size: 2, every_ns: 10 };
        let mut bursts = Bursts::of(burst, &phase(100, 21));
        assert_eq!(dues(|| bursts.next()), [100, 100, 110, 110, 120, 120]);
        assert_eq!([0, 1, 10, 11, 21].map(|within| burst.count(within)), [0, 2, 2, 4, 6]);
    }

    #[test]
    fn a_file_is_played_at_its_speed_and_cut_at_the_end() {
        let third = replay(&[0, 1, 1, 10], (3, 1), None);
        let mut replayed = Replayed::of(&third, &phase(100, 1000));
        assert_eq!(dues(|| replayed.next()), [100, 101, 101, 104], "rounded up");
        let slow = replay(&[0, 1, 1, 10], (1, 3), None);
        let mut replayed = Replayed::of(&slow, &phase(100, 30));
        assert_eq!(dues(|| replayed.next()), [100, 103, 103], "10 / (1/3) is the end");
        assert_eq!([0, 1, 3, 4, 30, 31].map(|t| slow.count(t).unwrap()), [0, 1, 1, 3, 3, 4]);
    }

    #[test]
    fn a_file_that_repeats_goes_on_to_the_end() {
        let again = replay(&[0, 3], (2, 1), Some(5));
        let mut replayed = Replayed::of(&again, &phase(0, 9));
        // In the file's own time 0, 3, 5, 8, 10, 13, 15, 18.
        assert_eq!(dues(|| replayed.next()), [0, 2, 3, 4, 5, 7, 8]);
        for within_ns in 0..60 {
            let mut replayed = Replayed::of(&again, &phase(0, within_ns.max(1)));
            let count = dues(|| replayed.next()).into_iter().filter(|due| *due < within_ns).count();
            assert_eq!(again.count(within_ns), Some(u64::try_from(count).unwrap()), "{within_ns}");
        }
    }

    #[test]
    fn the_busiest_stretch_is_found_wherever_it_lies() {
        let offsets = [0, 10, 20, 21, 22, 40];
        let most = |within| replay(&offsets, (1, 1), None).most(within);
        assert_eq!([1, 2, 3, 12, 13, 41].map(most), [1, 2, 3, 3, 4, 6].map(Some));
        assert_eq!(replay(&offsets, (1, 1), Some(50)).most(103), Some(15));
        assert_eq!(replay(&[0; 5], (1, 1), None).most(1), Some(5));
    }
}
