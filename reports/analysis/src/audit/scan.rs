//! Whether arrivals keep to places of the second: the strongest of up to 100 beats, over the whole time and over each
//! ten seconds, since users who wait for answers drift apart.

use run_record::audit::Trains;

use super::float;
use super::fold::Fold;
use super::planned::Planned;
use super::spectrum::{BINS, Spectrum};
use super::trains::{SecondGaps, TrainScan};

const SECOND_NS: u64 = 1_000_000_000;

/// Seconds of a window.
const WINDOW_S: u64 = 10;

/// The most beats a second that are looked for; of the rate itself an even stream has a perfect one, so that
/// half of the lowest rate is the limit where that is less.
const BEATS_MAX: f64 = 100.0;

/// Parts of a second over which a rate that changes is taken as constant.
const STEPS: u32 = 1 << 10;

/// The scan at work: whole seconds from an origin, laid over each other. The last second is left out unless it is
/// whole.
#[derive(Debug)]
pub(super) struct Scan {
    origin_ns: Option<u64>,
    /// The second that is open.
    number: u64,
    open: Vec<u32>,
    gaps: SecondGaps,
    window: Seconds,
    whole: Seconds,
    sets: u32,
    strongest: Option<(Line, Fold)>,
    trains: TrainScan,
    spectrum: Spectrum,
}

/// Seconds laid over each other.
#[derive(Debug)]
struct Seconds {
    bins: Vec<u32>,
    arrivals: u64,
    seconds: u64,
    /// Arrivals planned in the second that has fewest.
    lowest: Option<f64>,
    /// What the plan has in each part, where its rate is not constant.
    expected: Option<Vec<f64>>,
}

/// A beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) frequency_hz: u32,
    /// 0 for none, 1 if all arrivals keep to it.
    pub(super) strength: f64,
    /// Exponential with mean 1 where there is no beat.
    power: f64,
    /// How likely the strongest of all beats and windows is as strong by chance.
    pub(super) p: f64,
}

/// A strength below this is of no matter, however certain.
const STRENGTH_MIN: f64 = 0.05;

/// A beat as strong by chance is less likely than this.
const CHANCE_MAX: f64 = 1e-6;

/// What the scan found.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) rhythm: Option<Line>,
    pub(super) trains: Option<Trains>,
    /// Of the seconds in which the rhythm is strongest.
    pub(super) fold: Fold,
}

impl Scan {
    /// Seconds begin at the origin, or else with the first arrival.
    pub(super) fn new(origin_ns: Option<u64>) -> Self {
        Self {
            origin_ns,
            number: 0,
            open: vec![0; BINS],
            gaps: SecondGaps::default(),
            window: Seconds::new(),
            whole: Seconds::new(),
            sets: 0,
            strongest: None,
            trains: TrainScan::default(),
            spectrum: Spectrum::new(),
        }
    }

    /// An arrival; times do not go back.
    pub(super) fn push(&mut self, at_ns: u64, planned: Option<&Planned>) {
        let since_ns = at_ns.saturating_sub(*self.origin_ns.get_or_insert(at_ns));
        let number = since_ns / SECOND_NS;
        if number != self.number {
            self.close_second(planned);
            if number / WINDOW_S != self.number / WINDOW_S {
                self.close_window();
            }
            self.number = number;
        }
        let bin = (since_ns % SECOND_NS) * BINS as u64 / SECOND_NS;
        self.open[usize::try_from(bin).expect("below the number of bins")] += 1;
        self.gaps.push(at_ns);
    }

    /// What was found in all.
    pub(super) fn finish(mut self, planned: Option<&Planned>) -> Scanned {
        // An even stream ends before its last second is over, and yet it is whole where the plan says so.
        let ends_ns = self.start_ns().saturating_add(SECOND_NS);
        let open = std::mem::replace(&mut self.open, vec![0; BINS]);
        if planned.is_some_and(|planned| planned.end_ns() >= ends_ns) {
            self.open.clone_from(&open);
            self.close_second(planned);
        }
        if self.whole.seconds > self.window.seconds {
            self.close_window();
        }
        self.evaluate(Set::Whole);
        let all = self.whole.bins.iter().zip(&open).map(|(whole, open)| whole + open);
        let everything = Fold::of(all.collect::<Vec<_>>().into_iter());
        let (rhythm, fold) = match self.strongest {
            Some((line, fold)) => {
                let p = (line.p * f64::from(self.sets)).min(1.0);
                let line = Line { p, ..line };
                let fold = if line.is_certain() { fold } else { everything };
                (Some(line), fold)
            }
            None => (None, everything),
        };
        Scanned { rhythm, trains: self.trains.trains(), fold }
    }

    /// When the open second began.
    fn start_ns(&self) -> u64 {
        self.origin_ns.unwrap_or(0).saturating_add(self.number.saturating_mul(SECOND_NS))
    }

