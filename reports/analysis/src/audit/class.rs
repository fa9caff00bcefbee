//! The rules: from numbers to a class.

use run_record::audit::{Audit, Rhythm};

use super::float;
use super::scan::{Line, is_certain};
use super::windows::WIDTHS_NS;

/// How arrivals were spread in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// One like the other.
    Even,
    /// Independent of each other.
    Poisson,
    /// In clusters.
    Clustered,
    /// None of these: the numbers have to speak.
    Other,
    /// Not enough arrivals to say.
    TooFew,
}

/// From so many arrivals on clusters are told apart by chance less than once in a thousand streams.
pub(super) const CLUSTERED_MIN: u64 = 200;

/// From so many arrivals on even and random are.
pub(super) const JUDGED_MIN: u64 = 1_000;

/// Gaps that vary more (random ones: 1) come of clusters, however dense: groups of ten every 5 ms have 9.
const CLUSTERED_CV2_MIN: f64 = 2.0;

/// Even gaps vary less.
const EVEN_CV2_MAX: f64 = 0.5;

/// Half of the range of a normal variable that is left once in 20 000 times, so that four widths, the distance
/// and the variation together are left well less than once in a thousand.
const RANGE: f64 = 4.056;

/// The distance of random gaps from exponential ones, times the root of their number, is greater less than once in
/// 5000 streams …
const DISTANCE_ROOT_MAX: f64 = 1.75;

/// … and a distance below this is of no matter however many there are: one thread that sends one request after the
/// other, 50 µs each, makes 0.02 of a random stream of 5000 a second (ADR 0011); an even stream has 0.63.
const DISTANCE_MIN: f64 = 0.03;

impl Class {
    /// As in `run.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Even => "EVEN",
            Self::Poisson => "POISSON",
            Self::Clustered => "CLUSTERED",
            Self::Other => "OTHER",
            Self::TooFew => "TOO_FEW",
        }
    }
}

/// Whether arrivals came in clusters, planned or not.
pub fn is_clustered(audit: &Audit) -> bool {
    audit.class == Class::Clustered.as_str()
}

/// Whether a class is a fault: another than planned is, too few arrivals never are.
pub fn as_planned(audit: &Audit) -> bool {
    let expected = audit.expected.as_ref();
    audit.class == Class::TooFew.as_str() || expected.is_none_or(|class| *class == audit.class)
}

/// Whether a rhythm is neither weak nor a chance.
pub fn has_rhythm(rhythm: &Rhythm) -> bool {
    is_certain(rhythm.strength, rhythm.p)
}

/// The numbers that decide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) arrivals: u64,
    /// In stretched time.
    pub(super) mapped_rate_per_s: Option<f64>,
    /// Index of dispersion and number of windows, by width.
    pub(super) dispersions: [Option<(f64, u64)>; 4],
    pub(super) cv2: Option<f64>,
    pub(super) lilliefors_d: Option<f64>,
    pub(super) rhythm: Option<Line>,
}

impl Seen {
    /// In this order: clusters first, since few arrivals show them.
    pub(super) fn class(&self) -> Class {
        match () {
            () if self.arrivals < CLUSTERED_MIN => Class::TooFew,
            () if self.is_clustered() => Class::Clustered,
            () if self.arrivals < JUDGED_MIN => Class::TooFew,
            () if self.is_random() => Class::Poisson,
            () if self.is_even() => Class::Even,
            () => Class::Other,
        }
    }

    /// Whether there is a beat that is neither weak nor a chance.
    pub(super) fn has_rhythm(&self) -> bool {
        self.rhythm.is_some_and(|line| line.is_certain())
    }

    fn is_clustered(&self) -> bool {
        let [_, ten_ms, _, second] = self.dispersions;
        // Crowded in short windows and yet the same in each second: the sign of a fixed set of users.
        let crowded = ten_ms.is_some_and(|(idc, _)| idc > 1.5);
        let steady = second.is_some_and(|(idc, _)| idc < 0.5);
        let vary = self.cv2.is_some_and(|cv2| cv2 >= CLUSTERED_CV2_MIN);
        // All at one instant have gaps of 0, which do not vary.
        self.has_rhythm() || (crowded && steady) || vary || self.cv2.is_none()
    }

