//! The same by drawing: an independent way to the figures of the closed form.

use super::{Again, Case, Outcome};
use crate::draw::Draw;

/// Means over so many runs of a seed.
pub fn simulated(again: Again, case: &Case<'_>, runs: u32, seed: u64) -> Outcome {
    let mut draw = Draw::new(seed);
    let (mut attempts, mut pages, mut finished) = (0.0, 0.0, 0.0);
    for _ in 0..runs {
        let run = match again {
            Again::Organisation => organisation(case, &mut draw),
            Again::Room => rooms(case, &mut draw),
        };
        attempts += f64::from(run.attempts);
        pages += f64::from(run.pages);
        finished += f64::from(u8::from(run.finished));
    }
    let runs = f64::from(runs.max(1));
    Outcome { attempts: attempts / runs, pages: pages / runs, finished: finished / runs }
}

struct Run {
    attempts: u32,
    pages: u32,
    finished: bool,
}

/// Every attempt begins with the first room and ends with the first that fails.
fn organisation(case: &Case<'_>, draw: &mut Draw) -> Run {
    let mut pages = 0_u32;
    for attempt in 1..=case.attempts_max {
        let failed = case.pages.iter().any(|of_room| {
            pages = pages.saturating_add(*of_room);
            draw.share() < case.failure
        });
        if !failed {
            return Run { attempts: attempt, pages, finished: true };
        }
    }
    Run { attempts: case.attempts_max, pages, finished: false }
}

/// Every room is read until it does not fail, or the attempts are used up.
fn rooms(case: &Case<'_>, draw: &mut Draw) -> Run {
    let mut run = Run { attempts: 1, pages: 0, finished: true };
    for of_room in case.pages {
        let mut attempts = 0;
        let mut done = false;
        while !done && attempts < case.attempts_max {
            attempts += 1;
            run.pages = run.pages.saturating_add(*of_room);
            done = draw.share() >= case.failure;
        }
        run.finished &= done;
        run.attempts = run.attempts.max(attempts);
    }
    run
}
