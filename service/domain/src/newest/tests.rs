//! The oracle: sort everything and truncate. Every strategy gives its answer, whatever the rooms.

use proptest::prelude::*;
use proptest::strategy::Strategy as _;

use super::{CutOff, Disorder, Rooms, Strategy, UnknownStrategy, Window};
use crate::{MessageId, RoomId};

/// How many generated cases each strategy is compared on.
pub(super) const CASES: u32 = 10_000;

/// Rooms by id, with the messages of each.
pub(super) type Owned = Vec<(RoomId, Vec<MessageId>)>;

pub(super) fn message(number: u64) -> MessageId {
    MessageId::new(number).unwrap()
}

pub(super) fn room(number: u64) -> RoomId {
    RoomId::new(number).unwrap()
}

/// Rooms 1, 2, … with these messages.
pub(super) fn rooms(messages: &[&[u64]]) -> Owned {
    let ids = |ids: &&[u64]| ids.iter().map(|&id| message(id)).collect();
    (1..).map(room).zip(messages.iter().map(ids)).collect()
}

pub(super) fn window(oldest: u64, snapshot: u64, limit: u32) -> Window {
    Window { snapshot: message(snapshot), oldest: message(oldest), limit }
}

fn checked(rooms: &Owned) -> Result<Rooms<'_>, Disorder> {
    Rooms::new(rooms.iter().map(|(room, ids)| (*room, ids.as_slice())))
}

/// Sorts everything and truncates.
pub(super) fn oracle(rooms: &Owned, window: &Window) -> CutOff {
    let mut seen = Vec::new();
    let mut all = Vec::new();
    for (room, ids) in rooms {
        if !seen.contains(room) {
            seen.push(*room);
            all.extend(ids.iter().copied());
        }
    }
    all.retain(|&id| id <= window.snapshot && id >= window.oldest);
    all.sort_unstable_by(|a, b| b.cmp(a));
    all.truncate(window.limit as usize);
    CutOff { oldest_visible: all.last().copied(), visible: u32::try_from(all.len()).unwrap() }
}

