//! The same numbers, computed the slow way from the definitions: all times in memory, sorted, counted, summed.

use std::f64::consts::TAU;

/// Gaps in nanoseconds.
fn gaps(times: &[u64]) -> Vec<f64> {
    times.windows(2).map(|two| (two[1] - two[0]) as f64).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    squares / (values.len() - 1) as f64
}

/// Variance over mean of the counts in whole windows.
pub(super) fn idc(times: &[u64], width_ns: u64) -> f64 {
    let origin = times[0];
    let whole = (times.last().unwrap() - origin) / width_ns;
    let mut counts = vec![0.0; whole as usize];
    for at in times {
        if let Some(count) = counts.get_mut(((at - origin) / width_ns) as usize) {
            *count += 1.0;
        }
    }
    variance(&counts) / mean(&counts)
}

pub(super) fn cv2(times: &[u64]) -> f64 {
    let gaps = gaps(times);
    variance(&gaps) / mean(&gaps).powi(2)
}

pub(super) fn zero_share(times: &[u64]) -> f64 {
    let gaps = gaps(times);
    gaps.iter().filter(|gap| **gap < 0.5).count() as f64 / gaps.len() as f64
}

/// Sorted gaps against the exponential distribution of the same mean.
pub(super) fn lilliefors_d(times: &[u64]) -> f64 {
    let mut gaps = gaps(times);
    gaps.sort_by(f64::total_cmp);
    let (mean, n) = (mean(&gaps), gaps.len() as f64);
    let told_from = 100_000.0_f64.min(mean);
    let shorter = gaps.iter().filter(|gap| **gap < told_from).count();
    let distance = |(index, gap): (usize, &f64)| {
        let share = 1.0 - (-gap / mean).exp();
        ((index + 1) as f64 / n - share).max(share - index as f64 / n)
    };
    let at_first = (1.0 - (-told_from / mean).exp() - shorter as f64 / n).abs();
    gaps.iter().enumerate().skip(shorter).map(distance).fold(at_first, f64::max)
}

/// `|sum of exp(i 2 pi m t)| / n` over the whole seconds from `from_s` on, `seconds` at most.
pub(super) fn strength(times: &[u64], beat: u32, from_s: u64, seconds: u64) -> f64 {
    let second = 1_000_000_000;
    let origin = times[0];
    let whole = (times.last().unwrap() - origin) / second;
    let until = origin + (from_s + seconds).min(whole) * second;
    let inside: Vec<u64> =
        times.iter().copied().filter(|at| (origin + from_s * second..until).contains(at)).collect();
    let angle = |at: &u64| TAU * f64::from(beat) * ((at - origin) % second) as f64 / 1e9;
    let re: f64 = inside.iter().map(|at| angle(at).cos()).sum();
    let im: f64 = inside.iter().map(|at| angle(at).sin()).sum();
    re.hypot(im) / inside.len() as f64
}
