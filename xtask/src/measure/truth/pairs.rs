//! Whether what arrives is what was asked for, at rates from 100/s up, both spacings, against the witness on the same
//! due times.

use anyhow::Result;
use serde_json::Value;

use super::Section;
use crate::measure::bench::Bench;
use crate::measure::cores::{Cores, two_cores};
use crate::measure::hanno::{codes, verdict};
use crate::measure::pacing::{Side, hanno, witness};
use crate::measure::percentile::median;
use crate::measure::schedule::Load;
use crate::measure::show::{microseconds, table};
use crate::say;

const SPACINGS: [&str; 2] = ["even", "poisson"];

/// On one core: as many as serve 35 000/s while the sink stands still for 7 ms. More would open a connection each in a
/// stall, which costs as much as several requests.
const ONE_CORE_USERS: u32 = 256;

/// How long a run on one core takes at most: it is at its limit, and sees each hiccup of the machine.
const ONE_CORE_SECONDS: u32 = 20;

/// What must hold of one rate.
#[derive(Clone, Copy, Debug)]
struct Case {
    per_second: u32,
    /// Whether the generator is bound to one core and the sink to another.
    one_core: bool,
    /// What Hanno's lateness may have above the witness's, in nanoseconds, as medians over the pairs.
    above_p50_ns: i64,
    above_p99_ns: i64,
    /// What a request may cost of CPU time, in tenths of a microsecond.
    cpu_tenths_us: i64,
    /// How much the gaps of an even stream may vary: their squared coefficient, per mille.
    gaps_per_mille: i64,
}

const CASES: [Case; 5] = [
    Case::free(100),
    Case::free(1_000),
    Case::free(5_000),
    Case {
        per_second: 20_000,
        one_core: true,
        above_p50_ns: i64::MAX,
        above_p99_ns: 150_000,
        cpu_tenths_us: 450,
        gaps_per_mille: 500,
    },
    Case {
        per_second: 35_000,
        one_core: true,
        above_p50_ns: i64::MAX,
        above_p99_ns: 1_000_000,
        cpu_tenths_us: i64::MAX,
        gaps_per_mille: i64::MAX,
    },
];

impl Case {
    const fn free(per_second: u32) -> Self {
        Self {
            per_second,
            one_core: false,
            above_p50_ns: 40_000,
            above_p99_ns: 100_000,
            cpu_tenths_us: i64::MAX,
            gaps_per_mille: i64::MAX,
        }
    }

    /// A class needs a thousand arrivals.
    fn seconds(self, seconds: u32) -> u32 {
        match self {
            Self { one_core: true, .. } => seconds.min(ONE_CORE_SECONDS),
            Self { per_second: ..1_000, .. } => 2 * seconds,
            _ => seconds,
        }
    }
}

/// Some pairs of one rate and spacing.
struct Measured {
    case: Case,
    spacing: &'static str,
    pairs: Vec<(Side, Side)>,
}

/// How long all of it takes, the start and end of each run included.
pub(super) fn seconds(pairs: u32, seconds: u32) -> u32 {
    let one = |case: &Case| 2 * pairs * (case.seconds(seconds) + 2);
    CASES.iter().map(one).sum::<u32>() * 2
}

/// Runs all cases.
pub(super) fn measure(bench: &Bench, pairs: u32, seconds: u32) -> Result<Section> {
    let cores = two_cores()?;
    let mut measured = Vec::new();
    let mut number = 0;
    for case in CASES {
        for spacing in SPACINGS {
            let seconds = case.seconds(seconds);
            let users = case.one_core.then_some(ONE_CORE_USERS);
            let load = Load { per_second: case.per_second, seconds, spacing, users };
            let mut sides = Vec::new();
            for pair in 1..=pairs {
                number += 1;
                say::error(&format!("{}/s {spacing}, pair {pair} of {pairs}", case.per_second));
                sides.push(one_pair(bench, number, load, case.one_core.then_some(&cores))?);
            }
            measured.push(Measured { case, spacing, pairs: sides });
        }
    }
    Ok(section(&measured, seconds))
}

/// Hanno and the witness, in an order that alternates.
fn one_pair(bench: &Bench, number: u32, load: Load, cores: Cores<'_>) -> Result<(Side, Side)> {
    if number % 2 == 1 {
        let hanno = hanno(bench, number, load, cores)?;
        Ok((hanno, witness(bench, number, load, cores)?))
    } else {
        let witness = witness(bench, number, load, cores)?;
        Ok((hanno(bench, number, load, cores)?, witness))
    }
}

