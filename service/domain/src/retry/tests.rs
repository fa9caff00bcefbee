//! The closed form against cases that were counted out, and against the simulation.

use super::*;

const BOTH: [Again; 2] = [Again::Room, Again::Organisation];

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[track_caller]
fn check(again: Again, case: &Case<'_>, attempts: f64, pages: f64, finished: f64) {
    let outcome = expected(again, case);
    near(outcome.attempts, attempts, 1e-9);
    near(outcome.pages, pages, 1e-9);
    near(outcome.finished, finished, 1e-9);
}

/// Two rooms of a page each, which fail every other time, within two attempts: sixteen cases.
#[test]
fn two_rooms_and_two_attempts_counted_out() {
    let case = Case { pages: &[1, 1], failure: 0.5, attempts_max: 2 };
    // An attempt reads 1 + 1/2 pages and succeeds in one of four; the second is made in three of four.
    check(Again::Organisation, &case, 1.75, 1.75 * 1.5, 7.0 / 16.0);
    // Each room is read 1 + 1/2 times and done in three of four.
    check(Again::Room, &case, 1.75, 3.0, 9.0 / 16.0);
}

#[test]
fn rooms_of_different_lengths_count_in_their_order() {
    let case = |pages| Case { pages, failure: 0.5, attempts_max: 1 };
    check(Again::Organisation, &case(&[4, 2]), 1.0, 5.0, 0.25);
    check(Again::Organisation, &case(&[2, 4]), 1.0, 4.0, 0.25);
    check(Again::Room, &case(&[2, 4]), 1.0, 6.0, 0.25);
}

#[test]
fn the_ends_of_the_scale() {
    let pages = [3, 5, 7];
    for again in BOTH {
        let case = |failure| Case { pages: &pages, failure, attempts_max: 3 };
        check(again, &case(0.0), 1.0, 15.0, 1.0);
        check(again, &Case { pages: &[], ..case(0.5) }, 1.0, 0.0, 1.0);
        near(expected(again, &case(1.0)).finished, 0.0, 0.0);
        assert_eq!(expected(again, &case(1.0)).pages_per_result(), None);
        near(expected(again, &case(1.0)).attempts, 3.0, 0.0);
    }
    // What always fails reads the first room of each attempt, or every room in each.
    let case = Case { pages: &pages, failure: 1.0, attempts_max: 3 };
    near(expected(Again::Organisation, &case).pages, 9.0, 0.0);
    near(expected(Again::Room, &case).pages, 45.0, 0.0);
}

#[test]
fn drawing_gives_what_the_closed_form_says() {
    let ladder: Vec<u32> = (1..=50).collect();
    let large = vec![1; 1000];
    for (pages, failure, attempts_max) in [
        (&ladder, 0.0, 3),
        (&ladder, 0.01, 3),
        (&ladder, 0.1, 2),
        (&ladder, 0.1, 5),
        (&large, 0.0001, 3),
        (&large, 0.001, 3),
        (&large, 0.01, 3),
    ] {
        let case = Case { pages, failure, attempts_max };
        for again in BOTH {
            let closed = expected(again, &case);
            let drawn = simulated(again, &case, 4000, 11);
            // Five standard deviations of a mean over 4000 runs, none of which is wider than its mean.
            let tolerance = |mean: f64| mean * 5.0 / 4000_f64.sqrt();
            near(drawn.attempts, closed.attempts, tolerance(closed.attempts));
            near(drawn.pages, closed.pages, tolerance(closed.pages));
            near(drawn.finished, closed.finished, 5.0 * 0.5 / 4000_f64.sqrt());
        }
    }
}

#[test]
fn a_seed_gives_one_answer() {
    let case = Case { pages: &[1; 100], failure: 0.01, attempts_max: 3 };
    let drawn = |seed| simulated(Again::Organisation, &case, 100, seed);
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
}

/// The reason for the table: of ten thousand rooms one in a hundred always fails, and a result never comes.
#[test]
fn large_organisations_never_finish_as_a_whole() {
    let pages = vec![1; 10_000];
    let case = |failure| Case { pages: &pages, failure, attempts_max: 3 };
    assert!(expected(Again::Organisation, &case(0.01)).finished < 1e-40);
    near(expected(Again::Room, &case(0.01)).finished, 0.99, 0.001);
    // And the reason against it: where one in ten thousand fails, most are finished, for less than twice the pages.
    let rare = expected(Again::Organisation, &case(0.0001));
    assert!(rare.finished > 0.7, "{rare:?}");
    near(rare.pages_per_result().unwrap() / 10_000.0, 1.718, 0.001);
}

#[test]
fn the_table_pays_from_a_chance_on() {
    // Of equal rooms, both cost the same at the chance f where (1 − (1 − f)^R) (1 − f) / (f R (1 − f)^R) is the factor.
    for (rooms, factor) in [(2, 1.5), (100, 10.0), (1000, 400.0), (10_000, 400.0)] {
        let pages = vec![3; rooms];
        let chance = break_even(&pages, factor).unwrap();
        let rooms = f64::from(u32::try_from(rooms).unwrap());
        let kept = (1.0 - chance).powf(rooms);
        let found = (1.0 - kept) * (1.0 - chance) / (chance * rooms * kept);
        near(found / factor, 1.0, 1e-6);
    }
    assert_eq!(break_even(&[3], 2.0), None, "one room is the organisation");
    assert_eq!(break_even(&[3, 3], 1.0), Some(0.0));
    assert_eq!(break_even(&[], 2.0), None);
}
