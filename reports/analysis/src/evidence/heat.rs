//! How many requests took how long, and when: a grid of counts that stays small however long the run.

use hdrhistogram::Histogram;

/// Rows for each power of ten of the time: neighbours differ by a third.
pub const ROWS_PER_DECADE: u8 = 8;

/// From one microsecond to the hour at which histograms end, and a little more.
const ROWS: usize = 80;

/// The most columns; when there are more, two and two are put together.
const COLUMNS_MAX: usize = 160;

/// Counts by time of day and time taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heat {
    /// Seconds that one column stands for.
    column_seconds: u32,
    columns: Vec<[u64; ROWS]>,
}

impl Default for Heat {
    fn default() -> Self {
        Self { column_seconds: 1, columns: Vec::new() }
    }
}

impl Heat {
    /// Counts the values of a second.
    pub fn count(&mut self, second: u32, values: &Histogram<u64>) {
        if values.is_empty() {
            return;
        }
        let column = self.column(second);
        // Values come in ascending order, so the row is followed and not calculated each time.
        let (mut row, mut next_us) = (0, row_starts_us(1));
        for value in values.iter_recorded() {
            while row + 1 < ROWS && as_f64(value.value_iterated_to()) >= next_us {
                row += 1;
                next_us = row_starts_us(row + 1);
            }
            column[row] += value.count_at_value();
        }
    }

    /// Seconds that one column stands for.
    pub fn column_seconds(&self) -> u32 {
        self.column_seconds
    }

    /// Columns from the run's start, the last one with a count included.
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// The counts of a column from the shortest time on, by row, without empty ones.
    pub fn column_counts(&self, column: usize) -> impl Iterator<Item = (usize, u64)> {
        let counts = self.columns.get(column).into_iter().flatten().copied().enumerate();
        counts.filter(|(_, count)| *count > 0)
    }

    /// Adds another grid of the same run.
    pub(super) fn add(&mut self, other: &Self) {
        while self.column_seconds < other.column_seconds {
            self.halve();
        }
        for (index, counts) in (0_u32..).zip(&other.columns) {
            let column = self.column(index.saturating_mul(other.column_seconds));
            for (sum, count) in column.iter_mut().zip(counts) {
                *sum += count;
            }
        }
    }

    fn column(&mut self, second: u32) -> &mut [u64; ROWS] {
        let index = |column_seconds: u32| (second / column_seconds) as usize;
        while index(self.column_seconds) >= COLUMNS_MAX {
            self.halve();
        }
        let index = index(self.column_seconds);
        if self.columns.len() <= index {
            self.columns.resize(index + 1, [0; ROWS]);
        }
        &mut self.columns[index]
    }

    /// Puts two and two columns together.
    fn halve(&mut self) {
        let pairs = self.columns.chunks(2).map(|pair| {
            let mut sum = pair[0];
            for counts in &pair[1..] {
                sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
            sum
        });
        self.columns = pairs.collect();
        self.column_seconds = self.column_seconds.saturating_mul(2);
    }
}

/// The time at which a row begins, in microseconds.
pub fn row_starts_us(row: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are 80 rows")]
    10_f64.powf(row as f64 / f64::from(ROWS_PER_DECADE))
}

fn as_f64(us: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an hour is 3.6 billion microseconds")]
    {
        us as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(values: &[u64]) -> Histogram<u64> {
        let mut histogram = run_record::histogram();
        for value in values {
            run_record::record_us(&mut histogram, value * 1_000);
        }
        histogram
    }

    fn sum(heat: &Heat) -> u64 {
        (0..heat.columns()).flat_map(|column| heat.column_counts(column)).map(|cell| cell.1).sum()
    }

    #[test]
    fn a_value_is_in_the_row_that_begins_at_or_below_it() {
        for us in [0, 1, 2, 9, 10, 133, 1_000, 999_999, 3_600_000_000] {
            let mut heat = Heat::default();
            heat.count(3, &second(&[us]));
            let (row, count) = heat.column_counts(3).next().unwrap();
            assert_eq!(count, 1);
            // Histograms hold a value to within a thousandth.
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let us = us.max(1) as f64;
            assert!(
                row_starts_us(row) <= us * 1.002 && us < row_starts_us(row + 1) * 1.002,
                "{us}"
            );
        }
    }

    #[test]
    fn a_long_run_keeps_every_count_in_few_columns() {
        let mut heat = Heat::default();
        for at in 0..3_600 {
            heat.count(at, &second(&[100, 5_000]));
        }
        assert!(heat.columns() <= COLUMNS_MAX, "{}", heat.columns());
        assert_eq!((heat.column_seconds(), sum(&heat)), (32, 7_200));
        let mut short = Heat::default();
        short.count(40, &second(&[7]));
        let mut both = short.clone();
        both.add(&heat);
        assert_eq!((both.column_seconds(), sum(&both)), (32, 7_201));
        heat.add(&short);
        assert_eq!(heat, both);
    }
}
