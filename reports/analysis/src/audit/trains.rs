//! Bursts for each tick of a timer: beats too quick for the scan of phases, looked for where gaps say that they are.

use run_record::audit::Trains;

use super::float;
use super::spectrum::Spectrum;

/// Beats a second that are looked for: up to a tick of 0.9 ms.
const FREQUENCIES: std::ops::RangeInclusive<usize> = 101..=1100;

/// A second is looked at only if its gaps vary more than this (squared coefficient of variation): random ones
/// reach it by chance at times, healthy ones hardly ever, and so a healthy run costs nothing here.
const CV2_MIN: f64 = 1.5;

/// … and if it has so many arrivals.
const ARRIVALS_MIN: u64 = 50;

/// Weaker beats are not named.
const STRENGTH_MIN: f64 = 0.3;

/// Fewer arrivals for each beat are no trains: then times are whole milliseconds, say, and most of them empty.
const LENGTH_MIN: f64 = 1.5;

/// Trains beat at the multiples of their frequency as well: the lowest that is nearly as strong is theirs.
const NEARLY: f64 = 0.9;

/// Seconds whose gaps are those of trains, added up.
#[derive(Debug, Default)]
pub(super) struct TrainScan {
    /// Squared strengths by frequency.
    strengths: Vec<f64>,
    seconds: u64,
    arrivals: u64,
}

/// The gaps within a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SecondGaps {
    last_ns: Option<u64>,
    count: u64,
    sum: f64,
    squares: f64,
}

impl SecondGaps {
    pub(super) fn push(&mut self, at_ns: u64) {
        if let Some(last_ns) = self.last_ns.replace(at_ns) {
            let gap = float(at_ns - last_ns);
            self.count += 1;
            self.sum += gap;
            self.squares += gap * gap;
        }
    }

    /// Rough, but far from the threshold where it matters.
    fn vary(&self) -> bool {
        let mean = self.sum / float(self.count.max(1));
        self.count >= ARRIVALS_MIN
            && self.squares / float(self.count) >= (1.0 + CV2_MIN) * mean * mean
    }
}

impl TrainScan {
    /// A second that is over, with its counts.
    pub(super) fn second(&mut self, gaps: SecondGaps, spectrum: &Spectrum, bins: &[u32]) {
        if !gaps.vary() {
            return;
        }
        let arrivals: u64 = bins.iter().copied().map(u64::from).sum();
        let powers = spectrum.powers(bins.iter().copied().map(f64::from));
        let all = float(arrivals) * float(arrivals);
        self.strengths.resize(FREQUENCIES.count(), 0.0);
        for (sum, power) in self.strengths.iter_mut().zip(&powers[FREQUENCIES]) {
            *sum += power / all;
        }
        self.seconds += 1;
        self.arrivals += arrivals;
    }

    /// The beat of the trains, if there is one.
    pub(super) fn trains(&self) -> Option<Trains> {
        let strength = |sum: f64| (sum / float(self.seconds)).sqrt();
        let strongest = self.strengths.iter().copied().map(strength).fold(0.0, f64::max);
        let least = (NEARLY * strongest).max(STRENGTH_MIN);
        let lowest = self.strengths.iter().position(|sum| strength(*sum) >= least)?;
        let frequency_hz = u32::try_from(lowest + FREQUENCIES.start()).ok()?;
        let length = float(self.arrivals) / float(self.seconds) / f64::from(frequency_hz);
        let trains = Trains { frequency_hz, strength: strength(self.strengths[lowest]), length };
        (length >= LENGTH_MIN).then_some(trains)
    }
}
