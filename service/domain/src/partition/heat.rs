//! When a partition has been too warm for too long, and where it is cut in two.
//!
//! AWS says that it splits partitions for heat, and not when: a look once a minute and a split 5 to 15 minutes after are
//! assumptions.

use super::bucket::{SECOND_NS, tokens};
use crate::draw::Draw;

const MINUTE_NS: u64 = 60 * SECOND_NS;

/// How many minutes are looked back, and in how many of them throttling makes a partition hot.
const MINUTES: u32 = 5;
const THROTTLED_MINUTES: u32 = 3;

/// Or so much of what it can give in a minute, in percent.
const USED_PERCENT: u64 = 90;

/// How many requests are remembered to find the middle of the traffic.
const SAMPLE: usize = 64;

/// The traffic of one partition.
#[derive(Clone, Debug)]
pub(super) struct Heat {
    minute: u64,
    /// One bit for each minute, the last one lowest.
    throttled: u8,
    used: [u64; 2],
    seen: u64,
    sample: Vec<u64>,
    split_ns: Option<u64>,
}

impl Heat {
    pub(super) fn new(now_ns: u64) -> Self {
        let minute = now_ns / MINUTE_NS;
        Self { minute, throttled: 0, used: [0; 2], seen: 0, sample: Vec::new(), split_ns: None }
    }

    /// Closes the minutes that are over; a hot one plans a split. `per_minute` is what can be given of each operation.
    pub(super) fn tick(&mut self, now_ns: u64, per_minute: [u64; 2], draw: &mut Draw) {
        let minute = now_ns / MINUTE_NS;
        while self.minute < minute {
            let recent = self.throttled & ((1 << MINUTES) - 1);
            let warm = (self.used.iter().zip(per_minute))
                .any(|(used, most)| *used >= most / 100 * USED_PERCENT);
            if self.split_ns.is_none() && (recent.count_ones() >= THROTTLED_MINUTES || warm) {
                let wait_ns = 5 * MINUTE_NS + draw.below(10 * MINUTE_NS);
                self.split_ns = Some((self.minute + 1) * MINUTE_NS + wait_ns);
            }
            self.throttled <<= 1;
            self.used = [0; 2];
            self.minute += 1;
            if self.throttled == 0 {
                self.minute = minute;
            }
        }
    }

    /// Notes a request and what it spent; nothing if it was throttled.
    pub(super) fn note(&mut self, operation: usize, spent: Option<u32>, key: u64, draw: &mut Draw) {
        match spent {
            Some(half_units) => self.used[operation] += tokens(half_units),
            None => self.throttled |= 1,
        }
        // Each request is in the sample with the same chance.
        self.seen += 1;
        if self.sample.len() < SAMPLE {
            self.sample.push(key);
        } else {
            let at = usize::try_from(draw.below(self.seen)).unwrap_or(SAMPLE);
            if let Some(place) = self.sample.get_mut(at) {
                *place = key;
            }
        }
    }

    /// Whether a planned split is due.
    pub(super) fn is_due(&self, now_ns: u64) -> bool {
        self.split_ns.is_some_and(|split_ns| split_ns <= now_ns)
    }

    /// The first key of the upper half of the traffic; none if it is all one key, which nothing can split.
    pub(super) fn middle(&self) -> Option<u64> {
        let mut keys = self.sample.clone();
        keys.sort_unstable();
        let middle = *keys.get(keys.len() / 2)?;
        let lowest = *keys.first()?;
        if middle > lowest { Some(middle) } else { keys.into_iter().find(|&key| key > middle) }
    }
}
