//! Random numbers that anyone can compute again: a pure function of a seed and the name of what draws.
//!
//! The text `SEED/NAME` is hashed with FNV-1a (64 bits); the hash is the state of a `SplitMix64`
//! generator, which spreads names that differ in one digit over the whole range. `docs/guides/sink.md`
//! has the same in twenty lines of another language, and the golden values below were made with it.

use std::f64::consts::TAU;
use std::fmt::{self, Display, Write};

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The draws of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The draws of whatever has this name.
    pub(crate) fn of(seed: u64, name: impl Display) -> Self {
        let mut hash = Fnv(FNV_OFFSET);
        write!(hash, "{seed}/{name}").expect("hashing cannot fail");
        Self(hash.0)
    }

    /// Uniform, strictly between 0 and 1: the upper 52 bits and a half.
    pub(crate) fn uniform(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "52 bits fit a double exactly")]
        let upper = (self.next() >> 12) as f64;
        // The epsilon of a double is 2^-52.
        (upper + 0.5) * f64::EPSILON
    }

    /// Normal with mean 0 and deviation 1, by Box and Muller from two uniform draws.
    pub(crate) fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(TAU * angle)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Takes text without keeping it, so that a name costs no allocation.
struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_and_the_generator_are_the_published_ones() {
        // FNV-1a of "foobar" from its reference tables; SplitMix64 from the state 1234567, from its author's program.
        let mut hash = Fnv(FNV_OFFSET);
        hash.write_str("foobar").unwrap();
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
        let mut draw = Draw(1_234_567);
        assert_eq!(draw.next(), 6_457_827_717_110_365_317);
        assert_eq!(draw.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn names_that_differ_in_a_digit_are_drawn_evenly_and_apart() {
        // 100 000 consecutive names in 100 classes: chi square with 99 degrees of freedom exceeds
        // 148.2 once in a thousand; pairs of neighbours likewise. Always the same names, so no chance.
        let uniform: Vec<f64> =
            (0..100_000).map(|seq| Draw::of(7, format_args!("run/{seq}/0")).uniform()).collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 100")]
        let class = |unit: f64, classes: f64| (unit * classes) as usize;
        let chi_square = |counts: &[u32; 100], total: u32| {
            let expected = f64::from(total) / 100.0;
            counts.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum::<f64>()
        };
        let (mut alone, mut pairs) = ([0; 100], [0; 100]);
        for two in uniform.chunks(2) {
            for one in two {
                alone[class(*one, 100.0)] += 1;
            }
            pairs[10 * class(two[0], 10.0) + class(two[1], 10.0)] += 1;
        }
        assert!(chi_square(&alone, 100_000) < 148.2, "{alone:?}");
        assert!(chi_square(&pairs, 50_000) < 148.2, "{pairs:?}");
    }
}
