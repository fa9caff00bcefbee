//! Seeded numbers for models and simulations: the same seed gives the same run. Not for anything that is secret.

/// `SplitMix64`: any seed is a good one, and near seeds have nothing in common.
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly from 0 to below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let product = u128::from(self.bits()) * u128::from(end);
        u64::try_from(product >> 64).expect("the upper half of 128 bits")
    }

    /// Evenly from 0 to below 1.
    pub(crate) fn share(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let bits = (self.bits() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_are_published_for_the_seed() {
        let mut draw = Draw::new(1_234_567);
        for expected in
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        {
            assert_eq!(draw.bits(), expected);
        }
    }

    #[test]
    fn all_places_are_reached_alike_and_no_other() {
        let mut draw = Draw::new(7);
        let mut counts = [0_u32; 10];
        let mut sum = 0.0;
        for _ in 0..10_000 {
            counts[usize::try_from(draw.below(10)).unwrap()] += 1;
            let share = draw.share();
            assert!((0.0..1.0).contains(&share));
            sum += share;
        }
        // A thousand each, and a half; five standard deviations are 150 and 0.0145.
        assert!(counts.iter().all(|count| count.abs_diff(1000) < 150), "{counts:?}");
        assert!((sum / 10_000.0 - 0.5_f64).abs() < 0.0145, "{sum}");
        assert_eq!(draw.below(1), 0);
    }
}
