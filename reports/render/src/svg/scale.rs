//! From values to places on an axis, and where an axis is labelled: round numbers for what is linear, 1-2-5 for
//! what is logarithmic.

use super::decades;
use crate::units;

/// More labels than this on a vertical axis stand too close.
const TICKS_MAX: usize = 6;
/// A spectrum ends here at the latest: one in a million.
const DECADES_MAX: u32 = 6;
const MIB: f64 = 1_048_576.0;

/// An axis in its own, linear units; what is logarithmic is so before it comes here.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Where it is labelled, with the label.
    pub(super) ticks: Vec<(f64, String)>,
    /// What it shows, with the unit; a vertical axis has its name above the picture instead.
    pub(super) name: String,
}

/// What a horizontal axis holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Horizontal {
    /// Seconds from the run's start, up to the end.
    Time {
        /// Of the axis, in seconds.
        end: f64,
    },
    /// Seconds from the beginning of a second, of all seconds at once.
    Second,
    /// Percentiles, on a scale on which 90, 99 and 99.9 % have the same distance.
    Tail,
    /// Gaps in microseconds, logarithmic.
    Gap,
    /// Arrivals a second, logarithmic.
    Rate,
    /// How many there are of this, logarithmic.
    Count(&'static str),
    /// Phases by their number, from 1.
    Order,
    /// Places in a cluster, from 1, logarithmic.
    Place,
}

/// What a vertical axis holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vertical {
    /// Times in microseconds, logarithmic.
    Microseconds,
    /// Times in nanoseconds, logarithmic.
    Nanoseconds,
    /// Rates.
    PerSecond,
    /// Whole numbers from 0 on.
    Count,
    /// Other numbers from 0 on.
    Number,
    /// Shares from 0 to 1, as percentages.
    Share,
    /// Bytes from 0 on.
    Bytes,
    /// Numbers of any size above 0, logarithmic.
    Magnitude,
    /// US dollars, logarithmic.
    Usd,
}

impl Axis {
    /// How far along the axis a value is, from 0 to 1; what lies outside is put on the edge.
    pub(super) fn part(&self, value: f64) -> f64 {
        let part = (value - self.from) / (self.to - self.from);
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }
}

impl Horizontal {
    /// Where a value is, in the axis's own units.
    pub(super) fn place(self, value: f64) -> f64 {
        match self {
            Self::Time { .. } | Self::Second | Self::Order => value,
            Self::Tail => tail(value),
            Self::Gap | Self::Place => log_us(value),
            Self::Rate | Self::Count(_) => decades::log(value),
        }
    }

    /// The axis for values between these two.
    pub(super) fn axis(self, first: f64, last: f64) -> Axis {
        match self {
            Self::Time { end } => time(end),
            Self::Second => time(1.0),
            Self::Tail => percentiles(last),
            Self::Gap => {
                let axis = log_times([first, last].map(log_us).into_iter());
                Axis { name: "gap".to_owned(), ..axis }
            }
            Self::Rate => rates(first, last),
            Self::Count(what) => counts(what, first, last),
            Self::Order => order(last),
            Self::Place => places(last),
        }
    }

    /// Whether it has few places, so that each value is marked.
    pub(super) fn is_sparse(self) -> bool {
        matches!(self, Self::Rate | Self::Count(_) | Self::Order | Self::Place)
    }

    /// Its name for the script that turns a pointer into a value.
    pub(crate) fn scale(self) -> &'static str {
        match self {
            Self::Time { .. } => "time",
            Self::Second => "second",
            Self::Tail => "tail",
            Self::Gap => "log",
            Self::Rate => "rate",
            Self::Count(_) => "count",
            Self::Order => "order",
            Self::Place => "place",
        }
    }
}

impl Vertical {
    /// Where a value is, in the axis's own units.
    pub(super) fn place(self, value: f64) -> f64 {
        match self {
            Self::Microseconds => log_us(value),
            Self::PerSecond | Self::Count | Self::Number | Self::Share => value,
            Self::Bytes => value / MIB,
            Self::Nanoseconds | Self::Magnitude | Self::Usd => decades::log(value),
        }
    }

    /// The axis on which all of these have room.
    pub(super) fn axis(self, values: impl Iterator<Item = f64>) -> Axis {
        let places: Vec<f64> = values.map(|value| self.place(value)).collect();
        let greatest = places.iter().copied().fold(0.0, f64::max);
        match self {
            Self::Microseconds => log_times(places.into_iter()),
            Self::PerSecond => linear(greatest, units::per_second),
            // So that no label stands between two whole numbers.
            Self::Count => linear_by(round_step(greatest).max(1.0), greatest, units::number),
            Self::Number => linear(greatest, units::number),
            Self::Share => linear(greatest, units::share),
            Self::Bytes => linear(greatest, |mib| format!("{} MiB", units::number(mib))),
            Self::Nanoseconds => decades::axis_over(&places, units::time_short_ns),
            Self::Magnitude => decades::axis_over(&places, units::number),
            Self::Usd => decades::axis_over(&places, units::usd),
        }
    }
}

