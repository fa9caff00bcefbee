//! Each case is a short story of requests and readers, with what may be said of it in the end.

use load_plan::arrival::Arrival;
use load_plan::plan::{Objective, PhaseKind};

use super::*;
use crate::audience::Heard;
use crate::handoff::Released;
use crate::{rows, simulated};

const S: u64 = 1_000_000_000;

/// A stream of readers beside one of changes; readers 0, 1 and 2 are there from instant 0, the last of
/// them at another address.
fn deliveries(objectives: &[Objective]) -> Deliveries {
    let mut plan = simulated::plan(10, 1, 1, 1);
    let mut readers = plan.streams[0].clone();
    readers.phases[0].kind = PhaseKind::Listen { users: 3 };
    plan.streams.push(readers);
    plan.objectives = objectives.to_vec();
    let mut deliveries = Deliveries::of(&plan, |_| 1);
    for (reader, source) in [(0, 0), (1, 0), (2, 1)] {
        deliveries.audience.hear(reader, 0, Heard::Opened { source });
    }
    deliveries
}

/// The row of a change that was sent and done at these seconds.
fn change(seq: u64, sent_s: u64, done_s: u64) -> ArrivalRow {
    let arrival = Arrival { seq, n: 0, due_ns: 0, stream: 0, phase: 0, journey: 0 };
    let released = Released { arrival, released_ns: 0, user_free: true };
    ArrivalRow {
        sent_ns: Some(sent_s * S),
        done_ns: Some(done_s * S),
        outcome: Outcome::Completed,
        ..rows::of_step(&simulated::plan(10, 1, 1, 1), &released, 0, 0)
    }
}

impl Deliveries {
    fn told(&mut self, reader: u32, at_s: u64, seq: u64) {
        self.on_told(reader, at_s * S, Mark { seq, step: 0 });
    }

    /// What was found, in whole seconds; none is missing.
    fn seconds(&mut self) -> Vec<Option<u64>> {
        self.take_found().iter().map(|found| found.took_ns.map(|ns| ns / S)).collect()
    }

    /// Delivered, missing, unseen; then unmatched, repeated, given up.
    fn counts(&self) -> ([u64; 3], [u64; 3]) {
        let live = self.result(0, |_| (String::new(), String::new())).unwrap();
        let of = live.deliveries.first().cloned().unwrap_or_default();
        (
            [of.delivered, of.missing, of.unseen_requests],
            [live.unmatched_events, live.repeated_events, live.given_up],
        )
    }
}

#[test]
fn a_delivery_takes_from_done_to_the_event_and_none_if_the_event_was_first() {
    let mut it = deliveries(&[]);
    it.told(0, 3, 7);
    assert_eq!(it.seconds(), [], "its request is not known yet");
    it.on_row(&change(7, 2, 5), 0);
    it.told(1, 9, 7);
    assert_eq!(it.seconds(), [Some(0), Some(4)]);
    it.settle_all();
    assert_eq!(it.seconds(), [], "the reader of another address was not owed it");
    assert_eq!(it.counts(), ([2, 0, 0], [0, 0, 0]));
}

#[test]
fn an_event_is_missing_where_a_neighbour_was_told() {
    let mut it = deliveries(&[]);
    it.on_row(&change(7, 2, 3), 0);
    it.told(0, 4, 7);
    it.on_row(&change(8, 2, 3), 0);
    assert_eq!(it.seconds(), [Some(1)]);
    it.settle(13 * S + S);
    assert_eq!(it.seconds(), [None], "reader 1 was not told of 7; of 8 nothing is known");
    assert_eq!(it.counts(), ([1, 1, 1], [0, 0, 0]));
    it.told(1, 15, 7);
    it.settle_all();
    assert_eq!(it.counts(), ([1, 1, 1], [1, 0, 0]), "what is missing stays so");
}

#[test]
fn who_was_not_there_throughout_misses_nothing() {
    // Reader 1 says this, at this second, of a request sent at 2 and done at 3.
    let lost = Heard::Lost { class: "closed", status: None };
    let cases: [(&[(u64, Heard)], u64); 5] = [
        (&[(3, lost)], 0),
        (&[(4, lost)], 1),
        (&[(3, Heard::Left)], 0),
        (&[(4, Heard::Left)], 1),
        (&[(1, lost), (3, Heard::Opened { source: 0 })], 0),
    ];
    for (said, missing) in cases {
        let mut it = deliveries(&[]);
        for (at_s, heard) in said {
            it.audience.hear(1, at_s * S, *heard);
        }
        it.on_row(&change(7, 2, 3), 0);
        it.told(0, 3, 7);
        it.settle_all();
        assert_eq!(it.counts().0, [1, missing, 0], "{said:?}");
    }
}

#[test]
fn nobody_is_given_up_while_an_objective_waits() {
    let limit = Limit::Latency { time: Time::Delivery, quantile_ppm: 990_000, at_most_ns: 30 * S };
    let objective = Objective { step: "PUT".into(), text: String::new(), implied: false, limit };
    let mut it = deliveries(&[objective]);
    it.on_row(&change(7, 2, 3), 0);
    it.told(0, 3, 7);
    it.settle(33 * S);
    it.told(1, 33, 7);
    assert_eq!(it.seconds(), [Some(0), Some(30)]);
    it.settle_all();
    assert_eq!(it.counts(), ([2, 0, 0], [0, 0, 0]));
}

#[test]
fn only_completed_requests_and_first_events_count() {
    let mut it = deliveries(&[]);
    it.on_row(&ArrivalRow { outcome: Outcome::Failed, ..change(7, 2, 3) }, 0);
    it.told(0, 3, 7);
    it.on_row(&change(8, 2, 3), 0);
    it.told(0, 3, 8);
    it.told(0, 4, 8);
    it.told(2, 4, 8);
    it.told(0, 4, 999);
    it.told(77, 4, 8);
    it.on_row(&ArrivalRow { measured: false, ..change(9, 2, 3) }, 0);
    it.told(0, 3, 9);
    it.settle_all();
    let (of, others) = it.counts();
    assert_eq!(of, [3, 1, 0], "8: readers 0, 2 and one that is not known; 9 is not measured");
    assert_eq!(others, [2, 1, 0]);
}

#[test]
fn what_waits_is_bounded() {
    let mut it = deliveries(&[]);
    for seq in 0..=HELD_MAX as u64 {
        it.on_row(&change(seq, 2, 3), 0);
    }
    assert_eq!((it.held, it.waiting.len()), (HELD_MAX, HELD_MAX));
    assert_eq!(it.counts().1, [0, 0, 1]);
}
