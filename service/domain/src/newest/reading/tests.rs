//! Reading by pages gives what sorting everything gives, whatever the pages and the order in which they come; and what
//! breaks the contract is an error.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{
    ATTEMPTS_MAX, Activity, CutOff, Disorder, IN_FLIGHT_MAX, MessageId, Page, PageRequest, Reading,
    ReadingError, RoomId, Strategy, Window,
};
use crate::newest::tests::{CASES, Owned, cases, message, oracle, room, rooms, window};
use driver::{Shelf, Source, read};

mod driver;
mod figures;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn every_strategy_gives_what_sorting_everything_gives(
        (rooms, window) in cases(),
        page_max in prop_oneof![1_usize..4, 1_usize..60, Just(5000_usize)],
        in_flight in 1_usize..40,
        seed in 1_u64..u64::MAX,
        fails in prop::bool::weighted(0.2),
    ) {
        let rooms = each_once(rooms);
        let expected = oracle(&rooms, &window);
        let shelf = Shelf::new(rooms, page_max, if fails { 3 } else { 0 });
        for strategy in Strategy::ALL {
            let mut reading = Reading::new(strategy, twice(&shelf), window, in_flight);
            let read = read(&mut reading, &shelf, in_flight, seed);
            prop_assert_eq!(read.cut_off, Ok(expected), "{}", strategy);
            prop_assert!(read.in_flight_most <= in_flight);
            prop_assert_eq!(reading.progress().pages, read.log.len() as u64);
        }
    }
}

/// The first of each id.
fn each_once(rooms: Owned) -> Owned {
    let mut seen = std::collections::HashSet::new();
    rooms.into_iter().filter(|(room, _)| seen.insert(*room)).collect()
}

/// Every room twice, once without its activity: as if two accounts had joined it at different times.
fn twice(source: &impl Source) -> Vec<Activity> {
    let mut activities = source.activities();
    activities.extend(source.activities().into_iter().map(|it| Activity { last: None, ..it }));
    activities
}

#[test]
fn nothing_is_read_where_nothing_can_be_visible() {
    let shelf = |given: &[&[u64]]| Shelf::new(rooms(given), 100, 0);
    let two: &[&[u64]] = &[&[9, 7, 5], &[8, 6, 4]];
    for (case, shelf, window) in [
        ("no rooms", shelf(&[]), window(1, 9, 5)),
        ("limit 0", shelf(two), window(1, 9, 0)),
        ("never posted to", shelf(&[&[], &[]]), window(1, 9, 5)),
        ("all too old", shelf(two), window(10, 20, 5)),
    ] {
        let mut reading = Reading::new(Strategy::Select, shelf.activities(), window, 32);
        assert_eq!(reading.next(), None, "{case}");
        assert_eq!(reading.cut_off(), Some(CutOff::NOTHING), "{case}");
    }
}

#[test]
fn a_room_that_vanishes_counts_with_what_was_read_of_it() {
    let shelf = Shelf::new(rooms(&[&[9, 7, 5], &[8, 6, 4]]), 2, 0);
    let all = window(1, 9, 10);
    for strategy in Strategy::ALL {
        let mut reading = Reading::new(strategy, shelf.activities(), all, 1);
        while let Some(request) = reading.next() {
            if request.room == room(2) {
                reading.vanished(request.room).unwrap();
            } else {
                reading.accept(request.room, shelf.page(&request)).unwrap();
            }
        }
        let expected = CutOff { oldest_visible: Some(message(5)), visible: 3 };
        assert_eq!(reading.cut_off(), Some(expected), "{strategy}");

        let mut reading = Reading::new(strategy, shelf.activities(), all, 1);
        let mut read = 0;
        while let Some(request) = reading.next() {
            if request.before == Some(message(6)) {
                reading.vanished(request.room).unwrap();
            } else {
                reading.accept(request.room, shelf.page(&request)).unwrap();
                read += 1;
            }
        }
        assert_eq!(read, 3, "{strategy}");
        let expected = CutOff { oldest_visible: Some(message(5)), visible: 5 };
        assert_eq!(reading.cut_off(), Some(expected), "{strategy}");
    }
}

