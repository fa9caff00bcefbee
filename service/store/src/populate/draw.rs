//! Draws from a seed: `SplitMix64`, keyed per purpose, in integers only, so that every machine draws alike.

use sha2::{Digest, Sha256};

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014), figure 16.
pub(super) struct Draw {
    state: u64,
}

impl Draw {
    /// Another purpose gives other draws, so that more messages do not change who is in which room.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let digest =
            Sha256::new().chain_update(seed.to_le_bytes()).chain_update(purpose).finalize();
        let (state, _) = digest.split_first_chunk::<8>().expect("a SHA-256 digest has 32 bytes");
        Self { state: u64::from_le_bytes(*state) }
    }

    /// 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to `n - 1`. The bias is below n / 2^64, which no data set is large enough to show.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(n);
        u64::try_from(wide >> 64).expect("the high half of a product of 64 bits has 64 bits")
    }

    /// An index of a list of `n` elements, `n > 0`.
    pub(super) fn index(&mut self, n: usize) -> usize {
        let drawn = self.below(u64::try_from(n).expect("a length has at most 64 bits"));
        usize::try_from(drawn).expect("less than n, which is a usize")
    }
}

/// Ranks drawn in proportion to 1 / rank: a few are large, most are small, as rooms and companies are.
pub(super) struct Skew {
    sums: Vec<u64>,
}

impl Skew {
    /// `n > 0` ranks, from 0.
    pub(super) fn new(n: u32) -> Self {
        let weights = (1..=u64::from(n)).map(|rank| 1_000_000_000 / rank);
        let sums = weights.scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self { sums: sums.collect() }
    }

    /// One of them.
    pub(super) fn draw(&self, draw: &mut Draw) -> usize {
        let total = *self.sums.last().expect("there is at least one rank");
        let drawn = draw.below(total);
        self.sums.partition_point(|sum| *sum <= drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs for seed 1234567, from the reference implementation of the authors
        // (Vigna, https://prng.di.unimi.it/splitmix64.c).
        let mut draw = Draw { state: 1_234_567 };
        let drawn = [(); 3].map(|()| draw.next());
        assert_eq!(
            drawn,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,]
        );
    }

    #[test]
    fn ranks_fall_as_their_weight() {
        let skew = Skew::new(4);
        let mut draw = Draw::new(1, "test");
        let mut counts = [0u32; 4];
        for _ in 0..25_000 {
            counts[skew.draw(&mut draw)] += 1;
        }
        // Weights 12 : 6 : 4 : 3 of 25; five standard deviations are below 400.
        for (count, expected) in counts.into_iter().zip([12_000, 6_000, 4_000, 3_000]) {
            assert!(count.abs_diff(expected) < 400, "{counts:?}");
        }
    }
}
