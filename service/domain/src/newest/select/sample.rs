//! Guesses an id of about a wanted rank among many falling sequences, from a few of them.

use crate::MessageId;

/// A sequence is drawn as often as it is long, at most so many times.
const DRAWS_MAX: usize = 101;
/// And at least so many.
const DRAWS_MIN: usize = 15;

/// Fixed, so that the same input always costs the same.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Draws sequences; keeps its memory from guess to guess.
#[derive(Debug)]
pub(super) struct Sample {
    state: u64,
    places: Vec<usize>,
    guesses: Vec<MessageId>,
}

impl Sample {
    pub(super) fn new() -> Self {
        Self { state: SEED, places: Vec::new(), guesses: Vec::new() }
    }

    /// About the id of this rank. None if the rank is not among them.
    ///
    /// If all sequences are alike but for their length, the id of rank r lies in each at the same
    /// fraction; so each that is drawn gives a guess, and the middle one is taken: at least about a quarter of what lies
    /// before the rank, and of what lies behind, is on the right side of it whatever the sequences are.
    pub(super) fn pivot<'a>(
        &mut self,
        runs: impl ExactSizeIterator<Item = &'a [MessageId]>,
        total: usize,
        rank: usize,
    ) -> Option<MessageId> {
        if rank >= total {
            return None;
        }
        let count = runs.len();
        self.draw(total, (count / 8).clamp(DRAWS_MIN, DRAWS_MAX));
        self.guesses.clear();
        let mut places = self.places.iter().peekable();
        let mut before = 0;
        for run in runs {
            let end = before + run.len();
            while places.next_if(|&&place| place < end).is_some() {
                self.guesses.push(run[run.len() * rank / total]);
            }
            before = end;
            if places.peek().is_none() {
                break;
            }
        }
        // Of fewer wanted than there are sequences, most have none: the guesses are then heads, and as
        // many of them are wanted as of all.
        let middle = (self.guesses.len() / 2).min(self.guesses.len() * rank / count);
        let (_, guess, _) =
            self.guesses.select_nth_unstable_by(middle, |one, other| other.cmp(one));
        Some(*guess)
    }

    /// Places among so many elements, in order.
    fn draw(&mut self, total: usize, draws: usize) {
        self.places.clear();
        for _ in 0..draws {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            let place = (u128::from(self.state) * total as u128) >> 64;
            self.places.push(usize::try_from(place).expect("below a usize"));
        }
        self.places.sort_unstable();
    }
}
