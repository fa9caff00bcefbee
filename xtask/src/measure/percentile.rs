//! Percentiles of raw values by sorting: slow, exact, and no code shared with what is checked.

/// The p-th percentile by nearest rank, `per_mille` 990 for p99: the smallest value that at least
/// that share of the values does not exceed. None without values.
pub(crate) fn nearest_rank<T: Copy>(sorted: &[T], per_mille: usize) -> Option<T> {
    let rank = (sorted.len() * per_mille).div_ceil(1000).max(1);
    sorted.get(rank - 1).copied()
}

/// The middle value; of two the greater, which is the worse for whoever is judged by it.
pub(crate) fn median(values: &[i64]) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// p50, p90, p99, p99.9 and the largest of some nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spread {
    pub(crate) p50: i64,
    pub(crate) p90: i64,
    pub(crate) p99: i64,
    pub(crate) p999: i64,
    pub(crate) max: i64,
}

impl Spread {
    /// None without values.
    pub(crate) fn of(mut values: Vec<i64>) -> Option<Self> {
        values.sort_unstable();
        Some(Self {
            p50: nearest_rank(&values, 500)?,
            p90: nearest_rank(&values, 900)?,
            p99: nearest_rank(&values, 990)?,
            p999: nearest_rank(&values, 999)?,
            max: *values.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank_by_its_definition() {
        let five = [15, 20, 35, 40, 50];
        for (per_mille, value) in [(50, 15), (300, 20), (400, 20), (500, 35), (1000, 50), (0, 15)] {
            assert_eq!(nearest_rank(&five, per_mille), Some(value), "{per_mille}");
        }
        assert_eq!(nearest_rank::<u8>(&[], 500), None);
    }

    #[test]
    fn a_spread_of_a_thousand() {
        let spread = Spread::of((1..=1000).rev().collect()).unwrap();
        assert_eq!(spread, Spread { p50: 500, p90: 900, p99: 990, p999: 999, max: 1000 });
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn the_median_is_a_value() {
        assert_eq!(median(&[5, 1, 3]), Some(3));
        assert_eq!(median(&[-4, 2]), Some(2));
        assert_eq!(median(&[]), None);
    }
}