impl Measured {
    fn above(&self, figure: fn(&Side) -> i64) -> Vec<i64> {
        self.pairs.iter().map(|(hanno, witness)| figure(hanno) - figure(witness)).collect()
    }

    /// CPU time of a request in tenths of a microsecond, by the generator's own account of measured seconds.
    fn cpu_tenths_us(&self) -> Vec<i64> {
        let of = |run: &Value| {
            let share = run["watch"]["cpu_share"].as_f64()?;
            let cores = run["environment"]["cores_given"].as_f64()?;
            let tenths = share * cores * 1e7 / f64::from(self.case.per_second);
            #[expect(clippy::cast_possible_truncation, reason = "some hundreds")]
            Some(tenths.round() as i64)
        };
        self.runs().filter_map(of).collect()
    }

    /// How the gaps vary, per mille.
    fn gaps_per_mille(&self) -> Vec<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "of gaps that are somehow in order")]
        let of = |run: &Value| Some((gap_variation(run)? * 1000.0).round() as i64);
        self.runs().filter_map(of).collect()
    }

    fn runs(&self) -> impl Iterator<Item = &Value> {
        self.pairs.iter().filter_map(|(hanno, _)| hanno.run.as_ref())
    }

    fn broken(&self) -> Vec<String> {
        let what = format!("{} at {}/s", self.spacing, self.case.per_second);
        let mut broken = Vec::new();
        for run in self.runs() {
            let excused = codes(run).contains(&"MACHINE_NOISY");
            let class = run["streams"][0]["audit"]["class"].as_str().unwrap_or("none");
            if !excused && !class.eq_ignore_ascii_case(self.spacing) {
                broken.push(format!("{what} was judged {class}"));
            }
        }
        let missing: usize = self.pairs.iter().map(|(hanno, _)| unexplained(hanno)).sum();
        if missing > 0 {
            broken.push(format!("{what}: {missing} requests are neither at the sink nor dropped"));
        }
        for (name, figure, limit) in [
            ("p50", p50 as fn(&Side) -> i64, self.case.above_p50_ns),
            ("p99", p99, self.case.above_p99_ns),
        ] {
            let middle = median(&self.above(figure)).unwrap_or(i64::MAX);
            if middle > limit {
                let (middle, limit) = (microseconds(middle), microseconds(limit));
                broken.push(format!(
                    "{what}: {name} is {middle} us above the witness, limit {limit}"
                ));
            }
        }
        let cpu = median(&self.cpu_tenths_us()).unwrap_or(i64::MAX);
        if cpu > self.case.cpu_tenths_us {
            broken.push(format!("{what}: a request costs {} us", microseconds(cpu * 100)));
        }
        let gaps = median(&self.gaps_per_mille()).unwrap_or_default();
        if self.spacing == "even" && gaps > self.case.gaps_per_mille {
            broken.push(format!("{what}: the gaps vary by {}", thousandths(gaps)));
        }
        broken
    }

    fn row(&self) -> Vec<String> {
        let spread = |values: &[i64], scale: i64| {
            let of = |value: Option<i64>| microseconds(value.unwrap_or_default() * scale);
            let (least, most) = (values.iter().min().copied(), values.iter().max().copied());
            format!("{} ({} .. {})", of(median(values)), of(least), of(most))
        };
        let classes: Vec<&str> =
            self.runs().filter_map(|run| run["streams"][0]["audit"]["class"].as_str()).collect();
        let verdicts: Vec<String> = self.runs().map(verdict).collect();
        let cores = if self.case.one_core { ", one core" } else { "" };
        vec![
            format!("{}/s {}{cores}", self.case.per_second, self.spacing),
            spread(&self.above(p50), 1),
            spread(&self.above(p99), 1),
            spread(&self.pairs.iter().map(|(hanno, _)| p99(hanno)).collect::<Vec<_>>(), 1),
            spread(&self.cpu_tenths_us(), 100),
            thousandths(median(&self.gaps_per_mille()).unwrap_or_default()),
            classes.join(" "),
            verdicts.join(", "),
        ]
    }
}

fn p50(side: &Side) -> i64 {
    side.lateness.p50
}

fn p99(side: &Side) -> i64 {
    side.lateness.p99
}

/// Requests that the sink has not seen and that Hanno does not say it dropped.
fn unexplained(side: &Side) -> usize {
    let counts = side.run.as_ref().map(|run| &run["counts"]);
    let dropped = counts.and_then(|counts| counts["dropped"].as_u64()).unwrap_or_default();
    side.missing.abs_diff(usize::try_from(dropped).unwrap_or(usize::MAX))
}