/// From 0 to a round number that is at least `greatest`; `label` writes a value.
fn linear(greatest: f64, label: impl Fn(f64) -> String) -> Axis {
    let greatest = if greatest.is_finite() && greatest > 0.0 { greatest } else { 1.0 };
    linear_by(round_step(greatest), greatest, label)
}

/// The same in steps of a given size.
fn linear_by(step: f64, greatest: f64, label: impl Fn(f64) -> String) -> Axis {
    let steps = (greatest / step - 1e-9).ceil().max(1.0);
    let ticks = up_to(steps).map(|index| (index * step, label(index * step))).collect();
    Axis { from: 0.0, to: steps * step, ticks, name: String::new() }
}

/// From 0 to exactly `end` seconds, labelled in seconds, minutes or hours, which say what it is.
fn time(end: f64) -> Axis {
    let end = if end.is_finite() && end > 0.0 { end } else { 1.0 };
    let (unit, unit_seconds) = match end {
        ..=180.0 => ("s", 1.0),
        ..=10_800.0 => ("min", 60.0),
        _ => ("h", 3600.0),
    };
    let step = round_step(end / unit_seconds);
    let steps = (end / unit_seconds / step + 1e-9).floor();
    let label = |index: f64| match index {
        0.0 => "0".to_owned(),
        _ => format!("{} {unit}", units::number(index * step)),
    };
    let ticks = up_to(steps).map(|index| (index * step * unit_seconds, label(index)));
    Axis { from: 0.0, to: end, ticks: ticks.collect(), name: String::new() }
}

/// Times in microseconds as their decimal logarithm, see [`log_us`], over all of `values`.
fn log_times(values: impl Iterator<Item = f64> + Clone) -> Axis {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let greatest = values.fold(f64::NEG_INFINITY, f64::max);
    let (least, greatest) = if least <= greatest { (least, greatest) } else { (0.0, 3.0) };
    // A little room on both sides, and never less than a factor of ten in all.
    let (least, greatest) = (least - 0.05, greatest + 0.05);
    let spare = (1.0 - (greatest - least)).max(0.0) / 2.0;
    let (from, to) = ((least - spare).max(0.0), greatest + spare);
    let decades = up_to(to.ceil() - from.floor()).map(|index| index + from.floor());
    let all: Vec<(f64, u64)> =
        decades.flat_map(|decade| [1, 2, 5].map(|digit| tick(decade, digit))).collect();
    let inside = |digits: &[u64]| -> Vec<(f64, String)> {
        let wanted = all
            .iter()
            .filter(|(at, us)| (from..=to).contains(at) && digits.contains(&leading(*us)));
        wanted.map(|(at, us)| (*at, units::time_short(*us))).collect()
    };
    let choices = [inside(&[1, 2, 5]), inside(&[1]), inside(&[1, 5])];
    let [every, decades, halves] = choices;
    let ticks = if every.len() <= TICKS_MAX + 1 {
        every
    } else if halves.len() <= TICKS_MAX + 1 {
        halves
    } else {
        decades
    };
    Axis { from, to, ticks, name: String::new() }
}

/// 0 for 0 %, 1 for 90 %, 2 for 99 %: each further step leaves a tenth of the requests.
fn tail(percentile: f64) -> f64 {
    let rest = 1.0 - percentile / 100.0;
    let end = f64::from(DECADES_MAX);
    if rest > 0.0 { (-rest.log10()).clamp(0.0, end) } else { end }
}

/// Over all rates.
fn rates(first: f64, last: f64) -> Axis {
    let axis = decades::axis(decades::log(first), decades::log(last), units::per_second);
    Axis { name: "arrivals a second asked for".to_owned(), ..axis }
}

/// Over all counts of something.
fn counts(what: &str, first: f64, last: f64) -> Axis {
    let axis = decades::axis(decades::log(first), decades::log(last), units::number);
    Axis { name: what.to_owned(), ..axis }
}

/// One place for each of so many phases.
fn order(last: f64) -> Axis {
    let step = (last / 20.0).ceil().max(1.0);
    let numbers = up_to((last - 1.0) / step).map(|index| 1.0 + index * step);
    let ticks = numbers.map(|number| (number, units::number(number))).collect();
    Axis { from: 0.5, to: last + 0.5, ticks, name: "phase, in order of time".to_owned() }
}

