//! Where the pacer leaves arrivals and users take them.
//!
//! The pacer never waits for a user. A free user is woken at once, the one that became free last first
//! (its memory is warm), and one that has never served only after all others (it has no connection yet); without a free user the arrival waits in a bounded queue, and beyond that it is
//! dropped and says so. Whether a user was free at release is known exactly, so that lateness of the
//! generator and lack of users are told apart.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use load_plan::arrival::Arrival;

/// An arrival that the pacer has let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Released {
    /// What was planned.
    pub(crate) arrival: Arrival,
    /// When it was let go, from the run's start.
    pub(crate) released_ns: u64,
    /// Whether a user was free at that moment.
    pub(crate) user_free: bool,
}

/// The hand-off of one stream: its users' seats and its queue.
#[derive(Debug)]
pub(crate) struct Handoff {
    state: Mutex<State>,
    seats: Vec<flume::Receiver<Released>>,
    queue_max: usize,
}

#[derive(Debug)]
struct State {
    /// The wake-up ends of all seats; emptied when closed, so that seated users see the end.
    wakers: Vec<flume::Sender<Released>>,
    /// Seats whose user waits and has served before, the last to become free at the end.
    idle: Vec<usize>,
    /// Seats whose user waits and has never served.
    fresh: Vec<usize>,
    /// By seat, whether it has ever served.
    served: Vec<bool>,
    waiting: VecDeque<Released>,
    closed: bool,
}

impl Handoff {
    /// Seats for `users`, and a queue of `queue_max` behind them.
    pub(crate) fn new(users: usize, queue_max: usize) -> Self {
        let (wakers, seats) = (0..users).map(|_| flume::bounded(1)).unzip();
        let state = State {
            wakers,
            idle: Vec::with_capacity(users),
            fresh: Vec::with_capacity(users),
            served: vec![false; users],
            waiting: VecDeque::new(),
            closed: false,
        };
        Self { state: Mutex::new(state), seats, queue_max }
    }

    /// Gives an arrival to a free user or to the queue.
    ///
    /// # Errors
    /// Gives it back when the queue is full.
    pub(crate) fn offer(&self, arrival: Arrival, released_ns: u64) -> Result<(), Released> {
        let mut state = self.lock();
        let released = Released { arrival, released_ns, user_free: true };
        if let Some(seat) = state.idle.pop().or_else(|| state.fresh.pop()) {
            state.served[seat] = true;
            let waker = state.wakers[seat].clone();
            drop(state);
            // A seat is in `idle` or `fresh` only while its channel is empty and its user waits.
            return waker.try_send(released).map_err(flume::TrySendError::into_inner);
        }
        let queued = Released { user_free: false, ..released };
        if state.waiting.len() < self.queue_max {
            state.waiting.push_back(queued);
            return Ok(());
        }
        Err(queued)
    }

    /// Whether a user that has served before is free.
    pub(crate) fn has_idle(&self) -> bool {
        !self.lock().idle.is_empty()
    }

    /// The next arrival for the user in this seat; none when there will be no more.
    pub(crate) async fn take(&self, seat: usize) -> Option<Released> {
        {
            let mut state = self.lock();
            if let Some(released) = state.waiting.pop_front() {
                state.served[seat] = true;
                return Some(released);
            }
            if state.closed {
                return None;
            }
            let free = if state.served[seat] { &mut state.idle } else { &mut state.fresh };
            free.push(seat);
        }
        self.seats[seat].recv_async().await.ok()
    }

    /// No more arrivals will come: users finish the queue and leave.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.idle.clear();
        state.fresh.clear();
        state.wakers.clear();
    }

    /// Takes away what still waits: at the end of the drain nobody will serve it.
    pub(crate) fn discard(&self) -> Vec<Released> {
        self.lock().waiting.drain(..).collect()
    }

    /// Arrivals that wait for a user now.
    pub(crate) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock, and a count that is off would show in the accounting.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(seq: u64) -> Arrival {
        Arrival { seq, n: seq, due_ns: seq, stream: 0, phase: 0, journey: 0 }
    }

    #[tokio::test]
    async fn the_last_free_user_is_woken_first_and_knows_it_was_free() {
        let handoff = Handoff::new(2, 10);
        let (first, second) = (handoff.take(0), handoff.take(1));
        tokio::pin!(first, second);
        assert!(futures_util::poll!(&mut first).is_pending());
        assert!(futures_util::poll!(&mut second).is_pending());
        handoff.offer(arrival(7), 70).unwrap();
        let taken = second.await.unwrap();
        assert_eq!((taken.arrival.seq, taken.released_ns, taken.user_free), (7, 70, true));
        assert!(futures_util::poll!(&mut first).is_pending());
    }

    #[tokio::test]
    async fn a_user_that_has_served_goes_before_one_that_never_has() {
        let handoff = Handoff::new(2, 10);
        let (first, second) = (handoff.take(0), handoff.take(1));
        tokio::pin!(first, second);
        assert!(futures_util::poll!(&mut second).is_pending());
        handoff.offer(arrival(0), 0).unwrap();
        assert_eq!(second.await.unwrap().arrival.seq, 0);
        let again = handoff.take(1);
        tokio::pin!(again);
        assert!(!handoff.has_idle());
        assert!(futures_util::poll!(&mut again).is_pending());
        assert!(handoff.has_idle());
        assert!(futures_util::poll!(&mut first).is_pending(), "the last to become free");
        handoff.offer(arrival(1), 1).unwrap();
        assert_eq!(again.await.unwrap().arrival.seq, 1);
        assert!(!handoff.has_idle());
        handoff.offer(arrival(2), 2).unwrap();
        assert_eq!(first.await.unwrap().arrival.seq, 2);
    }

    #[tokio::test]
    async fn without_a_free_user_arrivals_queue_in_order_and_then_come_back() {
        let handoff = Handoff::new(1, 2);
        assert!(handoff.offer(arrival(0), 0).is_ok());
        assert!(handoff.offer(arrival(1), 1).is_ok());
        let refused = handoff.offer(arrival(2), 2).unwrap_err();
        assert_eq!((refused.arrival.seq, refused.user_free), (2, false));
        for expected in 0..2 {
            let taken = handoff.take(0).await.unwrap();
            assert_eq!((taken.arrival.seq, taken.user_free), (expected, false));
        }
    }

    #[tokio::test]
    async fn closing_lets_users_finish_the_queue_and_leave() {
        let handoff = Handoff::new(2, 10);
        let seated = handoff.take(0);
        tokio::pin!(seated);
        assert!(futures_util::poll!(&mut seated).is_pending());
        handoff.offer(arrival(0), 0).unwrap();
        handoff.offer(arrival(1), 1).unwrap();
        handoff.close();
        assert_eq!(seated.await.unwrap().arrival.seq, 0);
        assert_eq!(handoff.take(1).await.unwrap().arrival.seq, 1);
        assert!(handoff.take(1).await.is_none());
    }

    #[tokio::test]
    async fn what_is_discarded_is_served_by_nobody() {
        let handoff = Handoff::new(1, 10);
        handoff.offer(arrival(0), 0).unwrap();
        assert_eq!(handoff.waiting(), 1);
        assert_eq!(handoff.discard().len(), 1);
        handoff.close();
        assert!(handoff.take(0).await.is_none());
    }
}