/// The squared coefficient of variation, by the run's own audit.
fn gap_variation(run: &Value) -> Option<f64> {
    run["streams"][0]["audit"]["cv2"].as_f64()
}

fn thousandths(per_mille: i64) -> String {
    format!("{}.{:03}", per_mille / 1000, per_mille % 1000)
}

fn section(measured: &[Measured], seconds: u32) -> Section {
    let broken: Vec<String> = measured.iter().flat_map(Measured::broken).collect();
    let header = [
        "load",
        "p50 above the witness, us",
        "p99 above the witness, us",
        "own p99, us",
        "CPU a request, us",
        "gaps",
        "classes",
        "verdicts",
    ];
    let rows: Vec<Vec<String>> = measured.iter().map(Measured::row).collect();
    let text = format!(
        "Each line is {} pairs of Hanno and the witness on one schedule, in alternating order, {seconds} s a run (twice as \
         long at 100/s, at most {ONE_CORE_SECONDS} s on one core, with {ONE_CORE_USERS} users). Lateness is the time at which the sink's kernel received a request, less the time at which it \
         was due. Shown are the median and, in brackets, the least and the greatest; of the gaps between arrivals the \
         squared coefficient of variation (an even stream may have up to 0.5 at 20 000/s, a Poisson stream has 1). The witness is one thread with an \
         absolute sleep and a ready-made request on kept connections: what it cannot do is the machine's. A class is \
         that of the run's own audit; it must be as planned unless the run says MACHINE_NOISY. With one core, generator \
         and witness are bound to it and everything else may use the other; a run that is INVALID for GENERATOR_CPU \
         alone is expected there.\n\n{}",
        measured.first().map_or(0, |one| one.pairs.len()),
        table(&header, &rows)
    );
    Section { text, broken }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::measure::percentile::Spread;

    fn side(us: i64, run: Option<Value>) -> Side {
        Side { lateness: Spread::of(vec![us * 1000]).unwrap(), missing: 0, run }
    }

    fn run(class: &str, codes: &[&str], dropped: u64) -> Value {
        let findings: Vec<Value> = codes.iter().map(|code| json!({ "code": code })).collect();
        json!({
            "verdict": "PASS",
            "findings": findings,
            "counts": { "dropped": dropped },
            "streams": [{ "audit": { "class": class, "cv2": 0.3 } }],
            "watch": { "cpu_share": 0.4 },
            "environment": { "cores_given": 1.0 },
        })
    }

    fn measured(case: Case, sides: Vec<(Side, Side)>) -> Vec<String> {
        Measured { case, spacing: "even", pairs: sides }.broken()
    }

    #[test]
    fn the_median_over_the_witness_decides() {
        let pair = |us| (side(us, Some(run("EVEN", &[], 0))), side(10, None));
        assert_eq!(measured(CASES[1], vec![pair(20), pair(50), pair(9_000)]), [""; 0]);
        let late = measured(CASES[1], vec![pair(20), pair(51), pair(9_000)]);
        assert_eq!(late, ["even at 1000/s: p50 is 41.0 us above the witness, limit 40.0"]);
    }

    #[test]
    fn another_class_is_a_fault_unless_the_machine_was_noisy() {
        let pair = |class, codes: &[&str]| (side(20, Some(run(class, codes, 0))), side(10, None));
        assert_eq!(measured(CASES[1], vec![pair("CLUSTERED", &["MACHINE_NOISY"])]), [""; 0]);
        let clustered = measured(CASES[1], vec![pair("CLUSTERED", &[])]);
        assert_eq!(clustered, ["even at 1000/s was judged CLUSTERED"]);
    }

    #[test]
    fn counts_are_held_to_the_unit_and_costs_to_their_limit() {
        let dropped = |missing| {
            let hanno = Side { missing, ..side(20, Some(run("EVEN", &[], 3))) };
            measured(CASES[1], vec![(hanno, side(10, None))])
        };
        assert_eq!(dropped(3), [""; 0]);
        assert_eq!(dropped(4).len(), 1);
        // 0.4 of a core at 20 000/s are 20 us.
        let dear = Case { cpu_tenths_us: 199, ..CASES[3] };
        let broken = measured(dear, vec![(side(20, Some(run("EVEN", &[], 0))), side(10, None))]);
        assert_eq!(broken, ["even at 20000/s: a request costs 20.0 us"]);
        let trains = Case { gaps_per_mille: 299, ..CASES[3] };
        let broken = measured(trains, vec![(side(20, Some(run("EVEN", &[], 0))), side(10, None))]);
        assert_eq!(broken, ["even at 20000/s: the gaps vary by 0.300"]);
    }
}
