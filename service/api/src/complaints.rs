//! What is logged of a store that does not answer: a line a second, however many requests it fails.
//!
//! Each such request would write a line otherwise, and a log that grows with the load of an outage fills
//! the disk. How many were not told stands in the next line; the metrics count them all.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Between two lines.
const PAUSE: Duration = Duration::from_secs(1);

/// Carried by a reply from where the error is known to where it is logged.
#[derive(Clone, Debug)]
pub(crate) struct Complaint(pub(crate) String);

/// When the last line was written, and how many were left out since.
#[derive(Debug, Default)]
pub(crate) struct Complaints(Mutex<(Option<Instant>, u64)>);

impl Complaints {
    /// Whether a line may be written now, and how many were left out before it.
    pub(crate) fn admit(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, left_out) = &mut *state;
        if last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            *left_out += 1;
            return None;
        }
        *last = Some(now);
        Some(std::mem::take(left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_a_second_says_how_many_were_left_out() {
        let (complaints, start) = (Complaints::default(), Instant::now());
        let at = |ms| complaints.admit(start + Duration::from_millis(ms));
        assert_eq!(
            [at(0), at(1), at(999), at(1000), at(2500)],
            [Some(0), None, None, Some(2), Some(0)]
        );
    }
}