/// Classes of places in a cluster, each labelled with all that are in it.
fn places(last: f64) -> Axis {
    let classes = [
        (1.0, "1"),
        (2.0, "2"),
        (3.0, "3–4"),
        (5.0, "5–8"),
        (9.0, "9–16"),
        (17.0, "17–32"),
        (33.0, "33 and more"),
    ];
    let there = classes.into_iter().filter(|(from, _)| *from <= last);
    let ticks = there.map(|(from, words)| (log_us(from), words.to_owned())).collect();
    let (from, to) = (-0.1, log_us(last) + 0.1);
    Axis { from, to, ticks, name: "place in the cluster".to_owned() }
}

/// As far as there are points: to 99 % at least.
fn percentiles(last: f64) -> Axis {
    let last = tail(last).max(2.0);
    let mut ticks = vec![(0.0, "0 %".to_owned()), (tail(50.0), "50 %".to_owned())];
    for decade in (1..=DECADES_MAX).take_while(|decade| f64::from(*decade) <= last + 1e-9) {
        let label = match decade {
            1 => "90 %".to_owned(),
            2 => "99 %".to_owned(),
            more => format!("99.{} %", "9".repeat(more as usize - 2)),
        };
        ticks.push((f64::from(decade), label));
    }
    Axis { from: 0.0, to: last, ticks, name: "share of the completed requests".to_owned() }
}

/// A time on a logarithmic axis. What is below a microsecond is drawn as one.
fn log_us(us: f64) -> f64 {
    us.max(1.0).log10()
}

/// `digit` times ten to the `decade`, with its logarithm.
fn tick(decade: f64, digit: u64) -> (f64, u64) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "decades of microseconds lie between 0 and 20"
    )]
    let power = decade.clamp(0.0, 18.0) as u32;
    let us = digit.saturating_mul(10_u64.saturating_pow(power));
    (log_us(units::as_f64(us)), us)
}

/// The first decimal digit.
fn leading(value: u64) -> u64 {
    value / 10_u64.pow(value.checked_ilog10().unwrap_or(0))
}

/// 1, 2 or 5 times a power of ten, so that about five steps make `greatest`.
fn round_step(greatest: f64) -> f64 {
    let raw = greatest / 5.0;
    let power = 10_f64.powf(raw.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= raw * 0.85);
    digit.unwrap_or(10.0) * power
}

/// 0, 1, … up to `last`, as numbers to calculate with; at most 100.
fn up_to(last: f64) -> impl Iterator<Item = f64> {
    (0..=100_u32).map(f64::from).take_while(move |index| *index <= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn linear_axes_end_on_a_round_number_that_holds_all() {
        for (greatest, to, ticks) in
            [(550.0, 600.0, 7), (1.0, 1.0, 6), (0.0, 1.0, 6), (7.3, 8.0, 5)]
        {
            let axis = linear(greatest, units::number);
            assert!((axis.to - to).abs() < 1e-9, "{greatest} gave {}", axis.to);
            assert_eq!(axis.ticks.len(), ticks, "{greatest}");
        }
        assert!(linear(f64::NAN, units::number).to > 0.0);
    }

    #[test]
    fn whole_numbers_have_whole_labels() {
        for (greatest, expected) in [
            (0.0, &["0", "1"][..]),
            (1.0, &["0", "1"]),
            (3.0, &["0", "1", "2", "3"]),
            (11.0, &["0", "2", "4", "6", "8", "10", "12"]),
        ] {
            let axis = Vertical::Count.axis([greatest].into_iter());
            assert_eq!(labels(&axis), expected, "{greatest}");
        }
        let fractions = Vertical::Number.axis([1.0].into_iter());
        assert_eq!(labels(&fractions), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    }

    #[test]
    fn time_axes_end_with_the_run() {
        let axis = time(40.0);
        assert_eq!(labels(&axis), ["0", "10 s", "20 s", "30 s", "40 s"]);
        assert_eq!(labels(&time(600.0)), ["0", "2 min", "4 min", "6 min", "8 min", "10 min"]);
        assert!((time(47.0).to - 47.0).abs() < 1e-9);
        assert!(time(0.0).to > 0.0);
    }

    #[test]
    fn logarithmic_axes_are_labelled_however_narrow_or_wide() {
        for (least, greatest) in
            [(1.0, 1.0), (300.0, 310.0), (800.0, 90_000.0), (1.0, 3.6e9), (45_000.0, 50_000.0)]
        {
            let axis = log_times([log_us(least), log_us(greatest)].into_iter());
            assert!(axis.from <= log_us(least) && axis.to >= log_us(greatest));
            assert!(
                (2..=11).contains(&axis.ticks.len()),
                "{least} to {greatest}: {:?}",
                labels(&axis)
            );
        }
        assert!(!log_times(std::iter::empty()).ticks.is_empty());
    }
}
