//! The arrivals of closed phases: each depends on an answer, so they are planned one by one, as answers come.
//!
//! A closed phase has a fixed set of users. An injector starts them; from then on a user is due again only
//! after it has its answer: with a *pace* at `max(due + pace, done)`, with a *pause* at `done + pause`. A
//! slow target is therefore asked less often than the plan says, which no schedule can show: these
//! arrivals are not in [`Schedule`](crate::schedule::Schedule), and everything that is printed says CLOSED.
//!
//! The injector is the historical one, which deals users out by whole seconds. Of `N` users over `D`
//! seconds, the second `s` starts `ceil(N (s + 1) / D) - ceil(N s / D)`, and of `u` users of one second
//! user `j` starts at the millisecond `floor(1000 j / u)`. With a pace of one second everyone keeps the
//! place in the second at which it was started: 25 users over 10 s come on 4 places, 1000 over 60 s on 32.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::arrival::Arrival;
use crate::draw::Mix;
use crate::plan::{Closed, Cycle, PhaseKind, Plan};

/// The arrivals of all closed phases of a plan, in order of what is known of their due times.
///
/// The one who runs it asks [`due_ns`](Self::due_ns), takes the arrival with [`release`](Self::release)
/// at that time, and tells [`ended`](Self::ended) when and however it ended; only then is its user due
/// again. Memory grows with the users of the phases that go on, not with their arrivals.
#[derive(Debug)]
pub struct ClosedArrivals {
    phases: Vec<ClosedPhase>,
    streams: BTreeMap<u16, Draws>,
    /// What is due next: of each phase the next user that starts, and each user that has its answer.
    waiting: BinaryHeap<Reverse<Waiting>>,
    /// Arrivals without an outcome, by their `seq`.
    out: BTreeMap<u64, Out>,
    next_seq: u64,
}

/// Ordered by due time; equal times go by stream, then by phase, then by rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    due_ns: u64,
    /// Index into `ClosedArrivals::phases`, which are in the order of streams and phases.
    phase: usize,
    /// 0 for a user that starts, 1 + the `seq` before for one that goes on.
    rank: u64,
}

#[derive(Clone, Copy, Debug)]
struct Out {
    phase: usize,
    due_ns: u64,
}

#[derive(Debug)]
struct Draws {
    mix: Mix,
    n: u64,
}

#[derive(Debug)]
struct ClosedPhase {
    stream: u16,
    phase: u16,
    start_ns: u64,
    end_ns: u64,
    cycle: Cycle,
    /// Starts that are still to come, in nanoseconds from the start of the phase.
    starts: Starts,
}

impl ClosedArrivals {
    /// Of a plan; empty if it has no closed phase. They are numbered from `first_seq` in the order of
    /// their release: after those of the schedule, whose numbers are known before.
    pub fn of(plan: &Plan, first_seq: u64) -> Self {
        let mut this = Self {
            phases: Vec::new(),
            streams: BTreeMap::new(),
            waiting: BinaryHeap::new(),
            out: BTreeMap::new(),
            next_seq: first_seq,
        };
        for (stream, described) in (0..).zip(&plan.streams) {
            for (phase, described) in (0..).zip(&described.phases) {
                let PhaseKind::Closed(closed) = &described.kind else { continue };
                let (start_ns, duration_ns) = (described.start_ns, described.duration_ns);
                let end_ns = start_ns + duration_ns;
                let (cycle, starts) = (closed.cycle, starts(closed));
                this.phases.push(ClosedPhase { stream, phase, start_ns, end_ns, cycle, starts });
                this.start_next(this.phases.len() - 1);
                let mix = || Draws { mix: Mix::of(plan, stream.into()), n: 0 };
                this.streams.entry(stream).or_insert_with(mix);
            }
        }
        this
    }

    /// When the next arrival is due, as far as is known now: an answer may bring an earlier one. `None`
    /// if nobody waits to start: all are out, or all phases are over.
    pub fn due_ns(&self) -> Option<u64> {
        self.waiting.peek().map(|Reverse(waiting)| waiting.due_ns)
    }

    /// Takes the arrival that is due next.
    pub fn release(&mut self) -> Option<Arrival> {
        let Reverse(Waiting { due_ns, phase, rank }) = self.waiting.pop()?;
        if rank == 0 {
            self.start_next(phase);
        }
        let (stream, number) = (self.phases[phase].stream, self.phases[phase].phase);
        let draws =
            self.streams.get_mut(&stream).expect("each closed phase has its stream's draws");
        let (n, journey) = (draws.n, draws.mix.next());
        draws.n += 1;
        let seq = self.next_seq;
        self.next_seq += 1;
        self.out.insert(seq, Out { phase, due_ns });
        Some(Arrival { seq, n, due_ns, stream, phase: number, journey })
    }

    /// Says that the arrival `seq` ended at `done_ns`, whatever its outcome; returns when its user is due
    /// again, or `None` if that is not before the end of the phase, so that the user is done. `None` also
    /// for an arrival that is not out.
    pub fn ended(&mut self, seq: u64, done_ns: u64) -> Option<u64> {
        let Out { phase, due_ns } = self.out.remove(&seq)?;
        let next_ns = again_ns(self.phases[phase].cycle, due_ns, done_ns);
        if next_ns >= self.phases[phase].end_ns {
            return None;
        }
        self.waiting.push(Reverse(Waiting { due_ns: next_ns, phase, rank: 1 + seq }));
        Some(next_ns)
    }

