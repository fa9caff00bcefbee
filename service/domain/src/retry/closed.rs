//! The closed form.
//!
//! Of an organisation with R rooms of p1, p2, … pages, which fail with chance f, an attempt succeeds with chance
//! q = (1 − f)^R and reads p1 + p2 (1 − f) + p3 (1 − f)² + … pages. There are 1 + (1 − q) + (1 − q)² + … attempts, as many
//! terms as are allowed, and q times that many runs are finished. Read again room by room, each room has 1 + f + f² + …
//! attempts, and attempt n + 1 is needed unless all rooms are done after n, which has the chance (1 − f^n)^R.

use super::{Again, Case, Outcome};

/// Halvings of an interval, after which it is as narrow as a number can tell.
const HALVINGS: u32 = 100;

/// What is to be expected.
pub fn expected(again: Again, case: &Case<'_>) -> Outcome {
    if case.pages.is_empty() {
        return Outcome::NOTHING_TO_READ;
    }
    let failure = case.failure.clamp(0.0, 1.0);
    match again {
        Again::Organisation => of_organisation(case, failure),
        Again::Room => of_rooms(case, failure),
    }
}

/// From which chance of failure on reading room by room is the cheaper, if a page then costs `factor` times as much; none
/// if it never is. Attempts are not limited, so that both come to a result.
pub fn break_even(pages: &[u32], factor: f64) -> Option<f64> {
    if factor <= 1.0 {
        return Some(0.0);
    }
    let (mut cheaper, mut dearer) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(cheaper, dearer);
        if dearer_by(pages, middle) >= factor {
            dearer = middle;
        } else {
            cheaper = middle;
        }
    }
    // Near a chance of 1 nothing is ever read; that is no answer.
    (dearer < 0.999).then_some(dearer)
}

fn of_organisation(case: &Case<'_>, failure: f64) -> Outcome {
    let done = all_done(count(case.pages), failure);
    let attempts = sum_of_powers(1.0 - done, case.attempts_max);
    Outcome {
        attempts,
        pages: attempts * pages_of_attempt(case.pages, failure),
        finished: done * attempts,
    }
}

fn of_rooms(case: &Case<'_>, failure: f64) -> Outcome {
    let rooms = count(case.pages);
    let needed = |failed: f64| 1.0 - all_done(rooms, failed);
    Outcome {
        attempts: powers(failure, case.attempts_max).map(needed).sum(),
        pages: sum_of_powers(failure, case.attempts_max) * sum(case.pages),
        finished: all_done(rooms, failure.powf(f64::from(case.attempts_max))),
    }
}

/// How many times as many pages it takes to read organisations again as to read rooms again.
fn dearer_by(pages: &[u32], failure: f64) -> f64 {
    let organisation = pages_of_attempt(pages, failure) / all_done(count(pages), failure);
    organisation * (1.0 - failure) / sum(pages)
}

/// What an attempt over all rooms reads, up to and including the first that fails.
fn pages_of_attempt(pages: &[u32], failure: f64) -> f64 {
    let reached = powers(1.0 - failure, u32::MAX);
    pages.iter().zip(reached).map(|(pages, chance)| f64::from(*pages) * chance).sum()
}

/// The chance that none of so many rooms fails.
fn all_done(rooms: f64, failure: f64) -> f64 {
    // Not by a power of 1 − f, which for a small f has lost most of its digits.
    (rooms * (-failure).ln_1p()).exp()
}

fn sum_of_powers(base: f64, terms: u32) -> f64 {
    powers(base, terms).sum()
}

/// 1, b, b², …
fn powers(base: f64, terms: u32) -> impl Iterator<Item = f64> {
    (0..terms).scan(1.0_f64, move |power, _| {
        let this = *power;
        *power *= base;
        Some(this)
    })
}

fn count(pages: &[u32]) -> f64 {
    u32::try_from(pages.len()).unwrap_or(u32::MAX).into()
}

fn sum(pages: &[u32]) -> f64 {
    pages.iter().copied().map(f64::from).sum()
}
