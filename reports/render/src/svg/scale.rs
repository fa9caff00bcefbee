//! Where an axis is labelled: round numbers for what is linear, 1-2-5 for what is logarithmic.

use super::canvas::Axis;
use crate::units;

/// More labels than this on a vertical axis stand too close.
const TICKS_MAX: usize = 6;

/// From 0 to a round number that is at least `greatest`; `label` writes a value.
pub(crate) fn linear(greatest: f64, name: &str, label: impl Fn(f64) -> String) -> Axis {
    let greatest = if greatest.is_finite() && greatest > 0.0 { greatest } else { 1.0 };
    let step = round_step(greatest);
    let steps = (greatest / step - 1e-9).ceil().max(1.0);
    let ticks = up_to(steps).map(|index| (index * step, label(index * step))).collect();
    Axis { from: 0.0, to: steps * step, ticks, name: name.to_owned() }
}

/// From 0 to exactly `end` seconds, labelled in seconds, minutes or hours.
pub(crate) fn time(end: f64) -> Axis {
    let end = if end.is_finite() && end > 0.0 { end } else { 1.0 };
    let (unit, unit_seconds) = match end {
        ..=180.0 => ("s", 1.0),
        ..=10_800.0 => ("min", 60.0),
        _ => ("h", 3600.0),
    };
    let step = round_step(end / unit_seconds);
    let steps = (end / unit_seconds / step + 1e-9).floor();
    let ticks =
        up_to(steps).map(|index| (index * step * unit_seconds, units::number(index * step)));
    Axis {
        from: 0.0,
        to: end,
        ticks: ticks.collect(),
        name: format!("time from the start, {unit}"),
    }
}

/// Times in microseconds as their decimal logarithm, see [`log_us`], over all of `values`.
pub(crate) fn log_times(values: impl Iterator<Item = f64> + Clone) -> Axis {
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

/// A time as the vertical axis holds it. What is below a microsecond is drawn as one.
pub(crate) fn log_us(us: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
    (us.max(1) as f64).log10()
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
    (log_us(us), us)
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
            let axis = linear(greatest, "rate", units::number);
            assert!((axis.to - to).abs() < 1e-9, "{greatest} gave {}", axis.to);
            assert_eq!(axis.ticks.len(), ticks, "{greatest}");
        }
        assert!(linear(f64::NAN, "rate", units::number).to > 0.0);
    }

    #[test]
    fn time_axes_end_with_the_run() {
        let axis = time(40.0);
        assert_eq!(labels(&axis), ["0", "10", "20", "30", "40"]);
        assert_eq!(labels(&time(600.0)), ["0", "2", "4", "6", "8", "10"]);
        assert!((time(47.0).to - 47.0).abs() < 1e-9);
        assert!(time(0.0).to > 0.0);
    }

    #[test]
    fn logarithmic_axes_are_labelled_however_narrow_or_wide() {
        for (least, greatest) in
            [(1, 1), (300, 310), (800, 90_000), (1, 3_600_000_000), (45_000, 50_000)]
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
