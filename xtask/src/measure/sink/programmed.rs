//! The sink's programmed latency, computed a second time from its description in `docs/guides/sink.md`,
//! with the mathematics of the standard library instead of the sink's.

/// A latency as given on the command line, and what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Constant {
        ms: u64,
    },
    /// As `bimodal:USUAL,RARE,SHARE`.
    Bimodal {
        usual_ms: u64,
        rare_ms: u64,
        percent: u32,
    },
    Lognormal {
        median_ms: u32,
        sigma: f64,
    },
}

impl Shape {
    /// What follows `--latency`.
    pub(crate) fn flag(self) -> String {
        match self {
            Self::Constant { ms } => format!("constant:{ms}ms"),
            Self::Bimodal { usual_ms, rare_ms, percent } => {
                format!("bimodal:{usual_ms}ms,{rare_ms}ms,{percent}%")
            }
            Self::Lognormal { median_ms, sigma } => format!("lognormal:{median_ms}ms,{sigma}"),
        }
    }

    /// Nanoseconds for the request of this name.
    pub(super) fn ns(self, seed: u64, name: &str) -> i64 {
        let mut state = fnv(&format!("{seed}/{name}"));
        match self {
            Self::Constant { ms } => i64::try_from(ms * 1_000_000).unwrap_or(i64::MAX),
            Self::Bimodal { usual_ms, rare_ms, percent } => {
                let rare = uniform(&mut state) < f64::from(percent) / 100.0;
                Self::Constant { ms: if rare { rare_ms } else { usual_ms } }.ns(seed, name)
            }
            Self::Lognormal { median_ms, sigma } => {
                let radius = (-2.0 * uniform(&mut state).ln()).sqrt();
                let normal = radius * (std::f64::consts::TAU * uniform(&mut state)).cos();
                let ns = f64::from(median_ms) * 1e6 * (sigma * normal).exp();
                #[expect(clippy::cast_possible_truncation, reason = "milliseconds to seconds")]
                let ns = ns.round() as i64;
                ns.min(60_000_000_000)
            }
        }
    }
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    #[expect(clippy::cast_precision_loss, reason = "52 bits fit a double exactly")]
    let upper = (z >> 12) as f64;
    (upper + 0.5) / 4_503_599_627_370_496.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the program that the guide prints.
    #[test]
    fn it_agrees_with_the_documented_program() {
        for (shape, seed, name, expected) in [
            (Shape::Lognormal { median_ms: 20, sigma: 1.0 }, 7, "witness/0/0", 4_419_628_i64),
            (Shape::Lognormal { median_ms: 20, sigma: 1.0 }, 7, "witness/1/0", 57_700_921_i64),
            (Shape::Lognormal { median_ms: 20, sigma: 1.0 }, 0, "#0/3", 98_023_960_i64),
            (
                Shape::Bimodal { usual_ms: 10, rare_ms: 700, percent: 5 },
                7,
                "witness/0/0",
                10_000_000,
            ),
            (
                Shape::Bimodal { usual_ms: 10, rare_ms: 700, percent: 5 },
                7,
                "witness/17/0",
                700_000_000,
            ),
        ] {
            let ns = shape.ns(seed, name);
            assert!(ns.abs_diff(expected) <= 1, "{shape:?} {seed}/{name}: {ns}");
        }
    }

    #[test]
    fn flags_are_those_of_the_sink() {
        assert_eq!(Shape::Constant { ms: 5 }.flag(), "constant:5ms");
        let shape = Shape::Bimodal { usual_ms: 10, rare_ms: 700, percent: 5 };
        assert_eq!(shape.flag(), "bimodal:10ms,700ms,5%");
        assert_eq!(Shape::Lognormal { median_ms: 20, sigma: 0.5 }.flag(), "lognormal:20ms,0.5");
    }
}
