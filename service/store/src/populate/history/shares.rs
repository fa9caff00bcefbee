//! A total cut into shares in proportion to 1 / rank, in whole numbers that add up.
//!
//! Shares are worked out and not drawn, so that a size is what the specification says, on every seed.

/// Of a weight of 1: the smallest weight of a million ranks still has three digits.
const UNIT: u64 = 1_000_000_000;

/// The shares, the largest first; rounding may set two neighbours one off.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    ranks: u64,
    least: u64,
    spare: u128,
    weights: u128,
    rank: u64,
    passed: u128,
}

impl Shares {
    /// `total` over `ranks > 0`, each with at least `least`; `total >= ranks * least`.
    pub(super) fn new(total: u64, ranks: u64, least: u64) -> Self {
        let weights = (1..=ranks).map(weight).sum();
        let spare = u128::from(total - ranks * least);
        Self { ranks, least, spare, weights, rank: 0, passed: 0 }
    }

    /// What the ranks have got once `passed` of the weights are served.
    fn given(&self, passed: u128) -> u64 {
        u64::try_from(self.spare * passed / self.weights).expect("at most the spare, a u64")
    }
}

impl Iterator for Shares {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.rank == self.ranks {
            return None;
        }
        self.rank += 1;
        let before = self.given(self.passed);
        self.passed += weight(self.rank);
        Some(self.least + self.given(self.passed) - before)
    }
}

fn weight(rank: u64) -> u128 {
    u128::from(UNIT / rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_fall_as_one_over_rank() {
        for (total, ranks, least) in [(1, 1, 1), (1000, 7, 0), (1_000_000, 1000, 1), (3, 1000, 0)] {
            let shares: Vec<_> = Shares::new(total, ranks, least).collect();
            assert_eq!(shares.len() as u64, ranks);
            assert_eq!(shares.iter().sum::<u64>(), total);
            assert!(shares.iter().all(|share| *share >= least));
        }
        // Weights 12 : 6 : 4 : 3 of 25, each cut to whole numbers.
        for (share, expected) in Shares::new(2500, 4, 0).zip([1200u64, 600, 400, 300]) {
            assert!(share.abs_diff(expected) <= 1, "{share} for {expected}");
        }
    }
}
