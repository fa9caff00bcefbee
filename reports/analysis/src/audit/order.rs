//! Puts times in order that come a little out of it, with bounded memory: answers take as long as they take, and an
//! arrival is known by its answer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// The most times that are held back: 13 s of 20 000 arrivals a second, longer than any answer is waited for by
/// default, in 6 MB. What comes after more others than this is out of order, and counted as such.
pub const HELD_MAX: usize = 1 << 18;

/// Times with what belongs to them, earliest first.
#[derive(Debug)]
pub struct Order<T: Ord> {
    held: BinaryHeap<Reverse<(u64, T)>>,
    held_max: usize,
}

impl<T: Ord> Order<T> {
    /// Holds back at most so many, at least one.
    pub fn new(held_max: usize) -> Self {
        Self { held: BinaryHeap::new(), held_max: held_max.max(1) }
    }

    /// Takes one, and gives the earliest when there is room for no more.
    pub fn push(&mut self, at_ns: u64, of: T) -> Option<(u64, T)> {
        let new = Reverse((at_ns, of));
        if self.held.len() < self.held_max {
            self.held.push(new);
            return None;
        }
        let mut earliest = self.held.peek_mut().expect("at least one is held");
        // The heap's order is reversed: the greatest is the earliest.
        if new >= *earliest {
            return Some(new.0);
        }
        let given = std::mem::replace(&mut *earliest, new);
        drop::<PeekMut<'_, _>>(earliest);
        Some(given.0)
    }

    /// The earliest of those that are held.
    pub fn pop(&mut self) -> Option<(u64, T)> {
        self.held.pop().map(|Reverse(held)| held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(times: impl IntoIterator<Item = u64>, held_max: usize) -> Vec<u64> {
        let mut order = Order::new(held_max);
        let mut out: Vec<u64> =
            times.into_iter().filter_map(|at| order.push(at, ())).map(|(at, ())| at).collect();
        out.extend(std::iter::from_fn(|| order.pop()).map(|(at, ())| at));
        out
    }

    #[test]
    fn what_is_displaced_by_less_than_is_held_comes_out_in_order() {
        // 7 has no divisor in common with 64: within each block every place is taken once.
        let shuffled =
            (0..1_000_u64).flat_map(|block| (0..64).map(move |k| block * 64 + k * 7 % 64));
        assert!(through(shuffled.clone(), 64).is_sorted());
        assert!(through(shuffled.clone(), HELD_MAX).is_sorted());
        assert!(!through(shuffled.clone(), 8).is_sorted());
        let mut all = through(shuffled, 8);
        all.sort_unstable();
        assert_eq!(all, (0..64_000).collect::<Vec<_>>(), "nothing is lost either way");
    }
}
