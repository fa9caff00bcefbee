//! Every random number of a run: which key it comes from, at which place, and how it is reduced to a range.
//!
//! # Keys
//!
//! A generator is `ChaCha8` (64-bit counter from 0, 64-bit stream number 0) keyed with the SHA-256 of
//!
//! ```text
//! "hanno schedule"      14 bytes, ASCII
//! schedule version       4 bytes, little-endian
//! seed                   8 bytes, little-endian
//! length of the name     4 bytes, little-endian, in bytes
//! name of the stream     UTF-8
//! index of the phase     4 bytes, little-endian; 0xFFFFFFFF for what concerns the whole stream
//! length of the purpose  4 bytes, little-endian, in bytes
//! purpose                UTF-8
//! ```
//!
//! so another stream, another phase or another purpose changes nothing. A draw is 64 bits of the key
//! stream: two consecutive 32-bit words, the low one first. With words counted from 0:
//!
//! | purpose | key of | word of a draw |
//! |---|---|---|
//! | `spacing` | a Poisson phase, or one of the spacing `exactly` | 2 i for its i-th gap (from 0) |
//! | `journey` | a stream | 2 n for arrival n; nothing is drawn where the stream has one journey |
//! | `data` | a stream | 2 (256 n + slot): slot 0 is the row, slot 1 + k the k-th pick of the journey |
//! | `element COLUMN` | a stream | 2 n: which element of the row's list COLUMN |
//!
//! Phases, journeys and elements are thus independent, and all but gaps are known from `n` alone.
//!
//! # Ranges
//!
//! A number below `m` is `floor(x m / 2^64)`. No rejection: a probability is off by less than `2^-64`,
//! beyond what any number of arrivals could show, and the place of a draw stays a function of `n`.
//! A gap is `-ln(v)` with `v = (floor(x / 2^11) + 1) / 2^53` in (0, 1], by `libm`, which is the same
//! on every machine, truncated to 32 fractional bits.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::plan::{Pick, Plan, SCHEDULE_VERSION};

/// Stands for "no phase" in a key.
const WHOLE_STREAM: u32 = u32::MAX;
/// Draws of purpose `data` that one arrival may need: the row, and picks.
const SLOTS: u64 = 256;
/// Picks a journey may have: the slots of an arrival less that of its row.
pub const MAX_PICKS: usize = 255;

type Key = [u8; 32];

/// The draws of a stream that are not about time; random access by `n`.
#[derive(Clone, Debug)]
pub struct Draws {
    seed: u64,
    stream: String,
    data: Key,
}

impl Draws {
    /// Of the stream with this index.
    ///
    /// # Panics
    /// If the plan has no such stream.
    pub fn new(plan: &Plan, stream: usize) -> Self {
        let stream = plan.streams[stream].name.clone();
        Self { seed: plan.seed, data: key(plan.seed, &stream, WHOLE_STREAM, "data"), stream }
    }

    /// The row of arrival `n`.
    pub fn row(&self, n: u64, rows: &RowPicker) -> usize {
        rows.at(draw(self.data, SLOTS * n))
    }

    /// Which of `words` words the pick with this slot takes for arrival `n`; `words` > 0.
    pub fn pick(&self, n: u64, slot: u16, words: usize) -> usize {
        below(draw(self.data, SLOTS * n + 1 + u64::from(slot)), words)
    }

    /// Which of `length` elements of a list column arrival `n` takes; `length` > 0.
    pub fn element(&self, n: u64, column: &ElementKey, length: usize) -> usize {
        below(draw(column.0, n), length)
    }

    /// The key of a list column, to be made once.
    pub fn element_key(&self, column: &str) -> ElementKey {
        ElementKey(key(self.seed, &self.stream, WHOLE_STREAM, &format!("element {column}")))
    }
}

/// The key of the draws of one list column of one stream.
#[derive(Clone, Debug)]
pub struct ElementKey(Key);

/// Turns a draw into the index of a row.
#[derive(Clone, Debug)]
pub struct RowPicker {
    rows: usize,
    /// Sums of the weights up to and with each row; none where all rows are alike.
    cumulative: Option<Vec<f64>>,
}

impl RowPicker {
    /// For a table of `rows` > 0 rows. A Zipf pick keeps one double for each row.
    pub fn new(pick: &Pick, rows: usize) -> Self {
        let cumulative = match pick {
            Pick::Uniform {} => None,
            Pick::Zipf { exponent } => {
                let exponent: f64 = exponent.parse().expect("checked when the scenario was read");
                Some(zipf_sums(rows, exponent))
            }
        };
        Self { rows, cumulative }
    }

    /// The row for the draw `x`: uniform, or the first whose cumulative weight exceeds
    /// `floor(x / 2^11) / 2^53` of the total.
    fn at(&self, x: u64) -> usize {
        let Some(sums) = &self.cumulative else { return below(x, self.rows) };
        let total = sums.last().copied().unwrap_or(0.0);
        let point = unit(x >> 11) * total;
        sums.partition_point(|sum| *sum <= point).min(self.rows - 1)
    }
}