#[test]
fn a_page_that_fails_is_asked_for_again_and_then_the_reading_ends() {
    let shelf = Shelf::new(rooms(&[&[9, 7, 5]]), 100, 0);
    for strategy in Strategy::ALL {
        let mut reading = Reading::new(strategy, shelf.activities(), window(1, 9, 10), 1);
        let first = reading.next().unwrap();
        reading.failed(first.room).unwrap();
        assert_eq!(reading.cut_off(), None, "{strategy}");
        assert_eq!(reading.next(), Some(first), "{strategy}");
        reading.failed(first.room).unwrap();
        assert_eq!(reading.next(), Some(first), "{strategy}");
        let why = ReadingError::Failed { room: first.room, attempts: ATTEMPTS_MAX };
        assert_eq!(reading.failed(first.room), Err(why), "{strategy}");
        assert_eq!(reading.progress().failures, 3);
    }
}

#[test]
fn pages_that_break_the_contract_are_errors_and_not_answers() {
    let page = |ids: &[u64], more| Page { ids: ids.iter().map(|&id| message(id)).collect(), more };
    let id = room(1);
    let disorder = |position, id, before| {
        let (id, before) = (message(id), message(before));
        ReadingError::Disorder(Disorder { room: room(1), position, id, before })
    };
    // The room is said to have 90 as its newest; the first page is taken, the second is not.
    let cases = [
        ("out of order", page(&[80, 81], true), disorder(3, 81, 80)),
        ("an id twice", page(&[80, 80], true), disorder(3, 80, 80)),
        ("not before", page(&[85], false), disorder(2, 85, 85)),
        ("the page before again", page(&[90, 85], true), disorder(2, 90, 85)),
        ("stuck", page(&[], true), ReadingError::Stuck { room: id }),
    ];
    for strategy in Strategy::ALL {
        for (case, second, why) in &cases {
            let activity = Activity { room: id, last: Some(message(90)) };
            let mut reading = Reading::new(strategy, vec![activity], window(1, 100, 5000), 4);
            reading.next().unwrap();
            reading.accept(id, page(&[90, 85], true)).unwrap();
            reading.next().unwrap();
            assert_eq!(reading.accept(id, second.clone()), Err(*why), "{strategy}: {case}");
        }
        let activity = Activity { room: id, last: Some(message(90)) };
        let mut reading = Reading::new(strategy, vec![activity], window(1, 100, 5000), 4);
        assert_eq!(reading.accept(id, page(&[], false)), Err(ReadingError::NotAsked { room: id }));
        let limit = reading.next().unwrap().limit;
        assert_eq!(reading.vanished(room(2)), Err(ReadingError::NotAsked { room: room(2) }));
        let many: Vec<u64> = (0..=u64::from(limit)).map(|n| 10_000 - n).collect();
        let why = ReadingError::TooMany { room: id, count: many.len(), limit };
        assert_eq!(reading.accept(id, page(&many, false)), Err(why), "{strategy}");
    }
}

#[test]
fn a_message_newer_than_the_last_activity_is_an_error_unless_it_is_after_the_snapshot() {
    for strategy in Strategy::ALL {
        for (last, snapshot, refused) in [(90, 100, true), (95, 100, false), (99, 95, false)] {
            let activity = Activity { room: room(1), last: Some(message(last)) };
            let window = window(1, snapshot, 5);
            let mut reading = Reading::new(strategy, vec![activity], window, 4);
            assert_eq!(reading.next().unwrap().before, Some(message(snapshot + 1)));
            let page = Page { ids: vec![message(95)], more: false };
            assert_eq!(reading.accept(room(1), page).is_err(), refused, "{strategy}: {last}");
        }
    }
}