/// Rooms of any shape: some empty, some given twice, some much larger than others, with few or many ids in
/// common, in a window that cuts anywhere.
pub(super) fn cases() -> impl proptest::strategy::Strategy<Value = (Owned, Window)> {
    let ids = prop_oneof![Just(60_u64), Just(1_000), Just(1 << 40)].prop_flat_map(|most| {
        let room = prop_oneof![
            8 => prop::collection::btree_set(1..=most, 0..6),
            3 => prop::collection::btree_set(1..=most, 0..40),
            1 => prop::collection::btree_set(1..=most, 0..400),
        ];
        let rooms = prop_oneof![
            prop::collection::vec((1_u64..50, room.clone()), 0..12),
            prop::collection::vec((1_u64..2000, room), 0..120),
        ];
        (rooms, 1..=most, 1..=most, Just(most))
    });
    let limit = prop_oneof![Just(0_u32), 1_u32..20, 20_u32..3000];
    (ids, limit, 0_u8..4).prop_map(|((rooms, one, other, most), limit, cut)| {
        let messages = |ids: std::collections::BTreeSet<u64>| ids.into_iter().rev().map(message);
        let rooms = rooms.into_iter().map(|(id, ids)| (room(id), messages(ids).collect()));
        let oldest = if cut & 1 == 0 { 1 } else { one.min(other) };
        let snapshot = if cut & 2 == 0 { most } else { one.max(other) };
        (rooms.collect(), window(oldest, snapshot, limit))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn every_strategy_gives_what_sorting_everything_gives((rooms, window) in cases()) {
        let expected = oracle(&rooms, &window);
        let rooms = checked(&rooms).unwrap();
        for strategy in Strategy::ALL {
            prop_assert_eq!(strategy.cut_off(&rooms, &window), expected, "{}", strategy);
        }
    }
}

/// Rooms that are large enough for `select` to narrow them down by several pivots: of any length up to thousands, each in a
/// time of its own, so that what is guessed from some says little of the others.
fn large_cases() -> impl proptest::strategy::Strategy<Value = (Owned, Window)> {
    let ids = (0..4000_usize, 1..1000_u64, 1..60_u64).prop_map(|(count, start, step)| {
        let start = start * start * 10;
        (0..count as u64).rev().map(|n| message(start + n * step)).collect::<Vec<_>>()
    });
    let rooms = prop::collection::vec(ids, 1..60);
    (rooms, 1_u32..8000, 1_u64..3_000_000).prop_map(|(rooms, limit, oldest)| {
        let rooms = (1..).map(room).zip(rooms).collect();
        (rooms, window(oldest, u64::MAX >> 1, limit))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn large_rooms_of_different_times((rooms, window) in large_cases()) {
        let expected = oracle(&rooms, &window);
        let rooms = checked(&rooms).unwrap();
        for strategy in Strategy::ALL {
            prop_assert_eq!(strategy.cut_off(&rooms, &window), expected, "{}", strategy);
        }
    }
}

#[test]
fn answers_that_are_known() {
    let nothing = CutOff::NOTHING;
    let some = |oldest, visible| CutOff { oldest_visible: Some(message(oldest)), visible };
    let two: &[&[u64]] = &[&[9, 7, 5], &[8, 6, 4]];
    let cases: [(&str, &[&[u64]], Window, CutOff); 14] = [
        ("no rooms", &[], window(1, 9, 5), nothing),
        ("empty rooms", &[&[], &[]], window(1, 9, 5), nothing),
        ("limit 0", two, window(1, 9, 0), nothing),
        ("fewer than the limit", two, window(1, 9, 7), some(4, 6)),
        ("exactly the limit", two, window(1, 9, 6), some(4, 6)),
        ("one over the limit", two, window(1, 9, 5), some(5, 5)),
        ("the largest limit", two, window(1, 9, u32::MAX), some(4, 6)),
        ("after the snapshot", two, window(1, 7, 2), some(6, 2)),
        ("before all", two, window(1, 3, 2), nothing),
        ("too old", two, window(7, 9, 5), some(7, 3)),
        ("all too old", two, window(10, 20, 5), nothing),
        ("limit before age", two, window(5, 9, 2), some(8, 2)),
        ("one room over the limit", &[&[9, 8, 7, 6, 5]], window(1, 9, 3), some(7, 3)),
        ("one id in two rooms", &[&[9, 7], &[9, 7]], window(1, 9, 3), some(7, 3)),
    ];
    for (case, given, window, expected) in cases {
        let rooms = rooms(given);
        assert_eq!(oracle(&rooms, &window), expected, "oracle: {case}");
        for strategy in Strategy::ALL {
            let found = strategy.cut_off(&checked(&rooms).unwrap(), &window);
            assert_eq!(found, expected, "{strategy}: {case}");
        }
    }
}

#[test]
fn a_room_counts_once_however_many_accounts_have_joined_it() {
    let mut given = rooms(&[&[9, 7, 5], &[8]]);
    given.push(given[0].clone());
    for strategy in Strategy::ALL {
        let found = strategy.cut_off(&checked(&given).unwrap(), &window(1, 9, 10));
        assert_eq!(found, CutOff { oldest_visible: Some(message(5)), visible: 4 });
    }
}

#[test]
fn ids_that_do_not_fall_are_refused_with_their_place() {
    for (ids, position, id, before) in
        [(&[9, 7, 8][..], 2, 8, 7), (&[9, 9], 1, 9, 9), (&[9, 8, 7, 7, 8], 3, 7, 7)]
    {
        let given = rooms(&[&[5, 4], ids]);
        let (id, before) = (message(id), message(before));
        let why = Disorder { room: room(2), position, id, before };
        assert_eq!(checked(&given).unwrap_err(), why);
    }
    let why = checked(&rooms(&[&[7, 8]])).unwrap_err().to_string();
    assert_eq!(why, "room 1: message 1 (from 0, newest first) is 8, not before 7");
}

#[test]
fn names_come_back() {
    for strategy in Strategy::ALL {
        assert_eq!(strategy.name().parse(), Ok(strategy));
    }
    assert_eq!("heap".parse::<Strategy>(), Err(UnknownStrategy));
}
