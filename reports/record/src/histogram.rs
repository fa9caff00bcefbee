//! The one kind of histogram every time goes into, so that all of them can be added up.

use hdrhistogram::Histogram;

/// The longest time a histogram tells apart, in microseconds: one hour. No step may take longer
/// (time-outs are shorter), so what lies above is a broken clock and is counted as one hour.
pub const MICROSECONDS_MAX: u64 = 3_600_000_000;

/// An empty histogram of microseconds, 3 significant digits, whose memory follows its values:
/// about 16 KiB for values of milliseconds, about 190 KiB for an hour.
pub fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("3 significant digits are within the 0 to 5 that exist")
}

/// Counts a time given in nanoseconds, rounded to the nearest microsecond, at most one hour.
pub fn record_us(histogram: &mut Histogram<u64>, time_ns: u64) {
    let microseconds = time_ns / 1_000 + u64::from(time_ns % 1_000 >= 500);
    histogram
        .record(microseconds.min(MICROSECONDS_MAX))
        .expect("a histogram that grows by itself takes every value up to an hour");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_round_to_the_nearest_microsecond_and_stop_at_an_hour() {
        for (nanoseconds, microseconds) in [
            (0, 0),
            (499, 0),
            (500, 1),
            (1_499, 1),
            (1_500, 2),
            (999_500, 1_000),
            (MICROSECONDS_MAX * 1_000, MICROSECONDS_MAX),
            (u64::MAX, MICROSECONDS_MAX),
        ] {
            let mut values = histogram();
            record_us(&mut values, nanoseconds);
            assert_eq!(values.len(), 1);
            // 3 digits: the value is found in the bucket that holds it, and in no other.
            assert_eq!(values.count_at(microseconds), 1, "{nanoseconds} ns");
        }
    }

    #[test]
    fn memory_follows_the_values() {
        let mut values = histogram();
        record_us(&mut values, 2_000_000);
        let small = values.distinct_values();
        record_us(&mut values, u64::MAX);
        assert!(small * 8 <= 20 * 1024, "{small} counters for milliseconds");
        assert!(values.distinct_values() * 8 <= 200 * 1024, "{}", values.distinct_values());
    }
}
