//! Where in the second arrivals came: all seconds laid over each other.

use super::float;

/// Parts of a second.
const PLACES: usize = 1_000;

/// A position has a place with this many times the arrivals that it would have if all had the same …
const PEAK: f64 = 2.0;

/// … and reaches as far as places have as many as that, with at most this many others between, over all positions
/// together: a few wide groups are smeared by more than many narrow ones could be. At least one may be between.
const BETWEEN: usize = 50;

/// More positions than this are no few places: the scan does not look for more beats either.
const POSITIONS_MAX: usize = 100;

/// Arrivals by the millisecond of their second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    counts: Vec<u64>,
}

impl Fold {
    /// Of times in nanoseconds.
    pub fn of_times(times: impl IntoIterator<Item = u64>) -> Self {
        let mut counts = vec![0; PLACES];
        for at_ns in times {
            let place = usize::try_from(at_ns % 1_000_000_000 / 1_000_000);
            counts[place.expect("a second has a thousand milliseconds")] += 1;
        }
        Self { counts }
    }

    /// From the counts of equal parts of a second, at least as many as there are places.
    pub(super) fn of(bins: impl ExactSizeIterator<Item = u32>) -> Self {
        let parts = bins.len();
        let mut counts = vec![0; PLACES];
        for (index, count) in bins.enumerate() {
            // The middle of the part decides.
            counts[(2 * index + 1) * PLACES / (2 * parts)] += u64::from(count);
        }
        Self { counts }
    }

    /// One for each millisecond.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// In how many places arrivals came, if in few: at least half of them in at most half of the second.
    pub(super) fn positions(&self) -> Option<u32> {
        let mut positions = self.apart(1)?;
        // What is close where positions are few is not where they are many: on until the count falls no further.
        while let Some(fewer) = self.apart((BETWEEN / positions).max(1)).filter(|n| *n < positions)
        {
            positions = fewer;
        }
        u32::try_from(positions).ok()
    }

    /// Positions with more than so many places between them.
    fn apart(&self, between_max: usize) -> Option<usize> {
        let all: u64 = self.counts.iter().sum();
        let mean = float(all) / float(PLACES as u64);
        let reached = |place: usize| self.counts[place] > 0 && float(self.counts[place]) >= mean;
        let between =
            |place: usize| (0..=between_max).all(|next| !reached((place + next) % PLACES));
        // The second goes around: it is cut where nothing is near.
        let cut = (0..PLACES).find(|place| between(*place))?;
        let (mut positions, mut places, mut inside) = (0, 0, 0);
        let mut position = Position::default();
        for place in (cut..=cut + PLACES).map(|place| place % PLACES) {
            if reached(place) {
                position.add(self.counts[place]);
            } else if between(place) {
                let ended = std::mem::take(&mut position);
                if ended.arrivals > 0 && float(ended.greatest) >= PEAK * mean {
                    positions += 1;
                    places += ended.places;
                    inside += ended.arrivals;
                }
            }
        }
        let few = positions <= POSITIONS_MAX && 2 * places <= PLACES && 2 * inside >= all;
        (few && positions > 0).then_some(positions)
    }
}

/// Neighbouring places.
#[derive(Default)]
struct Position {
    places: usize,
    arrivals: u64,
    greatest: u64,
}

impl Position {
    fn add(&mut self, arrivals: u64) {
        self.places += 1;
        self.arrivals += arrivals;
        self.greatest = self.greatest.max(arrivals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(places: &[usize], expected: Option<u32>) {
        let mut bins = vec![0; PLACES];
        for place in places {
            bins[*place] += 1;
        }
        assert_eq!(Fold::of(bins.into_iter()).positions(), expected, "{places:?}");
    }

    #[test]
    fn positions_are_counted_around_the_end_of_the_second() {
        check(&[], None);
        check(&[7], Some(1));
        check(&[999, 0, 2], Some(1));
        check(&[0, 333, 500, 666], Some(4));
        check(&[0, 4, 500, 510], Some(2));
        let many: Vec<usize> = (0..30).flat_map(|group| [group * 33, group * 33 + 3]).collect();
        check(&many, Some(60));
        check(&(0..PLACES).collect::<Vec<_>>(), None);
        check(&(0..PLACES).step_by(3).collect::<Vec<_>>(), None);
    }
}
