//! `select`: the cut-off is one element of many sorted sequences, and it can be found without the order of those
//! before it. A pivot near it is guessed from a few rooms, each room is cut there by a search from its newest
//! message, and what is left is a few candidates more than the limit.
//!
//! A guess decides only how much is left, never the answer.

use super::{CutOff, Rooms, Window, rooms::gallop};
use crate::MessageId;
use sample::Sample;

mod sample;

/// So few candidates are put in order at once.
const FEW: usize = 512;

/// Where rooms have so few candidates each, a further pivot would look at nearly all of them anyway.
const FEW_IN_A_ROOM: usize = 6;

/// After so many pivots the guesses are bad: from then on half of what is left is aimed at, which
/// a sample of any sequences comes near to.
const GUESSES_MAX: u32 = 8;

/// Messages of a room that may be the cut-off, falling.
type Run<'a> = &'a [MessageId];

pub(super) fn cut_off(rooms: &Rooms<'_>, window: &Window) -> CutOff {
    let limit = window.limit as usize;
    if limit == 0 {
        return CutOff::NOTHING;
    }
    let mut sample = Sample::new();
    let lengths: usize = rooms.each().map(|room| room.messages.len()).sum();
    let mut runs = Vec::new();
    // A quarter more than needed: too few would have to be found again, a few too many cost little.
    let mut aim = limit.saturating_add(limit / 4);
    loop {
        let guess = sample.pivot(rooms.each().map(|room| room.messages), lengths, aim);
        let pivot = guess.map_or(window.oldest, |id| id.max(window.oldest));
        let found = newer(rooms, window, pivot, &mut runs);
        if found >= limit {
            let id = narrow(runs, limit, &mut sample);
            return CutOff { oldest_visible: Some(id), visible: window.limit };
        }
        if pivot == window.oldest {
            let oldest_visible = runs.iter().filter_map(|run| run.last().copied()).min();
            let visible = u32::try_from(found).expect("fewer than the limit");
            return CutOff { oldest_visible, visible };
        }
        aim = aim.saturating_mul(4);
    }
}

/// What of each room is neither after the snapshot nor before the pivot, and at most the limit of it: one room
/// alone may have more. Returns how many.
fn newer<'a>(
    rooms: &Rooms<'a>,
    window: &Window,
    pivot: MessageId,
    runs: &mut Vec<Run<'a>>,
) -> usize {
    let limit = window.limit as usize;
    let mut found = 0;
    runs.clear();
    for room in rooms.each() {
        let run = room.until(window.snapshot);
        if run.first().is_none_or(|&newest| newest < pivot) {
            continue;
        }
        let run = &run[..run.len().min(limit)];
        let run = &run[..gallop(run, |id| id >= pivot)];
        found += run.len();
        runs.push(run);
    }
    found
}

/// The id at this rank, from 1, of runs that hold at least so many.
fn narrow(mut runs: Vec<Run<'_>>, mut rank: usize, sample: &mut Sample) -> MessageId {
    let mut cuts = Vec::new();
    for round in 0.. {
        let left: usize = runs.iter().map(|run| run.len()).sum();
        if let [run] = runs[..] {
            return run[rank - 1];
        }
        if left <= FEW.max(runs.len() * FEW_IN_A_ROOM) {
            break;
        }
        let aim = if round < GUESSES_MAX { beside(rank, left) } else { left / 2 };
        let pivot = sample.pivot(runs.iter().copied(), left, aim);
        let pivot = pivot.expect("less is aimed at than there is");
        cuts.clear();
        cuts.extend(runs.iter().map(|run| run.partition_point(|&id| id >= pivot)));
        let newer: usize = cuts.iter().sum();
        let keep_newer = newer >= rank;
        if keep_newer && newer == left {
            // The pivot is the oldest of all: either it is the answer, or it can go.
            cuts.clear();
            cuts.extend(runs.iter().map(|run| run.partition_point(|&id| id > pivot)));
            if cuts.iter().sum::<usize>() < rank {
                return pivot;
            }
        }
        if !keep_newer {
            rank -= newer;
        }
        cut(&mut runs, &cuts, keep_newer);
    }
    let mut rest = runs.concat();
    *rest.select_nth_unstable_by(rank - 1, |one, other| other.cmp(one)).1
}

/// A rank so far to the larger side of the one that is wanted that a pivot guessed for it still leaves the wanted one
/// on the smaller side.
fn beside(rank: usize, left: usize) -> usize {
    let margin = left / 16 + 8;
    let aim = if rank <= left / 2 { rank + margin } else { rank.saturating_sub(margin).max(1) };
    aim.min(left - 1)
}

/// Keeps one side of every run, and only runs that have something there.
fn cut(runs: &mut Vec<Run<'_>>, cuts: &[usize], keep_newer: bool) {
    let mut cuts = cuts.iter();
    runs.retain_mut(|run| {
        let at = *cuts.next().expect("a cut for each run");
        *run = if keep_newer { &run[..at] } else { &run[at..] };
        !run.is_empty()
    });
}
