//! The percentiles of a distribution, close together where the tail is.

use hdrhistogram::Histogram;

/// Points for each power of ten of the tail: 20 between 90 % and 99 %, 20 between 99 % and 99.9 %, ….
const POINTS_PER_DECADE: f64 = 20.0;

/// The most points: 64-bit counters hold fewer than 20 powers of ten.
const POINTS_MAX: u32 = 400;

/// Pairs of a percentile and microseconds, as far into the tail as there are values.
pub fn points(values: &Histogram<u64>) -> Vec<(f64, u64)> {
    if values.is_empty() {
        return Vec::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "the place of a point, not a count")]
    let count = values.len() as f64;
    let at = |tail: f64| (100.0 * (1.0 - tail), values.value_at_quantile(1.0 - tail));
    let mut points: Vec<(f64, u64)> = (0..POINTS_MAX)
        .map(|index| 10f64.powf(-f64::from(index) / POINTS_PER_DECADE))
        .take_while(|tail| tail * count >= 1.0)
        .map(at)
        .collect();
    // Of n values the largest stands for the last n-th; half of that is where it is drawn.
    let (last, _) = at(0.5 / count);
    points.push((last, values.max()));
    points
}