    fn close_second(&mut self, planned: Option<&Planned>) {
        let start_ns = self.start_ns();
        let expected = planned.map(|planned| Expected::of(planned, start_ns));
        for seconds in [&mut self.window, &mut self.whole] {
            seconds.add(&self.open, expected.as_ref());
        }
        self.trains.second(std::mem::take(&mut self.gaps), &self.spectrum, &self.open);
        self.open.fill(0);
    }

    fn close_window(&mut self) {
        self.evaluate(Set::Window);
        self.window.clear();
    }

    fn evaluate(&mut self, set: Set) {
        let seconds = match set {
            Set::Window => &self.window,
            Set::Whole => &self.whole,
        };
        let Some(line) = seconds.line(&self.spectrum) else { return };
        self.sets += 1;
        let rank = |line: &Line| (line.strength >= STRENGTH_MIN, line.power);
        if self.strongest.as_ref().is_none_or(|(best, _)| rank(best) < rank(&line)) {
            self.strongest = Some((line, Fold::of(seconds.bins.iter().copied())));
        }
    }
}

impl Line {
    pub(super) fn is_certain(&self) -> bool {
        is_certain(self.strength, self.p)
    }
}

/// Neither weak nor a chance.
pub(super) fn is_certain(strength: f64, p: f64) -> bool {
    strength >= STRENGTH_MIN && p < CHANCE_MAX
}

#[derive(Clone, Copy)]
enum Set {
    Window,
    Whole,
}

/// What the plan has in a second.
struct Expected {
    arrivals: f64,
    /// For each of [`STEPS`]; none if all are alike.
    steps: Option<Vec<f64>>,
}

impl Expected {
    fn of(planned: &Planned, start_ns: u64) -> Self {
        let owed = |step: u32, of: u32| {
            planned.owed(start_ns.saturating_add(u64::from(step) * SECOND_NS / u64::from(of)))
        };
        let (before, after) = (owed(0, 1), owed(1, 1));
        let arrivals = after - before;
        // Four equal quarters are taken for a constant rate: no law of a plan bends in between without them.
        let even = |quarter: u32| before + arrivals * f64::from(quarter) / 4.0;
        let constant = (1..4).all(|quarter| (owed(quarter, 4) - even(quarter)).abs() < 1e-4);
        let steps = (!constant)
            .then(|| (0..STEPS).map(|step| owed(step + 1, STEPS) - owed(step, STEPS)).collect());
        Self { arrivals, steps }
    }
}

impl Seconds {
    fn new() -> Self {
        Self { bins: vec![0; BINS], arrivals: 0, seconds: 0, lowest: None, expected: None }
    }

    fn clear(&mut self) {
        self.bins.fill(0);
        (self.arrivals, self.seconds, self.lowest, self.expected) = (0, 0, None, None);
    }

    fn add(&mut self, bins: &[u32], expected: Option<&Expected>) {
        for (sum, count) in self.bins.iter_mut().zip(bins) {
            *sum = sum.saturating_add(*count);
            self.arrivals += u64::from(*count);
        }
        self.seconds += 1;
        let Some(expected) = expected else { return };
        let lowest = self.lowest.map_or(expected.arrivals, |least| least.min(expected.arrivals));
        self.lowest = Some(lowest);
        if let Some(steps) = &expected.steps {
            let sums = self.expected.get_or_insert_with(|| vec![0.0; steps.len()]);
            for (sum, step) in sums.iter_mut().zip(steps) {
                *sum += step;
            }
        }
    }

    /// The strongest beat; none if there is no beat to be looked for.
    fn line(&self, spectrum: &Spectrum) -> Option<Line> {
        if self.seconds == 0 || self.arrivals == 0 {
            return None;
        }
        let rate = self.lowest.unwrap_or(float(self.arrivals) / float(self.seconds));
        if rate < 2.0 {
            return None;
        }
        let beats =
            (1..=100_u32).take_while(|beat| f64::from(*beat) <= (rate / 2.0).min(BEATS_MAX));
        let parts = BINS / STEPS as usize;
        let expected = |index: usize| {
            let steps = self.expected.as_ref();
            steps.map_or(0.0, |steps| steps[index / parts] / float(parts as u64))
        };
        let counts = self.bins.iter().enumerate();
        let counts = counts.map(|(index, count)| f64::from(*count) - expected(index));
        let powers = spectrum.powers(counts);
        let all = float(self.arrivals);
        let of = |beat: u32| powers[beat as usize] / all;
        let frequency_hz = beats.clone().max_by(|a, b| of(*a).total_cmp(&of(*b)))?;
        let power = of(frequency_hz);
        // 1 - (1 - exp(-P))^M, without losing what is far below 1.
        let tries = f64::from(u32::try_from(beats.count()).unwrap_or(u32::MAX));
        let p = -(tries * (-(-power).exp()).ln_1p()).exp_m1();
        Some(Line { frequency_hz, strength: (power / all).sqrt().min(1.0), power, p })
    }
}
