//! Axes on which each power of ten has the same length, for numbers that grow by factors.

use super::scale::Axis;

/// With more labels than this, only powers of ten are labelled.
const TICKS_MAX: usize = 12;

/// What is less is drawn as this: as a rate, one in thirty years.
const LEAST: f64 = 1e-9;

/// No figure has so many powers; whatever has more is labelled only so far.
const DECADES_MAX: u32 = 20;

/// Where a number is.
pub(super) fn log(value: f64) -> f64 {
    value.max(LEAST).log10()
}

/// Over places from one to the other, with a little room on both sides.
pub(super) fn axis(first: f64, last: f64, label: fn(f64) -> String) -> Axis {
    let (from, to) = (first - 0.1, last + 0.1);
    let powers = || {
        let lowest = from.floor();
        let steps = (0..DECADES_MAX).map(f64::from);
        steps.map(move |step| step + lowest).take_while(move |power| *power <= to)
    };
    let ticks = |digits: &[f64]| -> Vec<(f64, String)> {
        let values =
            powers().flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powf(power)));
        let inside = values.filter(|value| (from..=to).contains(&log(*value)));
        inside.map(|value| (log(value), label(value))).collect()
    };
    let every = ticks(&[1.0, 2.0, 5.0]);
    let ticks = if every.len() <= TICKS_MAX { every } else { ticks(&[1.0]) };
    Axis { from, to, ticks, name: String::new() }
}

/// The same over all of these places, and over a factor of ten at least, so that some power of ten is labelled.
pub(super) fn axis_over(places: &[f64], label: fn(f64) -> String) -> Axis {
    let least = places.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (least, greatest) = if least <= greatest { (least, greatest) } else { (0.0, 1.0) };
    let spare = (1.0 - (greatest - least)).max(0.0) / 2.0;
    axis(least - spare, greatest + spare, label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn few_powers_have_labels_between_them_and_many_have_not() {
        let over = |first: f64, last: f64| axis(log(first), log(last), units::number);
        assert_eq!(labels(&over(10.0, 100.0)), ["10", "20", "50", "100"]);
        assert_eq!(labels(&over(1.0, 1e6)).len(), 7);
        assert_eq!(
            labels(&over(0.001, 0.1)),
            ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1"]
        );
    }

    #[test]
    fn any_values_have_an_axis_with_labels_that_holds_them() {
        let cases: [&[f64]; 6] =
            [&[], &[3.0], &[0.0, 3.0], &[3.0, 3.3], &[1e-7, 1e3], &[1e300, 1e-300]];
        for values in cases {
            let places: Vec<f64> = values.iter().copied().map(log).collect();
            let axis = axis_over(&places, units::usd);
            assert!(places.iter().all(|place| (axis.from..=axis.to).contains(place)), "{values:?}");
            assert!(!axis.ticks.is_empty() && axis.to > axis.from, "{values:?}: {axis:?}");
        }
    }
}
