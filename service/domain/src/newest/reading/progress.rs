//! What a reading has cost: pages, messages, how many of the pages had to wait for each other, and how many were under
//! way at once.

use std::collections::VecDeque;

/// Counted by the reading itself.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Pages that came.
    pub pages: u64,
    /// Messages in them.
    pub items: u64,
    /// Pages that could not be read.
    pub failures: u64,
    /// The most pages of one room: each has to wait for the one before.
    pub longest_chain: u32,
    in_flight_max: usize,
    /// Pages under way at each of the latest answers: at the end, these are the last wave.
    wave: VecDeque<usize>,
    /// And at the answers before them: how many, and the sum.
    answers: u64,
    in_flight: u64,
}

impl Progress {
    pub(super) fn new(in_flight_max: usize) -> Self {
        Self {
            pages: 0,
            items: 0,
            failures: 0,
            longest_chain: 0,
            in_flight_max,
            wave: VecDeque::new(),
            answers: 0,
            in_flight: 0,
        }
    }

    /// How much of what may be under way was, in percent, up to the last wave: the answers that came while no more pages
    /// remained than may be under way at once. None if all was one wave.
    pub fn in_flight_percent(&self) -> Option<u64> {
        (self.in_flight * 100).checked_div(self.answers * self.in_flight_max as u64)
    }

    pub(super) fn answer(&mut self, in_flight: usize) {
        self.wave.push_back(in_flight);
        if self.wave.len() > self.in_flight_max
            && let Some(in_flight) = self.wave.pop_front()
        {
            self.answers += 1;
            self.in_flight += in_flight as u64;
        }
    }

    pub(super) fn page(&mut self, items: usize, chain: u32) {
        self.pages += 1;
        self.items += items as u64;
        self.longest_chain = self.longest_chain.max(chain);
    }

    pub(super) fn failure(&mut self) {
        self.failures += 1;
    }
}