    fn is_random(&self) -> bool {
        let n = float(self.arrivals);
        let windows = self.dispersions.iter().enumerate().all(|(width, seen)| {
            // Short windows hold few arrivals each, and chance has not the shape that the range supposes.
            seen.is_none_or(|(idc, windows)| {
                in_range(idc, windows) || (width < 2 && (idc - 1.0).abs() <= 0.1)
            })
        });
        let exponential = self
            .lilliefors_d
            .is_some_and(|d| d <= (DISTANCE_ROOT_MAX / n.sqrt()).max(DISTANCE_MIN));
        let tolerance = (CV2_SIGMAS * (8.0 / n).sqrt()).max(0.1);
        let vary = self.cv2.is_some_and(|cv2| (cv2 - 1.0).abs() <= tolerance);
        windows && exponential && vary
    }

    fn is_even(&self) -> bool {
        let Some(rate_per_s) = self.mapped_rate_per_s else { return false };
        let holds = |width: usize, limit: f64| {
            self.dispersions[width].map(|(idc, _)| {
                // At either edge of a window the count may be one off.
                let held = rate_per_s * float(WIDTHS_NS[width]) / 1e9;
                idc <= limit + 0.5 / held
            })
        };
        // Of a stream too short for the wider windows the widest that there are decide.
        let tenth = holds(2, 0.1).or_else(|| holds(1, 0.1)).or_else(|| holds(0, 0.1));
        let steady = tenth == Some(true) && holds(3, 0.05) != Some(false);
        steady && self.cv2.is_some_and(|cv2| cv2 <= EVEN_CV2_MAX)
    }
}

/// How many standard deviations the variation of random gaps may be from 1. Its distribution leans to the
/// right: it takes more than for a normal one.
const CV2_SIGMAS: f64 = 5.0;

/// Whether the index of dispersion of random counts would be as far from 1: `(K - 1) IDC` is chi-squared with
/// `K - 1` degrees of freedom, whose quantiles are those of Wilson and Hilferty.
fn in_range(idc: f64, windows: u64) -> bool {
    let degrees = float(windows.saturating_sub(1));
    let part = 2.0 / (9.0 * degrees);
    let quantile = |z: f64| (1.0 - part + z * part.sqrt()).max(0.0).powi(3);
    (quantile(-RANGE)..=quantile(RANGE)).contains(&idc)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of chi-squared over its degrees of freedom at 0.0025 % and 99.9975 %, from the incomplete gamma
    /// function computed elsewhere. The approximation is on the safe side where windows are few.
    #[test]
    fn the_range_is_that_of_chi_squared() {
        for (degrees, low, high) in
            [(10, 0.066_090, 3.904_220), (30, 0.272_038, 2.404_632), (100, 0.525_904, 1.679_210)]
        {
            for (idc, inside) in
                [(low * 1.03, true), (high * 0.99, true), (low * 0.75, false), (high * 1.02, false)]
            {
                assert_eq!(in_range(idc, degrees + 1), inside, "{idc} of {degrees}");
            }
        }
    }

    #[test]
    fn only_another_class_than_planned_is_a_fault() {
        let audit = |class: Class, expected: Option<&str>| Audit {
            class: class.as_str().to_owned(),
            expected: expected.map(str::to_owned),
            ..Audit::default()
        };
        assert!(as_planned(&audit(Class::TooFew, Some("EVEN"))));
        assert!(as_planned(&audit(Class::Even, Some("EVEN"))));
        assert!(as_planned(&audit(Class::Clustered, None)));
        assert!(!as_planned(&audit(Class::Clustered, Some("EVEN"))));
        assert!(!as_planned(&audit(Class::Other, Some("POISSON"))));
    }
}
