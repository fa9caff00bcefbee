//! How many arrivals of different streams are due at nearly one time: clusters that no stream has by itself.

use std::collections::VecDeque;

use crate::plan::Plan;
use crate::schedule::Schedule;

/// Arrivals this close cannot be told apart by a server: about what a request costs it.
pub const NEAR_NS: u64 = 10_000;

/// Arrivals that are looked at: beyond them the share hardly changes, and `check` would take seconds.
pub const ARRIVALS_MAX: u64 = 2_000_000;

/// How many arrivals have one of another stream within [`NEAR_NS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coincidence {
    /// Looked at: the first ones of the schedule.
    pub arrivals: u64,
    /// Of these, near one of another stream.
    pub near: u64,
    /// Whether the schedule has more than were looked at.
    pub prefix: bool,
}

/// Walks the schedule, at most [`ARRIVALS_MAX`] of it; `None` if fewer than two streams have arrivals in it.
/// Closed phases are not in the schedule and not counted.
pub fn coincidence(plan: &Plan) -> Option<Coincidence> {
    let scheduled = plan.streams.iter().filter(|stream| {
        !stream.is_closed() && stream.phases.iter().any(|phase| phase.kind.arrives())
    });
    (scheduled.count() > 1).then(|| {
        let mut schedule = Schedule::new(plan);
        let dues = schedule.by_ref().map(|arrival| (arrival.stream.into(), arrival.due_ns));
        let limit = usize::try_from(ARRIVALS_MAX).expect("a small constant");
        let (arrivals, near) = count(dues.take(limit), plan.streams.len());
        Coincidence { arrivals, near, prefix: schedule.next().is_some() }
    })
}

/// Of dues in order of time, each with its stream: how many they are, and how many are near one of another.
fn count(dues: impl Iterator<Item = (usize, u64)>, streams: usize) -> (u64, u64) {
    let (mut arrivals, mut near) = (0, 0);
    // Of each stream: its last due time, and those that have nobody near yet and still may have.
    let mut last = vec![None::<u64>; streams];
    let mut alone = vec![Alone::default(); streams];
    for (stream, due_ns) in dues {
        arrivals += 1;
        let others = || (0..streams).filter(|other| *other != stream);
        let met = others().any(|other| last[other].is_some_and(|at| due_ns - at <= NEAR_NS));
        for other in others() {
            near += alone[other].meet(due_ns);
        }
        if met {
            near += 1;
        } else {
            alone[stream].add(due_ns);
        }
        last[stream] = Some(due_ns);
    }
    (arrivals, near)
}

/// Due times of the last [`NEAR_NS`], each with how many there are, so that a burst takes no room.
#[derive(Clone, Debug, Default)]
struct Alone(VecDeque<(u64, u64)>);

impl Alone {
    fn add(&mut self, due_ns: u64) {
        while self.0.front().is_some_and(|(at, _)| due_ns - at > NEAR_NS) {
            self.0.pop_front();
        }
        match self.0.back_mut() {
            Some((at, count)) if *at == due_ns => *count += 1,
            _ => self.0.push_back((due_ns, 1)),
        }
    }

    /// Those that another stream's arrival comes near to; none of them is left for the next one.
    fn meet(&mut self, due_ns: u64) -> u64 {
        let met = self.0.drain(..).filter(|(at, _)| due_ns - at <= NEAR_NS);
        met.map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Looks at every pair.
    fn slow(dues: &[(usize, u64)]) -> u64 {
        let near = dues.iter().filter(|(stream, due)| {
            dues.iter().any(|(other, at)| other != stream && due.abs_diff(*at) <= NEAR_NS)
        });
        u64::try_from(near.count()).unwrap()
    }

    proptest! {
        #[test]
        fn it_is_what_looking_at_every_pair_gives(
            mut dues in prop::collection::vec((0_usize..4, prop_oneof![0_u64..200_000, 0_u64..20_000]), 0..200),
        ) {
            dues.sort_by_key(|(stream, due)| (*due, *stream));
            let found = count(dues.iter().copied(), 4);
            prop_assert_eq!(found, (u64::try_from(dues.len()).unwrap(), slow(&dues)));
        }
    }

    #[test]
    fn ten_microseconds_are_near_and_a_nanosecond_more_is_not() {
        let of = |distance| count([(0, 5), (1, 5 + distance)].into_iter(), 2).1;
        assert_eq!([0, NEAR_NS, NEAR_NS + 1].map(of), [2, 2, 0]);
        let burst = [(0, 7), (0, 7), (0, 7), (1, 8)];
        assert_eq!(count(burst.into_iter(), 2), (4, 4));
    }
}
