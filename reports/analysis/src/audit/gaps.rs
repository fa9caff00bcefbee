//! The gaps between neighbours: how much they vary, and how far they are from those of a random stream.

use hdrhistogram::Histogram;

use super::float;

/// Shorter gaps are the sender's and not the plan's, in nanoseconds: whoever sends one request after the other
/// needs 10 to 80 µs for each, the more the colder its caches, so that what should be nearer together is not.
const SENDER_NS: f64 = 100_000.0;

/// Gaps, in nanoseconds.
#[derive(Clone, Debug)]
pub(super) struct Gaps {
    arrivals: u64,
    first_ns: u64,
    last_ns: u64,
    zero: u64,
    /// Sum of the squared distances from the mean so far (Welford), so that even gaps do not cancel to noise.
    mean_ns: f64,
    squares: f64,
    seen: Histogram<u64>,
}

impl Default for Gaps {
    fn default() -> Self {
        // Three digits: neighbouring values differ by a thousandth, see `lilliefors_d`.
        let seen = Histogram::new(3).expect("3 digits are within the 0 to 5 that exist");
        let (arrivals, first_ns, last_ns, zero) = (0, 0, 0, 0);
        Self { arrivals, first_ns, last_ns, zero, mean_ns: 0.0, squares: 0.0, seen }
    }
}

impl Gaps {
    /// The next arrival; times do not go back.
    pub(super) fn push(&mut self, at_ns: u64) {
        self.arrivals += 1;
        if self.arrivals == 1 {
            (self.first_ns, self.last_ns) = (at_ns, at_ns);
            return;
        }
        let gap_ns = at_ns - self.last_ns;
        self.last_ns = at_ns;
        self.zero += u64::from(gap_ns == 0);
        let from_mean = float(gap_ns) - self.mean_ns;
        self.mean_ns += from_mean / float(self.arrivals - 1);
        self.squares += from_mean * (float(gap_ns) - self.mean_ns);
        self.seen.record(gap_ns).expect("a histogram that grows by itself takes every value");
    }

    /// How many arrivals there were.
    pub(super) fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// Every gap.
    pub(super) fn into_seen(self) -> Histogram<u64> {
        self.seen
    }

    /// Arrivals a second between the first and the last.
    pub(super) fn rate_per_s(&self) -> Option<f64> {
        let gaps = self.arrivals.checked_sub(1)?;
        let length_ns = self.last_ns - self.first_ns;
        (length_ns > 0).then(|| float(gaps) * 1e9 / float(length_ns))
    }

    /// The squared coefficient of variation; none of fewer than two gaps, nor if all are 0.
    pub(super) fn cv2(&self) -> Option<f64> {
        let gaps = self.arrivals.checked_sub(1).filter(|gaps| *gaps >= 2)?;
        let mean_ns = self.rate_per_s()?.recip() * 1e9;
        Some(self.squares / float(gaps - 1) / (mean_ns * mean_ns))
    }

    /// The share of gaps that are 0; none of none.
    pub(super) fn zero_share(&self) -> Option<f64> {
        let gaps = self.arrivals.checked_sub(1).filter(|gaps| *gaps > 0)?;
        Some(float(self.zero) / float(gaps))
    }

    /// The largest distance between the share of gaps up to a length and that of an exponential distribution
    /// of the same mean (Lilliefors), for lengths from [`SENDER_NS`] on, or from twice the mean on if that is less:
    /// so a seventh of random gaps is judged at any rate; shorter ones show in dispersion and variation only.
    ///
    /// It is looked for at the edges of the histogram's buckets, whose ends differ by at most a factor of
    /// 1 + 1/1024, and between these the exponential distribution gains at most 1/(1024 e): the answer is at
    /// most 0.0004 too small, and never too large.
    pub(super) fn lilliefors_d(&self) -> Option<f64> {
        let gaps = self.arrivals.checked_sub(1).filter(|gaps| *gaps >= 2)?;
        let per_ns = self.rate_per_s()? / 1e9;
        let told_from_ns = SENDER_NS.min(2.0 * per_ns.recip());
        let distance = |gap_ns: f64, shorter: u64| {
            (-(-per_ns * gap_ns).exp_m1() - float(shorter) / float(gaps)).abs()
        };
        let mut shorter = 0;
        let mut largest: f64 = 0.0;
        let mut told = false;
        for bucket in self.seen.iter_recorded() {
            let from_ns = float(self.seen.lowest_equivalent(bucket.value_iterated_to()));
            let to_ns = float(self.seen.highest_equivalent(bucket.value_iterated_to()));
            if from_ns >= told_from_ns {
                if !told {
                    largest = distance(told_from_ns, shorter);
                }
                told = true;
                largest = largest.max(distance(from_ns, shorter));
            }
            shorter += bucket.count_since_last_iteration();
            if told {
                largest = largest.max(distance(to_ns, shorter));
            }
        }
        if !told {
            largest = distance(told_from_ns, shorter);
        }
        Some(largest)
    }
}