    /// Whether there will be no more arrivals.
    pub fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.out.is_empty()
    }

    fn start_next(&mut self, phase: usize) {
        let described = &mut self.phases[phase];
        let due_ns = described.starts.next().map(|start_ns| described.start_ns + start_ns);
        if let Some(due_ns) = due_ns.filter(|due_ns| *due_ns < described.end_ns) {
            self.waiting.push(Reverse(Waiting { due_ns, phase, rank: 0 }));
        }
    }
}

/// When a user is due again that was due at `due_ns` and had its answer at `done_ns`.
pub fn again_ns(cycle: Cycle, due_ns: u64, done_ns: u64) -> u64 {
    match cycle {
        Cycle::Pace { pace_ns } => due_ns.saturating_add(pace_ns).max(done_ns),
        Cycle::Pause { pause_ns } => done_ns.saturating_add(pause_ns),
    }
}

/// When each user starts, in order, in nanoseconds from the start of the phase.
pub fn starts(closed: &Closed) -> Starts {
    Starts { closed: *closed, second: 0, user: 0 }
}

/// How many arrivals a phase of this length asks for: as many as there are if every answer comes at once.
/// Slower answers make them fewer.
pub fn asked(closed: &Closed, duration_ns: u64) -> u64 {
    let (Cycle::Pace { pace_ns: cycle_ns } | Cycle::Pause { pause_ns: cycle_ns }) = closed.cycle;
    let started = starts(closed).take_while(|start_ns| *start_ns < duration_ns);
    started.map(|start_ns| (duration_ns - start_ns).div_ceil(cycle_ns.max(1))).sum()
}

/// See [`starts`].
#[derive(Clone, Debug)]
pub struct Starts {
    closed: Closed,
    second: u64,
    /// Of this second.
    user: u64,
}

impl Iterator for Starts {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let seconds = u64::from(self.closed.ramp_s);
        while self.second < seconds.max(1) {
            let users = self.users_of_second();
            if self.user < users {
                // Without a ramp they all start at once.
                let millisecond = if seconds == 0 { 0 } else { 1000 * self.user / users };
                self.user += 1;
                return Some(self.second * 1_000_000_000 + millisecond * 1_000_000);
            }
            (self.second, self.user) = (self.second + 1, 0);
        }
        None
    }
}

impl Starts {
    fn users_of_second(&self) -> u64 {
        let (users, seconds) = (u64::from(self.closed.users), u64::from(self.closed.ramp_s).max(1));
        let until = |second: u64| (users * second).div_ceil(seconds);
        until(self.second + 1) - until(self.second)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SECOND_NS: u64 = 1_000_000_000;

    fn closed(users: u32, ramp_s: u32) -> Closed {
        Closed { users, ramp_s, cycle: Cycle::Pace { pace_ns: SECOND_NS } }
    }

    /// The two historical cases: users who keep their place in the second come on 4 and on 32 of them.
    #[test]
    fn the_historical_injector_uses_few_places_of_the_second() {
        for (users, ramp_s, places, most) in [(25, 10, 4, 10), (1000, 60, 32, 60)] {
            let starts: Vec<_> = starts(&closed(users, ramp_s)).collect();
            assert_eq!(starts.len(), usize::try_from(users).unwrap());
            assert!(starts.is_sorted());
            let phases: BTreeSet<_> = starts.iter().map(|start| start % SECOND_NS).collect();
            assert_eq!(phases.len(), places);
            let first = starts.iter().filter(|start| *start % SECOND_NS == 0).count();
            assert_eq!(first, most, "of them on the first place");
        }
        let of_25: BTreeSet<_> =
            starts(&closed(25, 10)).map(|ns| ns % SECOND_NS / 1_000_000).collect();
        assert_eq!(of_25.into_iter().collect::<Vec<_>>(), [0, 333, 500, 666]);
    }

    #[test]
    fn without_a_ramp_all_start_at_once_and_few_users_start_on_whole_seconds() {
        assert_eq!(starts(&closed(3, 0)).collect::<Vec<_>>(), [0, 0, 0]);
        assert_eq!(starts(&closed(2, 5)).collect::<Vec<_>>(), [0, 2 * SECOND_NS]);
    }

    #[test]
    fn a_pace_absorbs_the_answer_and_a_pause_does_not() {
        let pace = Cycle::Pace { pace_ns: 100 };
        let pause = Cycle::Pause { pause_ns: 100 };
        assert_eq!([again_ns(pace, 10, 60), again_ns(pace, 10, 300)], [110, 300]);
        assert_eq!([again_ns(pause, 10, 60), again_ns(pause, 10, 300)], [160, 400]);
    }

    #[test]
    fn what_is_asked_for_is_what_comes_if_answers_take_no_time() {
        // Users at 0, 333, 666 ms, then at 1 s and 1.5 s: 3 s less these, in seconds rounded up.
        let five = closed(5, 2);
        assert_eq!(asked(&five, 3 * SECOND_NS), 3 + 3 + 3 + 2 + 2);
        assert_eq!(asked(&five, 1), 1, "only the first is due in the first nanosecond");
    }
}
