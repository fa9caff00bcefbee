//! Uniform draws in ascending order, one after the other, without keeping them.
//!
//! With `N + 1` independent exponential gaps and their partial sums `S_1 <= … <= S_(N+1)`, the quotients
//! `S_i / S_(N+1)`, `i = 1 … N`, are jointly distributed as `N` sorted uniform draws (Rényi 1953; Devroye,
//! *Non-Uniform Random Variate Generation*, 1986, section V.2: uniform spacings). The last sum must be known first, so
//! the gaps are drawn twice from one keyed stream: once to add them up, once to emit. Gaps are those of
//! `draw`, whole numbers, so the quotients are the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::draw;

/// Fractional bits of a gap.
const GAP_BITS: u32 = 32;

/// Draws in [0, 1) as whole numbers of 2^-[`Sorted::BITS`], never descending.
#[derive(Debug)]
pub(crate) struct Sorted {
    generator: ChaCha8Rng,
    left: u64,
    sum: u128,
    last: u128,
}

impl Sorted {
    /// Of the draws: finer than a nanosecond of the longest phase, a week, and coarse enough that a sum of
    /// [`MAX_EXACTLY`](crate::runs::MAX_EXACTLY) gaps, below 2^66, still fits.
    pub(crate) const BITS: u32 = 51;

    /// `count` draws; adds up their gaps.
    pub(crate) fn of(generator: ChaCha8Rng, count: u64) -> Self {
        let mut ahead = generator.clone();
        let last = (0..=count).map(|_| gap(&mut ahead)).sum();
        Self { generator, left: count, sum: 0, last }
    }

    /// The next draw.
    pub(crate) fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        self.sum += gap(&mut self.generator);
        // 1 itself, where the last gap is 0, is not below the end of the phase; so the last place before it.
        let share = ((self.sum << Self::BITS) / self.last.max(1)).min((1 << Self::BITS) - 1);
        Some(u64::try_from(share).expect("51 bits"))
    }
}

fn gap(generator: &mut ChaCha8Rng) -> u128 {
    draw::exponential(generator.next_u64(), GAP_BITS).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(seed: u64, count: u64) -> Vec<u64> {
        let mut sorted = Sorted::of(draw::spacing(seed, "s", 0), count);
        std::iter::from_fn(move || sorted.next()).collect()
    }

    #[test]
    fn as_many_as_asked_for_in_order_and_below_one() {
        for count in [0, 1, 2, 1000] {
            let draws = draws(1, count);
            assert_eq!(draws.len(), usize::try_from(count).unwrap());
            assert!(draws.is_sorted() && draws.iter().all(|draw| *draw < 1 << Sorted::BITS));
        }
    }

    /// The k-th smallest of N uniform draws has the mean k / (N + 1) and the variance
    /// k (N + 1 - k) / ((N + 1)^2 (N + 2)). Means of 2000 seeds, within five standard errors.
    #[test]
    fn each_has_the_mean_of_its_place() {
        const COUNT: u32 = 9;
        let mut sums = [0.0; COUNT as usize];
        for seed in 0..2000 {
            for (sum, draw) in sums.iter_mut().zip(draws(seed, COUNT.into())) {
                *sum += f64::from(u32::try_from(draw >> 19).unwrap()) / 4_294_967_296.0;
            }
        }
        for (k, sum) in (1..=COUNT).zip(sums) {
            let (k, n) = (f64::from(k), f64::from(COUNT));
            let variance = k * (n + 1.0 - k) / ((n + 1.0).powi(2) * (n + 2.0));
            let off = (sum / 2000.0 - k / (n + 1.0)) / (variance / 2000.0).sqrt();
            assert!(off.abs() < 5.0, "place {k}: {off} standard errors");
        }
    }
}
