//! How many arrivals fell into each window of a width, and how much that varies.

use super::float;

/// 1, 10, 100 ms and 1 s: clusters of one width hide from windows that are a multiple of it.
pub(super) const WIDTHS_NS: [u64; 4] = [1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// Counts in windows of all widths.
#[derive(Debug)]
pub(super) struct Windows([Width; 4]);

/// Counts in windows of one width, whole windows only.
#[derive(Debug)]
struct Width {
    width_ns: u64,
    /// Of the window that is open.
    end_ns: u64,
    count: u64,
    /// Of the windows that are closed.
    windows: u64,
    sum: u64,
    squares: u128,
}

impl Default for Windows {
    fn default() -> Self {
        Self(WIDTHS_NS.map(Width::new))
    }
}

impl Windows {
    /// An arrival; times do not go back.
    pub(super) fn push(&mut self, at_ns: u64) {
        for width in &mut self.0 {
            width.push(at_ns);
        }
    }

    /// The index of dispersion for each width, with the number of windows; none where fewer than two are whole.
    pub(super) fn dispersions(&self) -> [Option<(f64, u64)>; 4] {
        self.0.each_ref().map(|width| Some((width.dispersion()?, width.windows)))
    }
}

impl Width {
    fn new(width_ns: u64) -> Self {
        Self { width_ns, end_ns: width_ns, count: 0, windows: 0, sum: 0, squares: 0 }
    }

    fn push(&mut self, at_ns: u64) {
        if at_ns >= self.end_ns {
            let empty = (at_ns - self.end_ns) / self.width_ns;
            self.windows += 1 + empty;
            self.sum += self.count;
            self.squares += u128::from(self.count) * u128::from(self.count);
            self.count = 0;
            self.end_ns = self.end_ns.saturating_add((1 + empty).saturating_mul(self.width_ns));
        }
        self.count += 1;
    }

    /// Variance over mean of the counts; the squares are summed in whole numbers, so nothing cancels.
    fn dispersion(&self) -> Option<f64> {
        if self.windows < 2 || self.sum == 0 {
            return None;
        }
        // K Σ c² - (Σ c)², over K (K - 1), over Σ c / K.
        let spread = u128::from(self.windows) * self.squares - u128::from(self.sum).pow(2);
        #[expect(clippy::cast_precision_loss, reason = "a ratio, to be compared with a threshold")]
        let spread = spread as f64;
        Some(spread / (float(self.windows - 1) * float(self.sum)))
    }
}
