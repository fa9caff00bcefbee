//! Draws are fair and independent, and a function of (stream, n) alone. Seeds are fixed, so each figure is too.

mod common;

use common::{HALF, constant, plan, stream};
use load_plan::draw::{Draws, RowPicker};
use load_plan::plan::{Pick, Spacing};

/// Draws for each test of a distribution.
const DRAWS: u32 = 50_000;

fn draws(seed: u64, name: &str) -> Draws {
    Draws::new(&plan(seed, vec![stream(name, HALF, &[(constant(1, Spacing::Even), 1)])]), 0)
}

/// Pearson's statistic of `cells` outcomes that should come with these shares.
fn chi_square(outcomes: impl Iterator<Item = usize>, shares: &[f64]) -> f64 {
    let mut counts = vec![0_u32; shares.len()];
    outcomes.for_each(|outcome| counts[outcome] += 1);
    let total = f64::from(counts.iter().sum::<u32>());
    let cells = counts.iter().zip(shares);
    cells.map(|(count, share)| (f64::from(*count) - share * total).powi(2) / (share * total)).sum()
}

/// The statistic of `k` cells has mean k - 1 and variance 2 (k - 1); five standard deviations above is
/// never seen by chance.
fn check(what: &str, outcomes: impl Iterator<Item = usize>, shares: &[f64]) {
    let freedom = shares.iter().skip(1).map(|_| 1.0).sum::<f64>();
    let found = chi_square(outcomes, shares);
    let bound = freedom + 5.0 * (2.0 * freedom).sqrt();
    assert!(found < bound, "{what}: {found}, not below {bound}");
}

#[test]
fn rows_picks_and_elements_are_fair() {
    let draws = draws(1, "reads");
    let (key, rows) = (draws.element_key("messages"), RowPicker::new(&Pick::Uniform {}, 16));
    let even = |cells: u32| vec![1.0 / f64::from(cells); usize::try_from(cells).unwrap()];
    let n = || (0..u64::from(DRAWS)).map(|n| n * 3);
    check("rows", n().map(|n| draws.row(n, &rows)), &even(16));
    check("picks", n().map(|n| draws.pick(n, 0, 7)), &even(7));
    check("elements", n().map(|n| draws.element(n, &key, 10)), &even(10));
    let pairs = n().map(|n| draws.pick(n, 0, 4) * 4 + draws.pick(n, 1, 4));
    check("two picks", pairs, &even(16));
    let pairs = n().map(|n| (draws.row(n, &rows) / 4) * 4 + draws.element(n, &key, 4));
    check("row and element", pairs, &even(16));
    let pairs = n().map(|n| draws.pick(n, 0, 4) * 4 + draws.pick(n + 3, 0, 4));
    check("one pick and the next", pairs, &even(16));
}

#[test]
fn zipf_rows_follow_their_ranks() {
    let draws = draws(2, "reads");
    for (exponent, power) in [("1.1", 1.1_f64), ("0.5", 0.5), ("2", 2.0)] {
        let picker = RowPicker::new(&Pick::Zipf { exponent: exponent.into() }, 12);
        let weights: Vec<_> = (1..=12_u32).map(|rank| f64::from(rank).powf(-power)).collect();
        let total: f64 = weights.iter().sum();
        let shares: Vec<_> = weights.iter().map(|weight| weight / total).collect();
        check(exponent, (0..DRAWS).map(|n| draws.row(n.into(), &picker)), &shares);
    }
}

/// The control: a generator with a favourite is found out.
#[test]
#[should_panic(expected = "biased")]
fn a_biased_draw_fails() {
    let draws = draws(1, "reads");
    let biased = (0..DRAWS).map(|n| draws.pick(n.into(), 0, 41) % 4);
    check("biased", biased, &[0.25; 4]);
}

#[test]
fn a_draw_is_a_function_of_stream_and_n() {
    let of = |draws: &Draws| -> Vec<usize> { (0..64).map(|n| draws.pick(n, 3, 1000)).collect() };
    let first = draws(1, "reads");
    assert_eq!(of(&first), of(&draws(1, "reads")));
    assert_eq!(first.pick(63, 3, 1000), of(&first)[63], "in any order");
    assert_ne!(of(&first), of(&draws(2, "reads")));
    assert_ne!(of(&first), of(&draws(1, "writes")));
    let (left, right) = (first.element_key("messages"), first.element_key("rooms"));
    assert!((0..64).any(|n| first.element(n, &left, 1000) != first.element(n, &right, 1000)));
}
