//! Waits for the due time of a later step more exactly than the runtime's timer wheel, whose tick is 1 ms.
//!
//! The wheel wakes the user two ticks early, and a thread with an exact timer does the rest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Clock;

/// What is left to the exact timer: two ticks of the wheel, so that its heap stays small.
const LEFT_TO_THE_ALARM: Duration = Duration::from_millis(2);

/// How long the alarm's thread sleeps when nobody waits.
const IDLE: Duration = Duration::from_secs(1);

/// Returns at the instant, without blocking the runtime.
pub(crate) async fn until(clock: &Clock, alarm: &Alarm, instant_ns: u64) {
    let left = Duration::from_nanos(clock.until_ns(instant_ns));
    if let Some(coarse) = left.checked_sub(LEFT_TO_THE_ALARM) {
        tokio::time::sleep(coarse).await;
    }
    if clock.until_ns(instant_ns) == 0 {
        return;
    }
    let rung = if clock.is_simulated() { None } else { alarm.set(instant_ns) };
    match rung {
        // An alarm that has ended drops its bells: the instant is passed over together with the run.
        Some(bell) => drop(bell.await),
        None => tokio::time::sleep(Duration::from_nanos(clock.until_ns(instant_ns))).await,
    }
}

/// An exact timer for many users, rung by one thread.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    bells: Mutex<Bells>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Bells {
    /// By due time, then in the order they were set.
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    waiting: std::collections::BTreeMap<u64, oneshot::Sender<()>>,
    set: u64,
    ended: bool,
}

impl Alarm {
    /// Rings until [`Alarm::end`]; on a thread of its own.
    pub(crate) fn ring(&self, clock: &Clock) {
        let mut bells = self.lock();
        while !bells.ended {
            let nap = match bells.heap.peek() {
                Some(Reverse((due_ns, _))) => Duration::from_nanos(clock.until_ns(*due_ns)),
                None => IDLE,
            };
            if !nap.is_zero() {
                let waited = self.changed.wait_timeout(bells, nap);
                bells = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            if let Some(Reverse((_, number))) = bells.heap.pop()
                && let Some(bell) = bells.waiting.remove(&number)
                && bell.send(()).is_err()
            {
                tracing::trace!("a bell rang for a user that was abandoned");
            }
        }
        bells.waiting.clear();
    }

    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    fn set(&self, due_ns: u64) -> Option<oneshot::Receiver<()>> {
        let (bell, rung) = oneshot::channel();
        let mut bells = self.lock();
        if bells.ended {
            return None;
        }
        let number = bells.set;
        bells.set += 1;
        bells.waiting.insert(number, bell);
        let earliest = bells.heap.peek().is_none_or(|Reverse((first, _))| due_ns < *first);
        bells.heap.push(Reverse((due_ns, number)));
        drop(bells);
        if earliest {
            self.changed.notify_all();
        }
        Some(rung)
    }

    fn lock(&self) -> MutexGuard<'_, Bells> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn bells_ring_in_order_of_time_and_never_early() {
        let alarm = Arc::new(Alarm::default());
        let clock = Clock::real(Duration::ZERO);
        let ringing = Arc::clone(&alarm);
        let thread = std::thread::spawn(move || ringing.ring(&clock));
        let (late, soon) = (alarm.set(3_000_000).unwrap(), alarm.set(1_000_000).unwrap());
        soon.await.unwrap();
        assert!(clock.now_ns() >= 1_000_000);
        late.await.unwrap();
        assert!(clock.now_ns() >= 3_000_000);
        alarm.end();
        thread.join().unwrap();
        assert!(alarm.set(0).is_none());
    }
}
