//! How strongly counts over a second beat at each whole frequency: a Fourier transform of powers of two.

use std::f64::consts::TAU;

/// Parts of a second, 30.5 µs each. An arrival is taken to be in the middle of its part, so that its angle at
/// frequency m is off by at most pi m / 32768, and the strength of a line by as much: 0.01 at the hundredth
/// beat if all arrivals lay at the edge of their parts, and nothing to speak of where they lie anywhere in them.
pub(super) const BINS: usize = 1 << 15;

/// The angles, computed once.
#[derive(Clone, Debug)]
pub(super) struct Spectrum {
    /// Cosine and sine of a turn's parts, half a turn.
    turn: Vec<(f64, f64)>,
}

impl Spectrum {
    pub(super) fn new() -> Self {
        let angle = |part: u32| TAU * f64::from(part) / f64::from(1_u32 << 15);
        let turn = (0..1 << 14).map(|part| (angle(part).cos(), -angle(part).sin())).collect();
        Self { turn }
    }

    /// The squared absolute value of the sum of `count exp(i 2 pi m t)` for each frequency m from 0 on.
    ///
    /// Radix two, decimation in time.
    pub(super) fn powers(&self, counts: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut values = vec![(0.0, 0.0); BINS];
        for (index, count) in counts.take(BINS).enumerate() {
            values[index.reverse_bits() >> (usize::BITS - BINS.trailing_zeros())] = (count, 0.0);
        }
        let mut half = 1;
        while half < BINS {
            let stride = BINS / (2 * half);
            for block in values.chunks_exact_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                let angles = self.turn.iter().step_by(stride);
                for ((a, b), (cos, sin)) in low.iter_mut().zip(high).zip(angles) {
                    let turned = (b.0 * cos - b.1 * sin, b.0 * sin + b.1 * cos);
                    *b = (a.0 - turned.0, a.1 - turned.1);
                    *a = (a.0 + turned.0, a.1 + turned.1);
                }
            }
            half *= 2;
        }
        values.into_iter().map(|(re, im)| re * re + im * im).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the definition, term by term.
    #[test]
    fn powers_are_those_of_the_definition() {
        let bins = 1_u32 << 15;
        let count = |index: u32| f64::from(index * 7919 % 97);
        let powers = Spectrum::new().powers((0..bins).map(count));
        for m in [0_u32, 1, 2, 3, 17, 100, 1100] {
            let angle = |index: u32| TAU * f64::from(m) * f64::from(index) / f64::from(bins);
            let re: f64 = (0..bins).map(|index| count(index) * angle(index).cos()).sum();
            let im: f64 = (0..bins).map(|index| count(index) * angle(index).sin()).sum();
            let expected = re * re + im * im;
            let power = powers[m as usize];
            assert!(
                (power - expected).abs() <= 1e-6 * expected.max(1.0),
                "{m}: {power} {expected}"
            );
        }
    }
}