/// The journeys of a stream, one after the other.
#[derive(Debug)]
pub(crate) struct Mix {
    /// Sum of the weights up to and with each journey.
    sums: Vec<(u64, u16)>,
    generator: Option<Box<ChaCha8Rng>>,
}

impl Mix {
    pub(crate) fn of(plan: &Plan, stream: usize) -> Self {
        let described = &plan.streams[stream];
        let sums: Vec<_> = described
            .mix
            .iter()
            .scan(0, |sum, part| {
                *sum += u64::from(part.weight);
                Some((*sum, part.journey))
            })
            .collect();
        let key = || key(plan.seed, &described.name, WHOLE_STREAM, "journey");
        let generator = (sums.len() > 1).then(|| Box::new(ChaCha8Rng::from_seed(key())));
        Self { sums, generator }
    }

    /// The journey of the next arrival.
    pub(crate) fn next(&mut self) -> u16 {
        let point = match &mut self.generator {
            None => 0,
            Some(generator) => {
                let total = self.sums.last().map_or(0, |last| last.0);
                multiply_high(generator.next_u64(), total)
            }
        };
        let journey = self.sums.iter().find(|(sum, _)| point < *sum);
        journey.map(|(_, journey)| *journey).expect("a stream has journeys of weight > 0")
    }
}

/// The generator of the gaps of a phase.
pub(crate) fn spacing(seed: u64, stream: &str, phase: u16) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(key(seed, stream, phase.into(), "spacing"))
}

/// `-ln(v)` for the draw `x`, truncated to `bits` fractional bits.
pub(crate) fn exponential(x: u64, bits: u32) -> u64 {
    let gap = -libm::log(unit((x >> 11) + 1));
    truncated(gap * scale(bits))
}

fn key(seed: u64, stream: &str, phase: u32, purpose: &str) -> Key {
    let length = |text: &str| u32::try_from(text.len()).expect("names are short").to_le_bytes();
    let mut hash = Sha256::new();
    hash.update(b"hanno schedule");
    hash.update(SCHEDULE_VERSION.to_le_bytes());
    hash.update(seed.to_le_bytes());
    hash.update(length(stream));
    hash.update(stream);
    hash.update(phase.to_le_bytes());
    hash.update(length(purpose));
    hash.update(purpose);
    hash.finalize().into()
}

/// The 64 bits at word `2 place`.
fn draw(key: Key, place: u64) -> u64 {
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_word_pos(2 * u128::from(place));
    generator.next_u64()
}

fn below(x: u64, length: usize) -> usize {
    let index = multiply_high(x, length.try_into().expect("a length fits 64 bits"));
    usize::try_from(index).expect("below a usize")
}

fn multiply_high(x: u64, m: u64) -> u64 {
    u64::try_from((u128::from(x) * u128::from(m)) >> 64).expect("64 of 128 bits were shifted out")
}

/// Cumulative `k^-exponent` for k = 1..=rows, added up in that order.
fn zipf_sums(rows: usize, exponent: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let weights = (1..=rows).map(|k| libm::pow(k_as_double(k), -exponent));
    weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}

/// `x / 2^53` for `x <= 2^53`: exact.
#[expect(clippy::cast_precision_loss, reason = "whole numbers up to 2^53 are exact doubles")]
fn unit(x: u64) -> f64 {
    const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
    x as f64 * UNIT
}

#[expect(clippy::cast_precision_loss, reason = "row numbers are far below 2^53")]
fn k_as_double(k: usize) -> f64 {
    k as f64
}

/// `2^bits`, exact.
#[expect(clippy::cast_precision_loss, reason = "a power of two is an exact double")]
fn scale(bits: u32) -> f64 {
    (1_u64 << bits) as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "gaps are in 0..=37, so the product is in 0..2^38; truncation is the definition"
)]
fn truncated(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_cover_their_range() {
        assert_eq!(exponential(u64::MAX, 32), 0, "v = 1");
        // -ln(2^-53) = 53 ln 2 = 36.7368005696771...
        assert_eq!(exponential(0, 32) >> 32, 36);
        // v = 1/2 exactly: ln 2 = 0.69314718055994530941...
        let half = ((1_u64 << 52) - 1) << 11;
        assert_eq!(exponential(half, 32), 2_977_044_471, "floor(0.6931471805599453 * 2^32)");
    }

    #[test]
    fn ranges_are_reached_at_both_ends() {
        assert_eq!((below(0, 3), below(u64::MAX, 3)), (0, 2));
        for pick in [Pick::Uniform {}, Pick::Zipf { exponent: "1.1".into() }] {
            let picker = RowPicker::new(&pick, 1000);
            assert_eq!((picker.at(0), picker.at(u64::MAX)), (0, 999));
        }
    }

    #[test]
    fn a_key_depends_on_each_of_its_parts_alone() {
        let keys = [
            key(1, "ab", 0, "c"),
            key(2, "ab", 0, "c"),
            key(1, "a", 0, "bc"),
            key(1, "abc", 0, ""),
            key(1, "ab", 1, "c"),
            key(1, "ab", 0, "d"),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "key {index} is another's");
        }
    }
}
